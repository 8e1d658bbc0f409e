import FoundationEssentials
import Model

/// Names of ATT&CK techniques and their tactics (`attack.json`).
struct Techniques: Sendable {
    private var ids = ByteTable()
    private var entries: [Entry] = []
    private var tactics: [Tactic] = []

    private struct Entry: Sendable {
        let name: String
        let tactics: [Int]
    }

    private struct Tactic: Sendable {
        let id: String?
        let name: String
    }

    /// No techniques.
    init() {}

    /// Reads `{"tactics":{"TA0006":"credential-access",…},"techniques":{"T1110":{"name":"Brute Force","tactics":["credential-access"]},…}}`.
    init(json: Data) throws {
        struct File: Decodable {
            struct Technique: Decodable {
                let name: String
                let tactics: [String]
            }
            let tactics: [String: String]
            let techniques: [String: Technique]
        }
        let file = try JSONDecoder().decode(File.self, from: json)
        var numbers: [String: Int] = [:]
        func number(_ short: String, _ id: String?) -> Int {
            if let known = numbers[short] { return known }
            numbers[short] = tactics.count
            tactics.append(Tactic(id: id, name: Self.title(short)))
            return tactics.count - 1
        }
        for (id, short) in file.tactics.sorted(by: { $0.key < $1.key }) { _ = number(short, id) }
        for (id, technique) in file.techniques {
            guard ids.insert(Array(id.utf8)) == entries.count else { continue }
            entries.append(Entry(name: technique.name, tactics: technique.tactics.map { number($0, nil) }))
        }
    }

    /// Whether no technique is known.
    var isEmpty: Bool { entries.isEmpty }

    /// The number of a technique, by its id.
    func find(_ id: Span<UInt8>) -> Int? { ids.find(id) }

    /// Appends the names of the techniques, and each of their tactics once.
    func append(_ found: [Int], names: Bool, tactics wantsTactics: Bool, to batch: inout EventBatch) {
        var told: [Int] = []
        for number in found {
            if names { batch.append(.threatTechniqueName, entries[number].name) }
            guard wantsTactics else { continue }
            for tactic in entries[number].tactics where !told.contains(tactic) {
                told.append(tactic)
                if let id = tactics[tactic].id { batch.append(.threatTacticID, id) }
                batch.append(.threatTacticName, tactics[tactic].name)
            }
        }
    }

    /// `credential-access` → `Credential Access`, as ATT&CK and ECS write it.
    private static func title(_ short: String) -> String {
        short.split(separator: "-").map { word in
            ["and", "or"].contains(word) ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
        }.joined(separator: " ")
    }
}
