import ArgumentParser
import Foundation
import Journal
import Model

/// Shows the sources.
struct SourcesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources", abstract: "Show every source: what it does, how far it is behind, and its books.",
        discussion: """
            Asks the running server of the data folder. When none runs, the journal tells the books.

            EXAMPLES
              petrel sources --data /var/lib/petrel
              petrel sources --json | jq '.sources[] | select(.state == "failing")'
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var server: ServerOptions

    @Flag(help: "Print what GET /api/v1/sources answers.")
    var json = false

    /// What is shown of a source.
    private struct Line: Decodable {
        var name: String
        var state: String
        var reason: String?
        var rate: Double
        var lag: Double?
        var deadLetters: Int
        var ledger: Books

        struct Books: Decodable {
            var received, stored, duplicate, filtered, deadLettered, shed: Int64
        }
    }

    private struct Answer: Decodable { var sources: [Line] }

    func run() async throws {
        let configuration = try common.load()
        let folder = common.dataFolder(configuration)
        let answer: Data
        if let asked = try await server.client(configuration, dataFolder: folder)?.ask("/api/v1/sources") {
            answer = asked
        } else {
            answer = try Self.stored(folder: folder)
        }
        guard !json else { return Console.print(String(decoding: answer, as: UTF8.self)) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let lines = try decoder.decode(Answer.self, from: answer).sources
        guard !lines.isEmpty else { return Console.print("no source yet") }
        Self.print(lines)
    }

    private static func print(_ lines: [Line]) {
        let head = ["source", "state", "events/s", "lag", "received", "stored", "duplicate", "filtered", "dead", "shed", "letters"]
        let rows = lines.map { line in
            [
                line.name, line.state, String(format: "%.1f", line.rate), line.lag.map { String(format: "%.0f s", $0) } ?? "-",
            ]
                + [
                    line.ledger.received, line.ledger.stored, line.ledger.duplicate, line.ledger.filtered, line.ledger.deadLettered,
                    line.ledger.shed, Int64(line.deadLetters),
                ].map { Console.grouped(Int($0)) }
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        for (row, line) in zip([head] + rows, [nil] + lines.map(Optional.some)) {
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column < 2 ? cell + space : space + cell
            }
            Console.print(Console.harmless(cells.joined(separator: "  ")))
            if let reason = line?.reason { Console.print("  " + Console.harmless(reason).replacing("\n", with: " ")) }
        }
    }

    /// The same from the journal alone: nothing runs.
    private static func stored(folder: String) throws -> Data {
        let reader = try JournalReader(folder: Installation.journalFolder(folder))
        let (letters, ledgers) = (try reader.deadLetterCounts(), try reader.ledgers().sorted { $0.key < $1.key })
        var text = JSONText()
        text.object { json in
            json.member("sources") { json in
                json.array { json in
                    for (name, ledger) in ledgers { write(name, ledger, letters[name] ?? 0, to: &json) }
                }
            }
        }
        return Data(text.bytes)
    }

    private static func write(_ name: String, _ ledger: Ledger, _ letters: Int, to json: inout JSONText) {
        json.object { json in
            json.member("name", name)
            json.member("state", "stopped")
            json.member("since", nil)
            json.member("reason", "no server runs on this data folder")
            json.member("rate", 0)
            for absent in ["lag", "watermark", "last_event", "last_error", "retry_at", "format"] { json.member(absent, nil) }
            json.member("can_pause") { $0.value(false) }
            json.member("simulated") { $0.value(false) }
            json.member("overload", "block")
            json.member("spill", nil)
            json.member("dead_letters", letters)
            json.member("ledger") { json in
                json.object { json in
                    json.member("received", Int(ledger.received))
                    json.member("stored", Int(ledger.stored))
                    json.member("duplicate", Int(ledger.duplicate))
                    json.member("filtered", Int(ledger.filtered))
                    json.member("dead_lettered", Int(ledger.deadLettered))
                    json.member("shed", Int(ledger.shed))
                }
            }
        }
    }
}
