import ArgumentParser
import Formats
import Glibc
import Model
import Simulator
import Sources
import Wire

/// Decoding alone, on one core: records of files that are in memory already, to events.
struct BenchFormats: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "formats", abstract: "Decode logs on one core: megabytes and events a second for each format.",
        discussion: """
            Files are read, decompressed and split into records first; only decoding is measured, in processor time, the best of several rounds.
            Without a file it is generated Suricata EVE alerts.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Rounds; the best counts.", valueName: "number"))
    var runs = 5

    @Flag(help: "Print the JSON object only.")
    var json = false

    @Argument(help: ArgumentHelp("Files and glob patterns.", valueName: "file"))
    var files: [String] = []

    /// Most bytes of a file that are looked at.
    private static let mostBytes = 64 << 20

    /// What was measured of one format.
    private struct Figures {
        var files = 0
        var bytes = 0
        var records = 0
        var events = 0
        var deadLetters = 0
        var seconds = 0.0

        var eventsPerSecond: Double { seconds > 0 ? (Double(events) / seconds).rounded() : 0 }
        var megabytesPerSecond: Double { seconds > 0 ? Double(bytes) / seconds / 1e6 : 0 }
    }

    func validate() throws {
        if runs < 1 { throw ValidationError("--runs: must be at least 1") }
    }

    func run() throws {
        let formats = try common.load().formats
        var figures: [String: Figures] = [:]
        for path in files.isEmpty ? [""] : FileSource(FileSourceOptions(paths: files)).files {
            let bytes = try path.isEmpty ? Self.generated() : FileSource.beginning(of: path, bytes: Self.mostBytes)
            guard let entry = formats.detect(head: bytes.span.extracting(first: 64 << 10), fileName: path) else {
                Console.error("\(path): no format claims it")
                continue
            }
            measure(bytes, entry, &figures[entry.spec.name, default: Figures()])
        }
        guard !figures.isEmpty else { throw ExitCode(1) }
        let sorted = figures.sorted { $0.value.eventsPerSecond > $1.value.eventsPerSecond }
        if !json { Console.print(Self.table(sorted)) }
        Console.print(Self.json(sorted))
    }

    /// A hundred thousand alerts of about a thousand bytes.
    private static func generated() -> [UInt8] {
        var generator = EVEGenerator(seed: 20_170_524)
        var bytes: [UInt8] = []
        generator.append(lines: 100_000, to: &bytes)
        return bytes
    }

    private func measure(_ bytes: [UInt8], _ entry: FormatCatalogue.Entry, _ figures: inout Figures) {
        var framer = Framer(framing: entry.spec.framing, maxRecordBytes: Self.mostBytes)
        framer.push(bytes)
        var batches: [FramedRun] = []
        while let run = framer.take(isFinal: true) { batches.append(run) }
        var best: (seconds: Double, events: Int, deadLetters: Int)?
        for _ in 0..<runs {
            guard var decoder = entry.make([]) else { return }
            var (events, deadLetters) = (0, 0)
            let start = Self.processorSeconds
            for run in batches { Self.decode(run, &decoder, &events, &deadLetters) }
            let seconds = Self.processorSeconds - start
            if seconds < best?.seconds ?? .infinity { best = (seconds, events, deadLetters) }
        }
        guard let best else { return }
        figures.files += 1
        figures.bytes += bytes.count
        figures.records += batches.reduce(0) { $0 + $1.records.count }
        figures.events += best.events
        figures.deadLetters += best.deadLetters
        figures.seconds += best.seconds
    }

    private static func decode(_ run: FramedRun, _ decoder: inout any Format, _ events: inout Int, _ deadLetters: inout Int) {
        var batch = EventBatch()
        batch.reserve(rows: run.records.count, rowBytes: 400, rawBytes: run.bytes.count / max(run.records.count, 1))
        let context = RecordContext(arrival: Timestamp(microseconds: 1_790_000_000_000_000))
        let span = run.bytes.span
        for range in run.records {
            do {
                _ = try decoder.decode(span.extracting(range), in: context, into: &batch)
            } catch {
                batch.abandonRow()
                deadLetters += 1
            }
        }
        events += batch.count
    }

    /// Processor time of this thread so far.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func table(_ figures: [(key: String, value: Figures)]) -> String {
        let rows = figures.map { name, value in
            [name, "\(value.files)", "\(value.events)", "\(Int(value.eventsPerSecond))", "\(Int(value.megabytesPerSecond.rounded()))"]
        }
        let all = [["format", "files", "events", "events/s", "MB/s"]] + rows
        let widths = (0..<5).map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { column, text in
                let blanks = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + blanks : blanks + text
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private static func json(_ figures: [(key: String, value: Figures)]) -> String {
        var text = JSONText()
        text.object { json in
            json.member("bench", "formats")
            json.member("formats") { json in
                json.object { json in for (name, value) in figures { json.member(name) { write(value, to: &$0) } } }
            }
        }
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private static func write(_ figures: Figures, to json: inout JSONText) {
        json.object { json in
            json.member("files", figures.files)
            json.member("bytes", figures.bytes)
            json.member("records", figures.records)
            json.member("events", figures.events)
            json.member("dead_letters", figures.deadLetters)
            json.member("events_per_second") { $0.value(figures.eventsPerSecond) }
            json.member("megabytes_per_second") { $0.value(figures.megabytesPerSecond, digits: 1) }
        }
    }
}
