import ArgumentParser
import Foundation
import Journal
import Model

/// Writes the journal's old files anew, so that they become smaller.
struct Compact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the journal's files of past days anew, so that they become smaller.",
        discussion: """
            A server does so by itself, in the background (journal.compaction). One file after another; what is done stays done, so it can be
            interrupted and started again. Prints a line for each file, with --json an object.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print a JSON object for each file.")
    var json = false

    func run() async throws {
        let configuration = try common.load()
        var options = configuration.journal
        options.compacts = true
        let journal = try EventJournal(folder: Installation.journalFolder(common.dataFolder(configuration)), options: options)
        var total = (files: 0, before: Int64(0), after: Int64(0))
        do {
            while let report = try await journal.compactNext(progress: Self.show(from: .now)) {
                if Console.isTerminal { Console.endStatus() }
                total = (total.files + 1, total.before + report.bytesBefore, total.after + report.bytesAfter)
                print(report)
            }
        } catch {
            await journal.close()
            throw error
        }
        await journal.close()
        guard !json else { return }
        Console.print(
            "\(total.files) files, \(Console.grouped(Int(total.before))) bytes before and \(Console.grouped(Int(total.after))) after")
    }

    private func print(_ report: CompactionReport) {
        guard json else {
            let sizes = "\(Console.grouped(Int(report.bytesBefore))) to \(Console.grouped(Int(report.bytesAfter))) bytes"
            return Console.print("\(report.file)  \(Console.grouped(Int(report.events))) events, \(sizes)")
        }
        var text = JSONText()
        text.object { json in
            json.member("file", report.file)
            json.member("events", Int(report.events))
            json.member("bytes_before", Int(report.bytesBefore))
            json.member("bytes_after", Int(report.bytesAfter))
        }
        Console.print(String(decoding: text.bytes, as: UTF8.self))
    }

    /// Shows on a terminal how far a file is, how fast it goes and what is left.
    private static func show(from start: ContinuousClock.Instant) -> @Sendable (Int64, Int64) -> Void {
        { done, total in
            guard Console.isTerminal, done > 0 else { return }
            let seconds = max((ContinuousClock.now - start) / .seconds(1), 0.001)
            let rate = Double(done) / seconds
            Console.status(
                "\(Console.grouped(Int(done))) of \(Console.grouped(Int(total))) events, \(Console.grouped(Int(rate)))/s, "
                    + String(format: "%.0f s left", Double(total - done) / rate))
        }
    }
}
