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
              petrel query 'source.ip: 198.51.100.0/24' --count --since 24h --compare
              petrel query --percentiles network.bytes --by network.transport --interval 1h --since 24h
              petrel query --first-seen source.ip --since 24h
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

    @Flag(help: "Beside a count, top values or a histogram: the period of the same length before --since.")
    var compare = false

    @Option(help: ArgumentHelp("Span of time for --percentiles and --surprise.", valueName: "span"))
    var interval: String?

    @OptionGroup(title: "Further questions") var analysis: QueryAnalysis

    @Flag(help: "Oldest events, or rarest values, first.")
    var ascending = false

    @Option(help: ArgumentHelp("Most events or groups.", valueName: "number"))
    var limit = 100

    @Option(help: ArgumentHelp("table, ndjson or csv.", valueName: "format"))
    var format = Format.table

    func validate() throws {
        let basic = [("--top", top != nil), ("--histogram", histogram != nil), ("--count", count)].filter(\.1).map(\.0)
        let asked = basic + analysis.asked
        if asked.count > 1 { throw ValidationError("choose one of \(asked.joined(separator: ", "))") }
        if by != nil, histogram == nil, analysis.percentiles == nil {
            throw ValidationError("--by: goes with --histogram and --percentiles")
        }
        if compare, basic.isEmpty { throw ValidationError("--compare: goes with --count, --top and --histogram") }
        if compare, since == nil { throw ValidationError("--compare: needs --since, so that the period has a length") }
        if interval != nil, analysis.percentiles == nil, analysis.surprise == nil {
            throw ValidationError("--interval: goes with --percentiles and --surprise")
        }
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
        if compare {
            let periods = try ComparedPeriods((scope.times?.lowerBound ?? now)..<(until == nil ? now : scope.times?.upperBound ?? now))
            try printCompared(engine, scope, periods, &writer)
        } else if !analysis.asked.isEmpty {
            let span = try interval.map { try QueryText.span($0, option: "--interval") }
            let frame = QueryAnalysis.Frame(
                engine: engine, scope: scope, limit: limit, isAscending: ascending, by: try by.map { try QueryText.field($0) },
                interval: span, now: now)
            try analysis.answer(frame, &writer)
        } else if count {
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

    private func printCompared(
        _ engine: QueryEngine, _ scope: QueryScope, _ periods: ComparedPeriods, _ writer: inout AnswerWriter
    ) throws {
        let names = ["count", "previous", "difference"]
        func values(_ counts: ComparedCount) -> [ColumnValue] {
            [counts.count, counts.previous, counts.difference].map { .integer(Int64($0)) }
        }
        if count { return writer.row(names, values(try engine.answer(.comparedCount(periods), scope).value)) }
        let fields = try (top.map { $0.split(separator: ",").map(String.init) } ?? by.map { [$0] } ?? []).map { try QueryText.field($0) }
        let question: Question<ComparedGroups>
        if let histogram {
            let interval = try QueryText.span(histogram, option: "--histogram")
            question = .comparedHistogram(interval: interval, by: fields.first.map(GroupKey.field), periods)
        } else {
            question = .comparedTop(by: fields.map(GroupKey.field), limit: limit, ascending: ascending, periods)
        }
        let heads = (histogram == nil ? [] : ["@timestamp"]) + fields.map(\.name) + names
        for group in try engine.answer(question, scope).value.groups { writer.row(heads, group.values + values(group.counts)) }
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
