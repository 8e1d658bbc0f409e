import Journal
import Model
import TestKit
import Testing

@testable import Columns

/// The store follows its journal.
@Suite struct ColumnStoreTests {
    @Test func `What the journal no longer has is not in the answers`() async throws {
        var options = JournalOptions()
        options.maximumAgeDays = 1
        let fixture = try ColumnFixture(seed: 31, options: options)
        try await fixture.append(1000)
        let store = try await fixture.store(fullRows: 300)
        fixture.clock.advance(seconds: 4 * 86_400)
        try await fixture.append(500)
        try await store.catchUp()
        #expect(store.size.segments == 5)
        #expect(try await !fixture.journal.applyRetention().isEmpty)
        try await store.prune()
        // The fourth file holds the last of the old events, too.
        #expect(store.size.segments == 2)
        let again = try await fixture.store(fullRows: 300)
        #expect(again.size.segments == 2)
        let kept = Array(fixture.events[1000...])
        for engine in [QueryEngine(store, width: 2), QueryEngine(again, width: 2)] {
            #expect(try engine.count(QueryScope()).value == 500)
            let groups = try engine.groups(QueryScope(), by: [.field(.userName)]).value
            #expect(Set(groups) == ColumnFixture.groups(kept, by: [.field(.userName)]))
            let page = try engine.page(QueryScope(), PageRequest(limit: 1000, isDescending: false)).value
            #expect(page.positions == kept.map(\.position).sorted())
        }
    }

    @Test func `Who waits for an event is told when it is in the columns, or that the wait was ended`() async throws {
        let fixture = try ColumnFixture(seed: 32)
        let store = try await fixture.store(fullRows: 300)
        #expect(try QueryEngine(store, width: 2).count(QueryScope()).value == 0)
        let following = Task { try await store.run() }
        try await fixture.append(700)
        let head = fixture.journal.head
        #expect(await store.wait(for: head))
        #expect(store.upTo == head && store.size.segments == 2)
        let waiting = Task { await store.wait(for: EventID(head.value + 1)) }
        waiting.cancel()
        #expect(await !waiting.value)
        following.cancel()
        try await following.value
    }

    @Test func `A query that was stopped says so`() async throws {
        let fixture = try ColumnFixture(seed: 33)
        try await fixture.append(700)
        let engine = QueryEngine(try await fixture.store(fullRows: 300), width: 2)
        let stop = QueryStop()
        stop.stop()
        #expect {
            try engine.count(QueryScope(), stop: stop)
        } throws: { error in
            (error as? ColumnError)?.code == .stopped
        }
    }
}
