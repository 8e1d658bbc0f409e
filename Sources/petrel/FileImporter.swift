import Foundation
import Journal
import Model
import Pipeline
import Sources

/// Imports files into a journal and reports what became of them.
struct FileImporter {
    /// What an import did.
    struct Report {
        var ledger = Ledger()
        var seconds = 0.0
        var files: [FileOutcome] = []
        /// Event times of what was stored; nil when nothing new was.
        var times: ClosedRange<Timestamp>?

        var failures: [FileOutcome] { files.filter { $0.error != nil } }
    }

    /// Name of the source under which imports are booked, unless the configuration says otherwise.
    static let sourceName = "import"

    let pipeline: IngestPipeline

    /// Reads every file once, and standard input where `-` stands for it.
    func run(_ paths: [String], format: String?, quiet: Bool = false) async throws -> Report {
        let journal = pipeline.journal
        let before = journal.ledgers[Self.sourceName] ?? Ledger()
        let head = journal.head
        let start = ContinuousClock.now
        let progress = ImportProgress(totalBytes: paths.reduce(0) { $0 + Self.size($1) })
        let files = paths.filter { $0 != StandardInputSource.path }
        let source = FileSource(
            FileSourceOptions(paths: files, format: format), onProgress: { if !quiet { progress.note($0) } },
            onNotice: { Console.error("\($0)") })
        let intake = pipeline.intake(for: SourceSettings(name: Self.sourceName, format: format))
        var report = Report()
        defer { progress.end() }
        if !files.isEmpty { report.files = try await source.importFiles(into: intake) }
        if files.count < paths.count { report.files.append(try await StandardInputSource(format: format).importAll(into: intake)) }
        intake.meter.note(.finished)
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        report.ledger = (journal.ledgers[Self.sourceName] ?? Ledger()) - before
        report.times = try await Self.times(journal, after: head)
        return report
    }

    /// The event times behind a cursor.
    private static func times(_ journal: EventJournal, after cursor: EventID) async throws -> ClosedRange<Timestamp>? {
        try await journal.reading { reader throws(JournalError) in try reader.timeBounds(after: cursor) }
    }

    private static func size(_ path: String) -> UInt64 {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.uint64Value ?? 0
    }
}

extension FileImporter.Report {
    /// The report as one JSON object on a line.
    var json: String {
        var json = JSONText()
        json.object { json in
            write(ledger, to: &json)
            json.member("seconds") { $0.value(seconds, digits: 3) }
            json.member("by_source") { json in
                json.array { json in
                    json.object { json in
                        json.member("source", FileImporter.sourceName)
                        write(ledger, to: &json)
                    }
                }
            }
            json.member("files") { json in
                json.array { json in
                    for file in files {
                        json.object { json in
                            json.member("path", file.path)
                            json.member("format", file.format)
                            json.member("error", file.error.map { "\($0)" })
                        }
                    }
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func write(_ ledger: Ledger, to json: inout JSONText) {
        json.member("received", Int(ledger.received))
        json.member("stored", Int(ledger.stored))
        json.member("duplicate", Int(ledger.duplicate))
        json.member("filtered", Int(ledger.filtered))
        json.member("dead_lettered", Int(ledger.deadLettered))
        json.member("shed", Int(ledger.shed))
    }

    /// The report for people.
    var text: String {
        let rows = [
            ("received", ledger.received), ("stored", ledger.stored), ("duplicate", ledger.duplicate), ("filtered", ledger.filtered),
            ("dead-lettered", ledger.deadLettered), ("shed", ledger.shed),
        ]
        let width = rows.map { Console.grouped(Int($0.1)).count }.max() ?? 0
        var lines = rows.map { name, count in
            let number = Console.grouped(Int(count))
            return name.padding(toLength: 14, withPad: " ", startingAt: 0) + String(repeating: " ", count: width - number.count) + number
        }
        let rate = Int(Double(ledger.received) / max(seconds, 0.001))
        lines.append("in \((seconds * 10).rounded() / 10) s, \(Console.grouped(rate)) a second")
        return lines.joined(separator: "\n")
    }
}
