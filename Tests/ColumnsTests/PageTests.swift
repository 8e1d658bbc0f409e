import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// Pages of events: in order, whole, each event once.
@Suite struct PageTests {
    /// All pages of a scope, one after another; `between` runs after each.
    private static func walk(
        _ engine: QueryEngine, _ scope: QueryScope, limit: Int, isDescending: Bool, between: () async throws -> Void = {}
    ) async throws -> (positions: [EventPosition], rows: [[FieldValue: Int]]) {
        var positions: [EventPosition] = []
        var rows: [[FieldValue: Int]] = []
        var scope = scope
        while true {
            let answer = try engine.page(scope, PageRequest(limit: limit, isDescending: isDescending, after: positions.last))
            let page = answer.value
            if let upTo = scope.upTo { #expect(answer.upTo == upTo) }
            #expect(page.positions.count == page.events.count && page.positions.count <= limit)
            #expect(!page.hasMore || page.positions.count == limit)
            scope.upTo = answer.upTo
            positions += page.positions
            rows += (0..<page.events.count).map { FieldValue.counts(of: page.events[$0]) }
            if !page.hasMore { return (positions, rows) }
            try await between()
        }
    }

    @Test func `All pages together are the journal's events in order, and each holds all values of its row`() async throws {
        let fixture = try ColumnFixture(seed: 3)
        try await fixture.append(4300)
        let stores = [
            try await fixture.store("memory", fullRows: 1 << 18), try await fixture.store("files", fullRows: 2000),
            try await fixture.store("files", fullRows: 2000),
        ]
        var random = RandomQueries(seed: 4)
        for number in 0..<10 {
            let text = random.text()
            let scope = try random.scope(text)
            let isDescending = number % 2 == 0
            let wanted = fixture.events(scope).sorted { ($0.position < $1.position) != isDescending }
            let limit = max(wanted.count / 7, 1 + number % 5)
            for store in stores {
                let found = try await Self.walk(QueryEngine(store, width: 2), scope, limit: limit, isDescending: isDescending)
                #expect(found.positions == wanted.map(\.position), "\(text), limit \(limit)")
                #expect(found.rows == wanted.map(\.counts), "\(text), limit \(limit)")
            }
        }
    }

    @Test(arguments: [true, false]) func `A list stays as it was while events come`(isDescending: Bool) async throws {
        let fixture = try ColumnFixture(seed: 5)
        try await fixture.append(900)
        let store = try await fixture.store(fullRows: 400)
        let scope = QueryScope(try KQLPredicate(parsing: "not tags: ssh", options: QueryOptions(now: MixedEvents.end)))
        let wanted = fixture.events(scope).map(\.position).sorted { ($0 < $1) != isDescending }
        let found = try await Self.walk(QueryEngine(store, width: 2), scope, limit: 61, isDescending: isDescending) {
            // Enough for new segments while the list is read.
            try await fixture.append(150)
            try await store.catchUp()
        }
        #expect(found.positions == wanted)
        #expect(store.size.segments > 3)
    }

    @Test func `A list may end at any event`() async throws {
        let fixture = try ColumnFixture(seed: 6)
        try await fixture.append(700)
        let engine = QueryEngine(try await fixture.store(fullRows: 300), width: 2)
        for index in stride(from: 0, to: 700, by: 53) {
            let upTo = fixture.events[index].position.id
            let scope = QueryScope(upTo: upTo)
            let answer = try engine.page(scope, PageRequest(limit: 1000, isDescending: false))
            #expect(answer.upTo == upTo)
            #expect(answer.value.positions == fixture.events.prefix(index + 1).map(\.position).sorted())
            #expect(try engine.count(scope).value == index + 1)
        }
        #expect(try engine.count(QueryScope(upTo: .zero)).value == 0)
        #expect(throws: ColumnError.self) { try engine.page(QueryScope(), PageRequest(limit: 0)) }
        #expect(throws: ColumnError.self) { try engine.page(QueryScope(), PageRequest(limit: 10_001)) }
    }

    @Test(arguments: [1, 100]) func `Text that is not valid UTF-8 comes back as it was`(fullRows: Int) async throws {
        let fixture = try ColumnFixture(seed: 10)
        let text: [UInt8] = [0x61, 0xff, 0xc3]
        var batch = EventBatch()
        batch.append(.timestamp, MixedEvents.end)
        batch.append(.userName, utf8: text.span)
        batch.append(label: "zone", utf8: text.span)
        batch.endRowWithoutRaw()
        try await fixture.append(batch)
        let engine = QueryEngine(try await fixture.store(fullRows: fullRows), width: 1)
        let row = try engine.page(QueryScope(), PageRequest(limit: 1)).value.events[0]
        #expect(row.first(.userName).map { Array(row.utf8($0)) } == text)
        #expect(row.first(.labels).map { Array(row.bytes[..<$0.end].suffix(text.count)) } == text)
    }
}
