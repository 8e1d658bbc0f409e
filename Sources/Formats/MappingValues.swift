import Wire

/// The values that a mapping's paths find in a record, JSON or CSV alike, as texts in one buffer.
///
/// Keeps its memory from record to record. Empty text and null count as absent.
struct MappingValues: Sendable {
    /// A text that was found.
    struct Match: Sendable {
        let path: Int
        let range: Range<Int>
    }

    /// What was found, in the order of the record (JSON) or of the paths (CSV).
    private(set) var matches: [Match] = []
    /// The texts.
    private(set) var text: [UInt8] = []
    /// Names that came twice in the record.
    private(set) var duplicateKeys = 0

    /// The tokens of the JSON record read last, for containers.
    private(set) var fields: JSONFields
    private let numbers: [String: Int]

    /// Finds those paths.
    init(_ paths: [String]) {
        fields = JSONFields(JSONPaths(paths, dottedNames: true))
        numbers = Dictionary(paths.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The number of a path; nil when it is none of those looked for.
    func number(_ path: String) -> Int? { numbers[path] }

    /// The first text at a path; empty where there is none.
    func string(_ path: String) -> String { String(decoding: text[first(numbers[path])], as: UTF8.self) }

    /// All texts at a path.
    func strings(_ path: String) -> [String] {
        guard let number = numbers[path] else { return [] }
        return matches.filter { $0.path == number }.map { String(decoding: text[$0.range], as: UTF8.self) }
    }

    /// The first text at a path, or an empty range where there is none.
    func first(_ path: Int?) -> Range<Int> {
        guard let path else { return 0..<0 }
        for match in matches where match.path == path { return match.range }
        return 0..<0
    }

    /// Reads a JSON object; an array at a path gives each of its scalars.
    mutating func readJSON(_ record: Span<UInt8>) throws(DecodeError) {
        matches.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        try fields.readObject(record)
        duplicateKeys = fields.duplicateKeys
        for match in fields.matches {
            let token = fields[match.token]
            if token.kind == .array {
                var at = match.token + 1
                while at < token.next {
                    add(match.path, fields[at], record)
                    at = fields[at].next
                }
            } else {
                add(match.path, token, record)
            }
        }
    }

    private mutating func add(_ path: Int, _ token: JSONToken, _ record: Span<UInt8>) {
        switch token.kind {
        case .object, .array, .null, .key: return
        default: break
        }
        let start = text.count
        fields.appendText(of: token, in: record, to: &text)
        if text.count > start { matches.append(Match(path: path, range: start..<text.count)) }
    }

    /// Takes the columns of a CSV record; `columns` says for each path which column it is.
    mutating func readCSV(_ csv: borrowing CSVReader, _ columns: [Int?], _ record: Span<UInt8>) {
        matches.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        for path in columns.indices {
            guard let column = columns[path], column < csv.values.count else { continue }
            let value = csv.values[column]
            guard !value.range.isEmpty else { continue }
            let start = text.count
            if value.isRepaired {
                text.append(contentsOf: csv.repaired[value.range])
            } else {
                record.extracting(value.range).withUnsafeBufferPointer { text.append(contentsOf: $0) }
            }
            matches.append(Match(path: path, range: start..<text.count))
        }
    }
}
