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
        guard !configuration.indicators.isEmpty else { throw ValidationError("no indicator lists: add some below indicators: of --config") }
        let table = try await IndicatorList.load(configuration.indicators, formats: configuration.formats)
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
        guard !lists.isEmpty else { throw ValidationError("no indicator lists: name files, or --config with indicators:") }
        let table = try await IndicatorList.load(lists, formats: configuration.formats)
        let reader = try JournalReader(folder: Installation.journalFolder(common.dataFolder(configuration)))
        var totals = IndicatorTotals(lists: table.lists.map(\.name))
        var cursor = EventID.zero
        while let block = try reader.next(after: cursor) {
            try Task.checkCancellation()
            var out: [UInt8] = []
            for index in block.firstIndex(after: cursor)..<block.events.count {
                let row = block.events[index]
                let time = row.date(.timestamp)
                if let times, time.map({ !times.contains($0) }) ?? true { continue }
                let matches = table.matches(row)
                totals.add(matches)
                if summary { continue }
                for match in matches { Self.append(match, block.id(index), time, table, to: &out) }
            }
            guard Console.write(out, to: STDOUT_FILENO) else { return }
            cursor = block.lastID
        }
        if summary { for line in totals.lines { Console.print(line) } }
    }

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
