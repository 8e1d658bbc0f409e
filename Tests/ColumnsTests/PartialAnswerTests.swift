import Journal
import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// Answers so far: what they cover, and how a question ends early.
@Suite struct PartialAnswerTests {
    @Test func `An answer so far has every event from the time on that it names`() async throws {
        let fixture = try ColumnFixture(seed: 81)
        // Four spans of a day, each in segments of its own, the latest day stored first.
        for day in [3, 0, 2, 1] {
            var batch = EventBatch()
            for number in 0..<400 {
                batch.append(.timestamp, MixedEvents.end.adding(seconds: Double(day * 86_400 + number * 200)))
                batch.append(.userName, "user\(number % 7)")
                batch.endRowWithoutRaw()
            }
            try await fixture.append(batch)
        }
        let engine = QueryEngine(try await fixture.store(fullRows: 200), width: 1)
        let predicate = try KQLPredicate(parsing: "not user.name: user3", options: QueryOptions(now: MixedEvents.end))
        let scope = QueryScope(predicate, upTo: fixture.journal.head)
        let wanted = fixture.events(scope)
        var told: [(count: Int, since: Timestamp)] = []
        let whole = try engine.answer(.histogram(interval: 1_000_000), scope) { (answer, since) throws(ColumnError) in
            let spans = answer.value.filter { group in
                if case .date(let start) = group.values[0] { start >= since } else { false }
            }
            #expect(spans.reduce(0) { $0 + $1.count } == wanted.count { $0.position.time >= since }, "\(since)")
            told.append((answer.value.reduce(0) { $0 + $1.count }, since))
        }
        #expect(whole.value.reduce(0) { $0 + $1.count } == wanted.count)
        // Eight files: rounds of one, two and four segments, and the rest.
        #expect(told.count == 3)
        #expect(told.map(\.since) == told.map(\.since).sorted(by: >) && told.map(\.count) == told.map(\.count).sorted())
    }

    @Test func `A question ends when what it tells of is not wanted any more`() async throws {
        let fixture = try ColumnFixture(seed: 82)
        try await fixture.append(2000)
        let engine = QueryEngine(try await fixture.store(fullRows: 200), width: 1)
        let stop = QueryStop()
        var told = 0
        #expect {
            try engine.answer(.count, QueryScope(), stop: stop) { (_, _) throws(ColumnError) in
                told += 1
                stop.stop()
            }
        } throws: { ($0 as? ColumnError)?.code == .stopped }
        #expect(told == 1)
    }

    @Test func `A scan is left within a zone, and a dictionary within a thousand values`() throws {
        var batch = EventBatch()
        for number in 0..<20_000 {
            batch.append(.timestamp, MixedEvents.end)
            batch.append(.message, "text \(number)")
            batch.endRowWithoutRaw()
        }
        let builder = SegmentBuilder(after: .zero)
        _ = builder.add(Block(firstID: EventID(1), events: batch), from: 0)
        let stop = QueryStop()
        let scan = SegmentScan(
            view: builder.view, segment: nil, filter: .everything, times: .min ..< .max, rows: 0..<20_000, hidden: nil, stop: stop)
        var zones = 0
        scan.forEachZone { _, _ in
            zones += 1
            if zones == 2 { stop.stop() }
        }
        #expect(zones == 2)
        let predicate = try KQLPredicate(parsing: "message: text", options: QueryOptions(now: MixedEvents.end))
        #expect(SegmentFilter(predicate.plan, builder.view, stop: stop).isNever)
        #expect(!SegmentFilter(predicate.plan, builder.view, stop: QueryStop()).isNever)
    }
}
