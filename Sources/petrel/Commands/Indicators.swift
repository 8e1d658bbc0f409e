import ArgumentParser
import Enrichment
import Foundation
import Glibc
import Journal
import Model
import Pipeline

/// Indicator lists and what is stored about them.
struct Indicators: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "indicators", abstract: "Read indicator lists, and find stored events that name an indicator.",
        subcommands: [IndicatorsMatch.self, IndicatorsList.self])
}

/// Prints what the configured lists hold.
struct IndicatorsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Read the configured lists and print what they hold.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.load()
        guard !configuration.indicators.isEmpty || !configuration.indicatorFeeds.isEmpty else {
            throw ValidationError("no indicator lists: add some below indicators: of --config, or let a source use_as_indicators")
        }
        let table = try await IndicatorSearch(dataFolder: common.dataFolder(configuration)).table(configuration)
        for list in table.lists {
            Console.print(
                "\(list.name): \(list.addresses) addresses and networks, \(list.domains) domains, \(list.urls) URLs, \(list.hashes) hashes"
                    + (list.unused == 0 ? "" : ", \(list.unused) of other types, which are joined with nothing"))
        }
    }
}

/// Prints the stored events that name an indicator.
struct IndicatorsMatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match", abstract: "Print the stored attacks and posts that name an indicator.",
        discussion: """
            Reads the whole journal, or the event times that are named: a list of today also finds what happened before it.

            EXAMPLES
              petrel indicators match --config petrel.yaml --since 30d
              petrel indicators match --data DIR --summary drop_v4.json feodo.csv
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Lists to look for instead of the configured ones.", valueName: "file"))
    var files: [String] = []

    @Option(help: ArgumentHelp("Format of the files.", valueName: "name"))
    var format: String?

    @Option(help: ArgumentHelp("Event times from then on, a span back or a date.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Event times before then.", valueName: "time"))
    var until: String?

    @Flag(help: "Print totals by list instead of events.")
    var summary = false

    func run() async throws {
        let configuration = try common.load()
        let times = try QueryText.times(since: since, until: until, now: WallClock.system.now)
        let lists =
            files.isEmpty
            ? configuration.indicators
            : files.map { IndicatorList(name: URL(fileURLWithPath: $0).lastPathComponent, path: $0, format: format) }
        let data = common.dataFolder(configuration)
        let search = try IndicatorSearch(dataFolder: data)
        let table: IndicatorTable
        if files.isEmpty {
            guard !lists.isEmpty || !configuration.indicatorFeeds.isEmpty else {
                throw ValidationError("no indicator lists: name files, or --config with indicators: or a source's use_as_indicators:")
            }
            table = try await search.table(configuration)
        } else {
            table = try await IndicatorList.read(lists, formats: configuration.formats).build()
        }
        var totals = IndicatorTotals(lists: table.lists.map(\.name))
        var out: [UInt8] = []
        var isRead = true
        try await search.matches(of: table, times: times) { match in
            totals.add(match.found)
            if summary { return true }
            for found in match.found { Self.append(found, match.id, match.time, table, to: &out) }
            guard out.count >= Self.pageBytes else { return true }
            defer { out.removeAll(keepingCapacity: true) }
            isRead = Console.write(out, to: STDOUT_FILENO)
            return isRead
        }
        guard isRead, Console.write(out, to: STDOUT_FILENO) else { return }
        if summary { for line in totals.lines { Console.print(line) } }
    }

    /// Bytes of output that are written at once.
    private static let pageBytes = 1 << 16

    private static func append(
        _ match: IndicatorTable.Match, _ id: EventID, _ time: Timestamp?, _ table: IndicatorTable, to out: inout [UInt8]
    ) {
        var json = JSONText()
        json.object { json in
            json.member("id", "\(id.value)")
            json.member("@timestamp", time?.iso8601)
            json.member("field", match.field.name)
            json.member("value", match.value)
            json.member("lists") { json in
                json.array { json in
                    for (number, list) in table.lists.enumerated() where match.lists & 1 << UInt64(number) != 0 { json.value(list.name) }
                }
            }
        }
        out += json.bytes + [UInt8(ascii: "\n")]
    }
}

/// How many events and values matched, by list.
struct IndicatorTotals {
    private let lists: [String]
    private var events: [Int]
    private var values: [Set<String>]

    init(lists: [String]) {
        self.lists = lists
        events = [Int](repeating: 0, count: lists.count)
        values = [Set<String>](repeating: [], count: lists.count)
    }

    /// Counts an event's matches.
    mutating func add(_ matches: [IndicatorTable.Match]) {
        let all = matches.reduce(0) { $0 | $1.lists }
        guard all != 0 else { return }
        for number in lists.indices where all & 1 << UInt64(number) != 0 {
            events[number] += 1
            for match in matches where match.lists & 1 << UInt64(number) != 0 { values[number].insert(match.value) }
        }
    }

    /// A line for each list.
    var lines: [String] {
        lists.indices.map { "\(lists[$0]): \(events[$0]) events, \(values[$0].count) distinct values" }
    }
}
