import ArgumentParser
import Columns
import Foundation
import Glibc
import Journal
import KQL
import Model

/// Answers a question about the stored events.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Ask the stored events: list, count, top values or a histogram, by event time.",
        discussion: """
            Reads the journal and its columns, also while a server writes them.

            EXAMPLES
              petrel query 'attack.type: bruteforce' --since 7d
              petrel query 'destination.port: 22' --top source.ip --limit 20
              petrel query --top source.geo.country_iso_code,destination.port --since 24h --format csv
              petrel query 'user.name: root' --histogram 1h --by attack.type --since 2024-05-01 --until 2024-05-08
              petrel query 'source.ip: 198.51.100.0/24' --count
            """)

    /// How an answer is printed.
    enum Format: String, CaseIterable, ExpressibleByArgument { case table, ndjson, csv }

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Which events (KQL); all when left out.", valueName: "query"))
    var query = ""

    @Option(help: ArgumentHelp("From then on: a span such as 90m, 24h, 7d, or a date.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Until then, which is outside: a span before now, or a date.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Most frequent values of a field, or of up to four.", valueName: "field,…"))
    var top: String?

    @Option(help: ArgumentHelp("Events per span of time, such as 1h.", valueName: "span"))
    var histogram: String?

    @Option(help: ArgumentHelp("Split the histogram by the values of a field.", valueName: "field"))
    var by: String?

    @Flag(help: "The number of events only.")
    var count = false

    @Flag(help: "Oldest events, or rarest values, first.")
    var ascending = false

    @Option(help: ArgumentHelp("Most events or groups.", valueName: "number"))
    var limit = 100

    @Option(help: ArgumentHelp("table, ndjson or csv.", valueName: "format"))
    var format = Format.table

    func validate() throws {
        if [top != nil, histogram != nil, count].filter({ $0 }).count > 1 {
            throw ValidationError("choose one of --top, --histogram and --count")
        }
        if by != nil, histogram == nil { throw ValidationError("--by: goes with --histogram") }
        if !(1...10_000).contains(limit) { throw ValidationError("--limit: a number from 1 to 10000") }
    }

    func run() async throws {
        let now = WallClock.system.now
        let predicate = try QueryText.predicate(query, now: now)
        let scope = QueryScope(predicate, times: try QueryText.times(since: since, until: until, now: now))
        let configuration = try common.load()
        let data = common.dataFolder(configuration)
        let scratch = ThrowawayFolder()
        try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: true)
        let store = try await ColumnStore(
            folder: Installation.columnFolder(data), scratch: scratch.path,
            journal: try JournalFeed(folder: Installation.journalFolder(data)))
        try await store.catchUp()
        let engine = QueryEngine(store, width: ProcessInfo.processInfo.activeProcessorCount)
        var writer = AnswerWriter(format: format)
        if count {
            writer.row(["count"], [.integer(Int64(try engine.count(scope).value))])
        } else if let top {
            let fields = try top.split(separator: ",").map { try QueryText.field(String($0)) }
            let answer = try engine.top(scope, by: fields.map(GroupKey.field), limit: limit, ascending: ascending)
            for group in answer.value.groups {
                writer.row(fields.map(\.name) + ["count"], group.values + [.integer(Int64(group.count))])
            }
        } else if let histogram {
            try printHistogram(engine, scope, interval: try QueryText.span(histogram, option: "--histogram"), &writer)
        } else {
            try printEvents(engine, scope, &writer)
        }
        writer.finish()
    }

    private func printHistogram(_ engine: QueryEngine, _ scope: QueryScope, interval: Int64, _ writer: inout AnswerWriter) throws {
        let split = try by.map { try QueryText.field($0) }
        let keys = [GroupKey.time(interval: interval, origin: 0)] + (split.map { [.field($0)] } ?? [])
        let groups = try engine.groups(scope, by: keys).value.sorted { $0.precedes($1) }
        for group in groups {
            writer.row(["@timestamp"] + (split.map { [$0.name] } ?? []) + ["count"], group.values + [.integer(Int64(group.count))])
        }
    }

    private func printEvents(_ engine: QueryEngine, _ scope: QueryScope, _ writer: inout AnswerWriter) throws {
        let page = try engine.page(scope, PageRequest(limit: limit, isDescending: !ascending)).value
        let shown: [Field] = [
            .eventDataset, .attackType, .attackSeverity, .sourceIP, .sourceCountryCode, .destinationPort, .observerName, .ruleName,
            .message,
        ]
        for row in 0..<page.events.count {
            if format == .ndjson {
                writer.document(page.events[row], id: page.positions[row].id)
            } else {
                writer.row(
                    ["@timestamp"] + shown.map(\.name),
                    [.date(page.positions[row].time)] + shown.map { .text(page.events[row].printed($0)) })
            }
        }
    }
}
