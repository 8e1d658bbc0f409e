import Journal
import Model
import TestKit
import Testing

@testable import Columns

/// Columns show what the journal still has: no more and no less.
@Suite struct ColumnRetentionTests {
    static func options() -> JournalOptions {
        var options = JournalOptions()
        options.retention = [
            .attacks: RetentionLimit(maximumAgeDays: 4), .posts: RetentionLimit(maximumAgeDays: 3),
            .records: RetentionLimit(maximumAgeDays: 1),
        ]
        return options
    }

    /// Every answer of the engines over what is left.
    static func check(_ fixture: ColumnFixture, _ stores: [ColumnStore], _ random: inout RandomQueries, _ about: Comment) throws {
        for store in stores {
            let engine = QueryEngine(store, width: 2)
            try AgreementTests.Expected(QueryScope(), fixture, &random).check(engine, about)
            for _ in 0..<12 { try AgreementTests.Expected(random.scope(random.text()), fixture, &random).check(engine, about) }
            let page = try engine.page(QueryScope(), PageRequest(limit: 10_000, isDescending: false)).value
            #expect(page.positions == fixture.events.map(\.position).sorted(), about)
            let extent = try engine.answer(.extent, QueryScope()).value
            #expect(extent.count == fixture.events.count, about)
            #expect(extent.first == fixture.events.map(\.position.time).min(), about)
            #expect(extent.last == fixture.events.map(\.position.time).max(), about)
        }
    }

    @Test func `After classes are removed, answers are those over what is left`() async throws {
        let fixture = try ColumnFixture(seed: 51, options: Self.options())
        var random = RandomQueries(seed: 52)
        let small = try await fixture.store("small", fullRows: 300)
        let large = try await fixture.store("large", fullRows: 100_000)
        var removals = small.extent.removals
        for day in 0..<7 {
            try await fixture.append(700)
            let kept = fixture.events.suffix(700).indices.filter { $0 % 97 == 0 }.map { fixture.events[$0].position.id }
            _ = try await fixture.journal.keep(ids: kept)
            fixture.clock.advance(seconds: 86_400)
            for store in [small, large] { try await store.catchUp() }
            if try await !fixture.journal.applyRetention().isEmpty {
                for store in [small, large] { try await store.prune() }
                #expect(small.extent.removals != removals, "another state has another tag")
                removals = small.extent.removals
            }
            try await fixture.forgetRemoved()
            let again = try await fixture.store("again\(day)", fullRows: 300)
            try Self.check(fixture, [small, large, again], &random, "day \(day)")
        }
        // A start with the same files finds the same, and removes what is not needed.
        let opened = try await fixture.store("small", fullRows: 300)
        #expect(opened.size.segments == small.size.segments)
        try Self.check(fixture, [opened], &random, "opened")
        #expect(opened.upTo == fixture.journal.head)
    }

    @Test func `Segments of which nothing is left are removed, also between others, and the chain holds`() async throws {
        let fixture = try ColumnFixture(seed: 53, options: Self.options())
        for family in ["attack", "record", "attack"] {
            var batch = EventBatch()
            for number in 0..<300 {
                batch.append(.timestamp, fixture.clock.now)
                batch.append(.eventFamily, family)
                batch.append(.eventSequence, integer: Int64(number))
                batch.endRowWithoutRaw()
            }
            try await fixture.append(batch)
        }
        fixture.clock.advance(seconds: 2 * 86_400)
        let store = try await fixture.store(fullRows: 300)
        #expect(store.size.segments >= 2)
        _ = try await fixture.journal.applyRetention()
        try await store.prune()
        try await store.catchUp()
        try await fixture.forgetRemoved()
        let opened = try await fixture.store(fullRows: 300)
        for store in [store, opened] {
            #expect(try QueryEngine(store, width: 1).count(QueryScope()).value == 600)
            #expect(store.size.rows == 600)
        }
    }

    @Test func `Who waits for an event that is gone already does not wait for ever`() async throws {
        let fixture = try ColumnFixture(seed: 54, options: Self.options())
        var batch = EventBatch()
        batch.append(.eventFamily, "record")
        batch.endRowWithoutRaw()
        try await fixture.append(batch)
        fixture.clock.advance(seconds: 3 * 86_400)
        _ = try await fixture.journal.applyRetention()
        let store = try await fixture.store(fullRows: 300)
        #expect(store.upTo == fixture.journal.head)
        #expect(await store.wait(for: fixture.journal.head))
    }
}
