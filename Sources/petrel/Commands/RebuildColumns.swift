import ArgumentParser
import Columns
import Foundation
import Journal

/// Makes the columns again from the journal.
struct RebuildColumns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild-columns", abstract: "Make the columns and the index of their words again from the journal.",
        discussion: "Stop the server first. Without it nothing is lost either: a start makes again what is missing or damaged.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let data = common.dataFolder(try common.load())
        let feed = try JournalFeed(folder: Installation.journalFolder(data))
        let total = Int(try JournalReader(folder: Installation.journalFolder(data)).count())
        let store = try await ColumnStore(folder: Installation.columnFolder(data), startsAnew: true, journal: feed)
        let started = ContinuousClock.now
        var shown = started
        try await store.catchUp { rows in
            guard Console.isTerminal, ContinuousClock.now - shown > .milliseconds(200) else { return }
            shown = .now
            Console.status("\(Console.grouped(rows)) of \(Console.grouped(total)) events")
        }
        let indexer = TextIndexer(store)
        try await indexer.catchUp { progress in
            guard Console.isTerminal else { return }
            Console.status("words of \(Console.grouped(progress.indexed)) of \(Console.grouped(progress.sealed)) events")
        }
        if Console.isTerminal { Console.endStatus() }
        if let failure = indexer.failure { throw DataFileError(description: failure) }
        let (size, text) = (store.size, store.textProgress)
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        Console.print(
            "\(Console.grouped(size.rows)) events in \(size.segments) segments of \(Console.grouped(size.bytes)) bytes and in memory, "
                + "words of \(Console.grouped(text.indexed)) indexed in \(Console.grouped(text.bytes)) bytes, "
                + String(format: "%.1f s", seconds))
    }
}
