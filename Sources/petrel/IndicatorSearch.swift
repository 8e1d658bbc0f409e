import Columns
import Enrichment
import Foundation
import Journal
import Model
import Pipeline

/// Finds indicators and what names them among the stored events: by the columns as far as they are, in the journal for the rest.
struct IndicatorSearch {
    /// An event that names indicators.
    struct Match {
        var id: EventID
        var time: Timestamp?
        var found: [IndicatorTable.Match]
    }

    private let folder: String
    private let journal: JournalFeed

    /// A search in that folder's journal; `journal` is given where this process keeps it.
    init(dataFolder: String, journal: JournalFeed? = nil) throws(JournalError) {
        folder = dataFolder
        if let journal { self.journal = journal } else { self.journal = try JournalFeed(folder: Installation.journalFolder(dataFolder)) }
    }

    /// The configured lists and those that sources have brought.
    func table(_ configuration: Configuration) async throws -> IndicatorTable {
        var builder = try await IndicatorList.read(configuration.indicators, formats: configuration.formats)
        let feeds = IndicatorFeeds(names: configuration.indicatorFeeds)
        try await gather(feeds)
        try feeds.add(to: &builder)
        return builder.build()
    }

    /// Adds what is stored of feeds to them, oldest first.
    func gather(_ feeds: IndicatorFeeds) async throws {
        guard !feeds.names.isEmpty else { return }
        let names = Set(feeds.names.map { Array($0.utf8) })
        try await visit([.threatFeedName]) { _, value in
            value.withUnsafeBufferPointer { names.contains(Array($0)) }
        } _: { block, index in
            feeds.add(stored: block.events[index])
            return true
        }
    }

    /// Tells of each stored event that names an indicator, in the order of their ids, until `body` returns false.
    ///
    /// - Parameter times: event times; with them, events without a time are left out.
    func matches(of table: IndicatorTable, times: Range<Timestamp>?, _ body: (Match) throws -> Bool) async throws {
        try await visit(table.searchedFields, times: times) {
            table.names($0, $1)
        } _: { block, index in
            let row = block.events[index]
            let time = row.date(.timestamp)
            if let times, time.map({ !times.contains($0) }) ?? true { return true }
            let found = table.matches(row)
            return try found.isEmpty || body(Match(id: block.id(index), time: time, found: found))
        }
    }

    private func visit(
        _ fields: [Field], times: Range<Timestamp>? = nil, where isWanted: (Field, Span<UInt8>) -> Bool,
        _ body: (Block, Int) throws -> Bool
    ) async throws {
        guard let columns = try await columns() else {
            _ = try await journal.visit(body)
            return
        }
        try await columns.visit(fields, times: times, where: isWanted, body)
    }

    /// The columns as they are; nil where there are none, or none that can be read.
    private func columns() async throws -> ColumnStore? {
        let columns = Installation.columnFolder(folder)
        guard FileManager.default.fileExists(atPath: columns) else { return nil }
        let scratch = ThrowawayFolder()
        do {
            return try await ColumnStore(folder: columns, scratch: scratch.path, journal: journal)
        } catch let error as ColumnError {
            Console.error("the columns cannot be used, so the whole journal is read: \(error)")
            return nil
        }
    }
}
