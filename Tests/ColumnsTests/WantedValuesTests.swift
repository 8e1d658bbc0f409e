import Foundation
import Journal
import Model
import TestKit
import Testing

@testable import Columns

/// Events are found by their values, however far the columns are, and whatever became of them.
@Suite struct WantedValuesTests {
    private static let fields = [Field.sourceIP, .relatedIP, .destinationIP, .urlFull, .relatedHosts, .threatFeedName]

    /// A value in so many is wanted.
    private static func isWanted(_ field: Field, _ value: Span<UInt8>, _ salt: UInt64, _ share: UInt64) -> Bool {
        var bytes: [UInt8] = []
        for at in value.indices { bytes.append(value[at]) }
        return fnv1a64(bytes + [UInt8(truncatingIfNeeded: field.rawValue), UInt8(truncatingIfNeeded: salt)]) % share == 0
    }

    /// The events of the journal that have a wanted value, by looking at each.
    private static func expected(
        _ fixture: ColumnFixture, _ times: Range<Timestamp>?, _ salt: UInt64, _ share: UInt64
    ) async throws -> [EventID] {
        var found: [EventID] = []
        var cursor = EventID.zero
        while let block = try await fixture.journal.next(after: cursor) {
            for index in block.firstIndex(after: cursor)..<block.events.count
            where fits(block.events[index], block.id(index), times, salt, share) { found.append(block.id(index)) }
            cursor = block.lastID
        }
        return found
    }

    private static func fits(_ row: EventRow, _ id: EventID, _ times: Range<Timestamp>?, _ salt: UInt64, _ share: UInt64) -> Bool {
        if let times, !times.contains(row.date(.timestamp) ?? id.committed) { return false }
        var fits = false
        row.visit { pair in
            guard fields.contains(pair.field) else { return }
            fits = fits || isWanted(pair.field, Array(row.utf8(pair)).span, salt, share)
        }
        return fits
    }

    private struct Found: Equatable {
        var wanted: [EventID] = []
        var visited = 0
    }

    private static func visit(
        _ store: ColumnStore, times: Range<Timestamp>? = nil, _ salt: UInt64, _ share: UInt64, limit: Int = .max
    ) async throws -> Found {
        var found = Found()
        var last = EventID.zero
        try await store.visit(fields, times: times) {
            isWanted($0, $1, salt, share)
        } _: { block, index in
            #expect(block.id(index) > last, "in the order of their ids, each once")
            last = block.id(index)
            found.visited += 1
            if fits(block.events[index], block.id(index), times, salt, share) { found.wanted.append(block.id(index)) }
            return found.wanted.count < limit
        }
        return found
    }

    @Test(arguments: [UInt64(1), 2, 3]) func `What is found is what is there, whatever is sealed`(salt: UInt64) async throws {
        let fixture = try ColumnFixture(seed: 70 + salt)
        try await fixture.append(3000)
        let rising = fixture.events.map(\.position.time).sorted()
        let times = rising[500]..<rising[1500]
        for (name, rows) in [("none", 1_000_000), ("some", 700), ("all", 50)] {
            let store = try await fixture.store(name, fullRows: rows)
            // What comes after the columns were closed is in the journal only.
            for share in [UInt64(2), 50, 100_000] {
                let found = try await Self.visit(store, salt, share)
                #expect(found.wanted == (try await Self.expected(fixture, nil, salt, share)))
                if name == "all" {
                    #expect(found.visited < fixture.events.count || share == 2, "blocks are passed over")
                }
                #expect(try await Self.visit(store, times: times, salt, share).wanted == Self.expected(fixture, times, salt, share))
            }
        }
        let store = try await fixture.store("all", fullRows: 50)
        try await fixture.append(400)
        #expect(try await Self.visit(store, salt, 5).wanted == Self.expected(fixture, nil, salt, 5), "behind the columns, too")
        let all = try await Self.expected(fixture, nil, salt, 5)
        #expect(try await Self.visit(store, salt, 5, limit: 7).wanted == Array(all.prefix(7)), "it ends when it is told to")
    }

    @Test func `What retention has removed is not found`() async throws {
        let fixture = try ColumnFixture(seed: 81, options: ColumnRetentionTests.options())
        let store = try await fixture.store(fullRows: 200)
        for _ in 0..<5 {
            try await fixture.append(600)
            try await store.catchUp()
            fixture.clock.advance(seconds: 86_400)
            _ = try await fixture.journal.applyRetention()
            // Before and after the columns are told.
            for _ in 0..<2 {
                #expect(try await Self.visit(store, 1, 4).wanted == Self.expected(fixture, nil, 1, 4))
                try await store.prune()
            }
        }
    }

    @Test func `A damaged segment is made up for from the journal`() async throws {
        let fixture = try ColumnFixture(seed: 90)
        try await fixture.append(2000)
        let first = try await fixture.store(fullRows: 500)
        #expect(first.size.segments >= 3)
        // The values of a column are hit, not the head, so that it shows only when they are read.
        let path = first.sealedSegments[1].path
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        let size = try handle.seekToEnd()
        for at in stride(from: size / 2, to: size, by: 64) {
            try handle.seek(toOffset: at)
            try handle.write(contentsOf: Data([0xFF, 0xA5]))
        }
        try handle.close()
        let store = try await fixture.store(fullRows: 500)
        #expect(try await Self.visit(store, 1, 5).wanted == Self.expected(fixture, nil, 1, 5))
    }
}
