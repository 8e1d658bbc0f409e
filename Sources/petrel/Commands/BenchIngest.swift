import ArgumentParser
import Columns
import Enrichment
import Foundation
import Glibc
import Journal
import Model
import Pipeline
import Simulator
import Sources

/// EVE lines from a file into the journal: framed, decoded, enriched, committed with their raw line, read back.
struct BenchIngest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "EVE lines from a file to the journal, enriched, raw line kept, synchronous=FULL.")

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Lines to generate when no file is named.", valueName: "number"))
    var lines = 500_000

    @Option(help: ArgumentHelp("A log to use instead.", valueName: "file"))
    var file: String?

    @Flag(inversion: .prefixedNo, help: "Let the columns and the index of their words follow.")
    var columns = true

    @Flag(help: "Print the JSON object only.")
    var json = false

    func run() async throws {
        let configuration = try common.load()
        let folder = ThrowawayFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let path = try file ?? generate(in: folder.path)
        let installation = try Installation(
            configuration, dataFolder: folder.path, assetFolder: Installation.assetFolder(named: common.assets, configuration))
        try Self.readOnce(path)
        if !json { for missing in installation.assets.missing { Console.error("\(missing)") } }
        let store = try await ColumnStore(folder: Installation.columnFolder(folder.path), journal: JournalFeed(installation.journal))
        let indexer = TextIndexer(store)
        let before = Self.usage
        let started = ContinuousClock.now
        let (report, after, behind, indexed) = try await withThrowingTaskGroup(of: FileImporter.Report?.self) { group in
            group.addTask { try await FileImporter(pipeline: installation.pipeline).run([path], format: nil, quiet: true) }
            if columns {
                group.addTask {
                    try await store.run()
                    return nil
                }
                group.addTask {
                    try await indexer.run()
                    return nil
                }
            }
            // The columns and the index go on until they are cancelled.
            let report = try await group.next() ?? nil
            let after = Self.usage
            let head = installation.journal.head
            if columns { _ = await store.wait(for: head) }
            let behind = ContinuousClock.now - started
            if columns { _ = await indexer.wait() }
            let indexed = ContinuousClock.now - started
            group.cancelAll()
            return (report ?? FileImporter.Report(), after, behind, indexed)
        }
        await installation.journal.close()
        let peak = after.peakMebibytes
        let reader = try JournalReader(folder: Installation.journalFolder(folder.path))
        let verified = try Self.readBack(reader)
        guard verified.events == report.ledger.stored, report.failures.isEmpty, report.ledger.deadLettered == 0 else {
            Console.error("stored \(report.ledger.stored), read back \(verified.events), dead-lettered \(report.ledger.deadLettered)")
            throw ExitCode(1)
        }
        var text = JSONText()
        text.object { json in
            json.member("bench", "ingest")
            json.member("events", Int(report.ledger.stored))
            json.member("seconds") { $0.value(report.seconds) }
            json.member("events_per_second") { $0.value((Double(report.ledger.stored) / report.seconds).rounded()) }
            if columns {
                json.member("columns_caught_up_seconds") { $0.value(behind / .seconds(1)) }
                json.member("text_caught_up_seconds") { $0.value(indexed / .seconds(1)) }
                json.member("text_indexed_events", store.textProgress.indexed)
                json.member("text_bytes", store.textProgress.bytes)
            }
            json.member("cpu_seconds") { $0.value(after.cpuSeconds - before.cpuSeconds) }
            json.member("peak_mebibytes") { $0.value(peak, digits: 0) }
            json.member("raw_bytes", verified.rawBytes)
            json.member("journal_bytes", Installation.files(in: Installation.journalFolder(folder.path)).bytes)
            json.member("verified", Int(verified.events))
            json.member("enriched") { $0.value(installation.assets.missing.isEmpty) }
        }
        Console.print(String(decoding: text.bytes, as: UTF8.self))
    }

    private func generate(in folder: String) throws -> String {
        let path = "\(folder)/eve.json"
        var generator = EVEGenerator(seed: 20_170_524)
        let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        var left = lines
        while left > 0 {
            var bytes: [UInt8] = []
            generator.append(lines: min(left, 10_000), to: &bytes)
            guard Console.write(bytes, to: descriptor) else { throw DataFileError(description: "\(path): cannot be written") }
            left -= 10_000
        }
        return path
    }

    /// Reads the file once, so that it comes from memory when time counts: the pipeline is measured, not the disk.
    private static func readOnce(_ path: String) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {}
        try file.close()
    }

    /// Reads every stored event.
    private static func readBack(_ reader: JournalReader) throws -> (events: Int64, rawBytes: Int) {
        var events: Int64 = 0
        var rawBytes = 0
        var cursor = EventID.zero
        while let block = try reader.next(after: cursor) {
            events += Int64(block.events.count)
            rawBytes += block.events.rawBytes.count
            cursor = block.lastID
        }
        return (events, rawBytes)
    }

    /// Processor seconds of this process so far, and its largest resident size.
    static var usage: (cpuSeconds: Double, peakMebibytes: Double) {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = { (time: timeval) in Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return (seconds(usage.ru_utime) + seconds(usage.ru_stime), Double(usage.ru_maxrss) / 1024)
    }
}
