import Journal
import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// The columns say what the journal's rows say, one by one.
@Suite struct AgreementTests {
    /// The same journal in memory, in files with a rest in memory, and that read again.
    private static func engines(_ fixture: ColumnFixture) async throws -> [(name: String, engine: QueryEngine)] {
        let memory = try await fixture.store("memory", fullRows: 1 << 18)
        let files = try await fixture.store("files", fullRows: 5000)
        let again = try await fixture.store("files", fullRows: 5000)
        #expect(memory.size.segments == 0 && memory.size.rows == fixture.events.count)
        for store in [files, again] { #expect(store.size.segments == 2 && store.size.rows == fixture.events.count) }
        #expect(again.upTo == fixture.journal.head)
        return [
            ("memory", QueryEngine(memory, width: 1)), ("files", QueryEngine(files, width: 2)), ("again", QueryEngine(again, width: 2)),
        ]
    }

    /// What one query should answer.
    struct Expected {
        let scope: QueryScope
        let count: Int
        let keys: [GroupKey]
        let groups: Set<Group>
        let interval: Int64
        let origin: Int64
        let field: Field
        /// By the beginning of each span.
        let histogram: [Timestamp: Int]
        let distinct: [Timestamp: Int]

        init(_ scope: QueryScope, _ fixture: ColumnFixture, _ random: inout RandomQueries) {
            self.scope = scope
            let events = fixture.events(scope)
            count = events.count
            keys = random.keys(Int.random(in: 1...3, using: &random.generator.random))
            groups = ColumnFixture.groups(events, by: keys)
            (interval, origin, field) = (random.interval(), random.origin(), random.field())
            var counts: [Timestamp: Int] = [:]
            var values: [Timestamp: Set<ColumnValue>] = [:]
            for event in events {
                let start = ColumnFixture.start(event.position.time, interval, origin)
                counts[start, default: 0] += 1
                if let found = event.values[field] { values[start, default: []].formUnion(found) }
            }
            histogram = counts
            distinct = values.mapValues(\.count)
        }

        func check(_ engine: QueryEngine, _ about: Comment) throws {
            #expect(try engine.count(scope).value == count, about)
            let found = try engine.groups(scope, by: keys).value
            #expect(found.count == groups.count && Set(found) == groups, about)
            for (limit, ascending) in [(3, false), (20, true)] {
                let top = try engine.top(scope, by: keys, limit: limit, ascending: ascending).value
                let sorted = groups.sorted { a, b in a.count != b.count ? (a.count < b.count) == ascending : a.precedes(b) }
                #expect(top.distinct == groups.count && top.groups == Array(sorted.prefix(limit)), about)
            }
            for (wanted, found) in [
                (histogram, try engine.histogram(scope, interval: interval, origin: origin).value),
                (distinct, try engine.distinct(scope, of: field, interval: interval, origin: origin).value),
            ] { #expect(found.map(\.start) == wanted.keys.sorted() && found.allSatisfy { wanted[$0.start] == $0.count }, about) }
        }
    }

    @Test func `Counts, groups, tops, histograms and distinct values are those of the journal's rows`() async throws {
        let fixture = try ColumnFixture(seed: 1)
        try await fixture.append(10_500)
        let engines = try await Self.engines(fixture)
        var random = RandomQueries(seed: 2)
        for _ in 0..<24 {
            let text = random.text()
            let expected = Expected(try random.scope(text), fixture, &random)
            for (name, engine) in engines {
                try expected.check(engine, "\(name): \(text), \(String(describing: expected.scope.times)), \(expected.keys)")
            }
        }
    }

    @Test(arguments: [false, true]) func `Every kind of comparison chooses the journal's rows`(ignoresCase: Bool) async throws {
        let fixture = try ColumnFixture(seed: 7)
        try await fixture.append(900)
        let engine = QueryEngine(try await fixture.store(fullRows: 700), width: 2)
        let options = QueryOptions(now: MixedEvents.end, ignoresCase: ignoresCase)
        for text in RandomQueries.comparisons {
            let scope = QueryScope(try KQLPredicate(parsing: text, options: options))
            #expect(try engine.count(scope).value == fixture.events(scope).count, "\(text)")
        }
    }

    @Test func `Times far apart are counted in short spans`() async throws {
        let fixture = try ColumnFixture(seed: 8)
        var batch = EventBatch()
        let far: Int64 = 9_000_000_000_000_000_000
        for microseconds in [-far, -62_000_000_000_000_000, 0, 999, 1000, 253_000_000_000_000_000, far] {
            for name in ["a", "b"] {
                batch.append(.timestamp, Timestamp(microseconds: microseconds))
                batch.append(.userName, name)
                if name == "b" { for tag in ["x", "y"] { batch.append(.tags, tag) } }
                batch.endRowWithoutRaw()
            }
        }
        try await fixture.append(batch)
        let engine = QueryEngine(try await fixture.store(fullRows: 10), width: 2)
        for origin: Int64 in [0, 1, .min, .max] {
            for keys in [[GroupKey.time(interval: 1000, origin: origin)], [.field(.tags), .time(interval: 60_000_000, origin: origin)]] {
                let groups = ColumnFixture.groups(fixture.events, by: keys)
                #expect(Set(try engine.groups(QueryScope(), by: keys).value) == groups)
            }
        }
    }

    @Test func `Questions without a sense are refused`() async throws {
        let fixture = try ColumnFixture(seed: 9)
        try await fixture.append(10)
        let engine = QueryEngine(try await fixture.store(fullRows: 100), width: 2)
        let keys: [[GroupKey]] = [
            [], [GroupKey](repeating: .field(.tags), count: 5), [.field(.timestamp)], [.time(interval: 0, origin: 0)],
            [.time(interval: 999, origin: 0)], [.time(interval: .max, origin: 0)], [.time(interval: .min, origin: 0)],
        ]
        for keys in keys { #expect(throws: ColumnError.self) { try engine.groups(QueryScope(), by: keys) } }
        for limit in [0, -1] { #expect(throws: ColumnError.self) { try engine.top(QueryScope(), by: [.field(.tags)], limit: limit) } }
    }
}
