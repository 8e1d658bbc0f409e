import ArgumentParser
import Columns
import Foundation
import Journal
import Model

/// Tells what is stored and how large it is.
struct Stats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is stored: events by dataset and class, the time they span, sizes of journal and columns, words that are indexed.",
        discussion: "Reads the files, also while a server writes them.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let data = common.dataFolder(try common.load())
        let reader = try JournalReader(folder: Installation.journalFolder(data))
        let times = try reader.timeBounds()
        let held = try reader.holdings()
        let classes = RetentionClass.allCases.filter { held.events[$0] != nil || held.bytes[$0] != nil }
        let journal = Installation.files(in: Installation.journalFolder(data))
        let columns = Installation.files(in: Installation.columnFolder(data))
        let scratch = ThrowawayFolder()
        try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: true)
        let store = try await ColumnStore(
            folder: Installation.columnFolder(data), scratch: scratch.path,
            journal: try JournalFeed(folder: Installation.journalFolder(data)))
        try await store.catchUp()
        let engine = QueryEngine(store, width: ProcessInfo.processInfo.activeProcessorCount)
        let text = store.textProgress
        let events = try engine.count(QueryScope()).value
        let datasets = try engine.top(QueryScope(), by: [.field(.eventDataset)], limit: 1000).value.groups
        guard json else {
            Console.print("events    \(Console.grouped(events))")
            if let times { Console.print("times     \(times.lowerBound.iso8601) to \(times.upperBound.iso8601)") }
            Console.print("journal   \(Console.grouped(journal.bytes)) bytes in \(journal.count) files")
            for retained in classes {
                let (events, bytes) = (held.events[retained] ?? 0, held.bytes[retained] ?? 0)
                Console.print("          \(retained.name): \(Console.grouped(Int(events))) in \(Console.grouped(Int(bytes))) bytes")
            }
            if held.copies > 0 { Console.print("          copies to keep: \(Console.grouped(Int(held.copies)))") }
            if held.mixedEvents > 0 {
                let bytes = Console.grouped(Int(held.mixedBytes))
                Console.print(
                    "          of all classes, from earlier versions: \(Console.grouped(Int(held.mixedEvents))) in \(bytes) bytes")
            }
            Console.print("columns   \(Console.grouped(columns.bytes)) bytes in \(columns.count) files")
            Console.print(
                "text      words of \(Console.grouped(text.indexed)) of \(Console.grouped(text.events)) events indexed, "
                    + "\(Console.grouped(text.bytes)) bytes")
            for group in datasets {
                Console.print("          \(Console.harmless(group.values[0].description)): \(Console.grouped(group.count))")
            }
            return
        }
        var out = JSONText()
        out.object { json in
            json.member("events", events)
            json.member("first", times?.lowerBound.iso8601)
            json.member("last", times?.upperBound.iso8601)
            json.member("journal_bytes", journal.bytes)
            json.member("column_bytes", columns.bytes)
            json.member("text_indexed_events", text.indexed)
            json.member("text_bytes", text.bytes)
            json.member("classes") { json in
                json.object { json in
                    for retained in classes {
                        json.member(retained.name) { json in
                            json.object { json in
                                json.member("events", Int(held.events[retained] ?? 0))
                                json.member("bytes", Int(held.bytes[retained] ?? 0))
                            }
                        }
                    }
                }
            }
            json.member("copies", Int(held.copies))
            json.member("mixed_events", Int(held.mixedEvents))
            json.member("datasets") { json in
                json.object { json in for group in datasets { json.member(group.values[0].description, group.count) } }
            }
        }
        Console.print(String(decoding: out.bytes, as: UTF8.self))
    }
}
