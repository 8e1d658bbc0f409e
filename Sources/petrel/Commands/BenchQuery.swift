import ArgumentParser
import Columns
import Foundation
import Glibc
import Journal
import KQL
import Model
import Simulator

/// Typical questions over many events, from columns that followed the journal.
struct BenchQuery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Typical questions over many events in the columns; each is asked several times.",
        discussion: "Result caches there are none. With --export the same rows are written as CSV, for bench/query.py to ask DuckDB.")

    @Option(help: ArgumentHelp("Events to make.", valueName: "number"))
    var events = 10_000_000

    @Option(help: ArgumentHelp("Times that each question is asked.", valueName: "number"))
    var runs = 9

    @Option(help: ArgumentHelp("Keep the events there, and use those that are there.", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("Write the rows to this CSV file.", valueName: "file"))
    var export: String?

    func run() async throws {
        let throwaway = ThrowawayFolder()
        let folder = data ?? throwaway.path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let journal = try EventJournal(folder: Installation.journalFolder(folder))
        let population = QueryPopulation(events: events)
        let started = ContinuousClock.now
        if journal.storedCount == 0 { try await population.store(in: journal) }
        let stored = ContinuousClock.now
        let store = try await ColumnStore(folder: Installation.columnFolder(folder), journal: JournalFeed(journal))
        let opened = ContinuousClock.now
        try await store.catchUp()
        let caughtUp = ContinuousClock.now
        try await TextIndexer(store).catchUp()
        let indexed = ContinuousClock.now
        if let export { try await population.export(journal, to: export) }
        let (size, text) = (store.size, store.textProgress)
        Self.line { json in
            json.member("bench", "query")
            json.member("events", Int(journal.storedCount))
            json.member("store_seconds") { $0.value(Self.seconds(stored - started)) }
            json.member("open_seconds") { $0.value(Self.seconds(opened - stored)) }
            json.member("columns_seconds") { $0.value(Self.seconds(caughtUp - opened)) }
            json.member("segments", size.segments)
            json.member("column_bytes", size.bytes)
            json.member("text_seconds") { $0.value(Self.seconds(indexed - caughtUp)) }
            json.member("text_indexed_events", text.indexed)
            json.member("text_bytes", text.bytes)
        }
        let width = ProcessInfo.processInfo.activeProcessorCount
        for question in QueryQuestion.all(population) {
            let engine = QueryEngine(store, width: width, usesTextIndex: question.usesTextIndex)
            var times: [Double] = []
            var answer = 0
            for _ in 0..<max(runs, 1) {
                let start = ContinuousClock.now
                answer = try question.ask(engine)
                times.append(Self.seconds(ContinuousClock.now - start) * 1000)
            }
            times.sort()
            Self.line { json in
                json.member("query", question.name)
                json.member("median_ms") { $0.value(times[times.count / 2]) }
                json.member("worst_ms") { $0.value(times[times.count - 1]) }
                json.member("answer", answer)
            }
        }
        await journal.close()
    }

    private static func line(_ body: (inout JSONText) -> Void) {
        var text = JSONText()
        text.object(body)
        Console.print(String(decoding: text.bytes, as: UTF8.self))
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}

/// A question of the bench; its answer is one number, by which the answers of two programs are compared.
struct QueryQuestion {
    let name: String
    /// Whether words are looked up in their index.
    var usesTextIndex = true
    let ask: (QueryEngine) throws -> Int

    /// The questions, in the order of bench/query.py.
    static func all(_ population: QueryPopulation) -> [QueryQuestion] {
        let end = population.end
        let hour: Int64 = 3_600_000_000
        let day = 24 * hour
        func last(_ days: Int64) -> Range<Timestamp> { Timestamp(microseconds: end.microseconds - days * day)..<end }
        func predicate(_ text: String) throws -> KQLPredicate { try KQLPredicate(parsing: text, options: QueryOptions(now: end)) }
        func sum(_ groups: [Group]) -> Int { groups.reduce(0) { $0 + $1.count } }
        return [
            QueryQuestion(name: "top countries") { engine in
                sum(try engine.top(QueryScope(), by: [.field(.sourceCountryCode)], limit: 10).value.groups)
            },
            QueryQuestion(name: "top countries, 24 h") { engine in
                sum(try engine.top(QueryScope(times: last(1)), by: [.field(.sourceCountryCode)], limit: 10).value.groups)
            },
            QueryQuestion(name: "top ports of a country, 7 d") { engine in
                let scope = QueryScope(try predicate("source.geo.country_iso_code: CN"), times: last(7))
                return sum(try engine.top(scope, by: [.field(.destinationPort)], limit: 10).value.groups)
            },
            QueryQuestion(name: "hourly histogram, 30 d") { engine in
                try engine.histogram(QueryScope(times: last(30)), interval: hour).value.map(\.count).max() ?? 0
            },
            QueryQuestion(name: "last 100 events of an address") { engine in
                let scope = QueryScope(try predicate("source.ip: \(population.address(40))"))
                return try engine.page(scope, PageRequest(limit: 100)).value.events.count
            },
            QueryQuestion(name: "country × port × day") { engine in
                let keys: [GroupKey] = [.field(.sourceCountryCode), .field(.destinationPort), .time(interval: day, origin: 0)]
                return try engine.top(QueryScope(), by: keys, limit: 100).value.distinct
            },
            QueryQuestion(name: "substring in message, 24 h") { engine in
                try engine.count(QueryScope(try predicate("message: *ernal*"), times: last(1))).value
            },
            QueryQuestion(name: "distinct addresses per day") { engine in
                try engine.distinct(QueryScope(), of: .sourceIP, interval: day).value.reduce(0) { $0 + $1.count }
            },
        ]
            + [
                ("rare word", "payload.text: beacon"), ("phrase", "payload.text: \"reverse shell\""),
                ("beginning of a word", "payload.text: bea*"),
                ("end of a word", "payload.text: *acon"), ("rare word in any field", "beacon"),
            ].flatMap { name, text in
                [(name, true), ("\(name), no index", false)].map { name, usesTextIndex in
                    QueryQuestion(name: name, usesTextIndex: usesTextIndex) { engine in
                        try engine.count(QueryScope(try predicate(text))).value
                    }
                }
            }
    }
}
