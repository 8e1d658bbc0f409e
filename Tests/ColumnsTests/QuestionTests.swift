import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// What is asked beyond counts and top lists is answered as by looking at every event.
@Suite struct QuestionTests {
    @Test func `Facets are the lists and the histogram that are asked for by themselves`() async throws {
        let all = try await QuestionFixture(seed: 41)
        var (lists, interval, split): ([[GroupKey]], Int64, GroupKey?) = ([], 0, nil)
        try all.check(seed: 42) { random -> Question<Facets> in
            lists = (0..<Int.random(in: 0...5, using: &random.generator.random)).map { number in
                number == 3 ? random.keys(2) : [.field(random.field())]
            }
            (interval, split) = (random.interval(), random.generator.chance(2) ? .field(random.field()) : nil)
            return .facets(lists, limit: 7, interval: interval, by: split)
        } _: { answer, events, _, about in
            #expect(answer.value.count == events.count, about)
            let keys = [.time(interval: interval, origin: 0)] + (split.map { [$0] } ?? [])
            #expect(answer.value.histogram == ColumnFixture.groups(events, by: keys).sorted { $0.precedes($1) }, about)
            #expect(answer.value.tops.count == lists.count, about)
            for (found, keys) in zip(answer.value.tops, lists) {
                let wanted = QuestionFixture.top(events, keys, 7)
                #expect(found.groups == wanted.groups && found.distinct == wanted.distinct, about)
            }
        }
    }

    @Test func `Percentiles are the numbers of their rank`() async throws {
        let all = try await QuestionFixture(seed: 43)
        let percents: [Double] = [0, 1, 25, 50, 90, 99.9, 100]
        var (field, keys): (Field, [GroupKey]) = (.destinationPort, [])
        try all.check(seed: 44) { random -> Question<[NumberSummary]> in
            field = random.generator.pick([.destinationPort, .eventSequence, .sentimentCompound])
            keys = random.keys(Int.random(in: 0...3, using: &random.generator.random))
            return .summaries(of: field, percents: percents, by: keys)
        } _: { answer, events, _, about in
            var numbers: [[ColumnValue]: [ColumnValue]] = [:]
            for event in events {
                for group in ColumnFixture.groups([event], by: keys) { numbers[group.values, default: []] += event.values[field] ?? [] }
            }
            numbers = numbers.filter { !$0.value.isEmpty }
            #expect(answer.value.count == numbers.count, about)
            for summary in answer.value {
                let sorted = try #require(numbers[summary.keys], about).sorted { Self.number($0) < Self.number($1) }
                #expect(summary.count == sorted.count && summary.minimum == sorted.first && summary.maximum == sorted.last, about)
                let mean = sorted.reduce(0.0) { $0 + Self.number($1) / Double(sorted.count) }
                #expect(abs(summary.mean - mean) <= 1e-9 * sorted.reduce(0.0) { max($0, abs(Self.number($1))) }, about)
                let ranks = percents.map { percent in
                    sorted.first { value in
                        let notGreater = sorted.lastIndex { Self.number($0) <= Self.number(value) } ?? 0
                        return Double(notGreater + 1) >= percent / 100 * Double(sorted.count)
                    }
                }
                #expect(summary.percentiles.map(Optional.some) == ranks, about)
            }
            let order = answer.value.map { Group(values: $0.keys, count: $0.count) }
            let isTimed = keys.contains { if case .time = $0 { true } else { false } }
            #expect(order == order.sorted { a, b in isTimed || a.count == b.count ? a.precedes(b) : a.count > b.count }, about)
        }
    }

    @Test(arguments: SeenOrder.allCases) func `Values are listed with their first and last time`(order: SeenOrder) async throws {
        let all = try await QuestionFixture(seed: 45, events: 1200)
        var field = Field.tags
        try all.check(seed: 46) { random -> Question<SeenValues> in
            field = random.field()
            return .seen(field, order: order, limit: 9)
        } _: { answer, events, _, about in
            let values = QuestionFixture.seen(events, field)
            #expect(answer.value.distinct == values.count, about)
            #expect(answer.value.values == Array(Self.sorted(Array(values.values), order).prefix(9)), about)
        }
    }

    @Test func `A value is new when it never came before, whatever the scope's earliest time`() async throws {
        let all = try await QuestionFixture(seed: 47, events: 1200)
        let since = MixedEvents.end.adding(seconds: -30 * 86_400)
        try all.check(seed: 48) { _ -> Question<SeenValues> in
            .seen(.userName, order: .newest, limit: 50, firstSeen: since..<Timestamp(microseconds: .max))
        } _: { answer, _, scope, about in
            var whole = scope
            whole.times = scope.times.map { Timestamp(microseconds: .min)..<$0.upperBound }
            let new = QuestionFixture.seen(all.fixture.events(whole), .userName).values.filter { $0.first >= since }
            #expect(answer.value.distinct == new.count, about)
            #expect(answer.value.values == Array(Self.sorted(Array(new), .newest).prefix(50)), about)
        }
    }

    @Test func `The extent of a query is its first and last event`() async throws {
        let all = try await QuestionFixture(seed: 49)
        try all.check(seed: 50, scopes: 10) { _ -> Question<EventExtent> in
            .extent
        } _: { answer, events, _, about in
            let times = events.map(\.position.time)
            #expect(answer.value == EventExtent(count: events.count, first: times.min(), last: times.max()), about)
        }
    }

    @Test func `Questions about what a field does not hold are refused before anything is read`() throws {
        let window = try SurpriseWindow(before: MixedEvents.end, length: 3_600_000_000, days: 3)
        let grid = try #require(GeoGrid(geohash: 1))
        let periods = MixedEvents.end..<MixedEvents.end.adding(seconds: 1)
        func refuses(_ number: Int, _ check: () throws -> Void) {
            #expect("\(number)") { try check() } throws: { ($0 as? ColumnError)?.code == .invalid }
        }
        let lists = [[GroupKey]](repeating: [.field(.tags)], count: 17)
        let keys = [GroupKey](repeating: .field(.tags), count: 4)
        refuses(1) { try Question<Facets>.facets([[.field(.timestamp)]], limit: 1).check() }
        refuses(2) { try Question<Facets>.facets(lists, limit: 1).check() }
        refuses(3) { try Question<Facets>.facets([], limit: 1, interval: 0).check() }
        refuses(4) { try Question<[NumberSummary]>.summaries(of: .userName, percents: [50]).check() }
        refuses(5) { try Question<[NumberSummary]>.summaries(of: .eventSequence, percents: [101]).check() }
        refuses(6) { try Question<[NumberSummary]>.summaries(of: .eventSequence, percents: [], by: keys).check() }
        refuses(7) { try Question<SeenValues>.seen(.timestamp, order: .rarest, limit: 1).check() }
        refuses(8) { try Question<GeoCells>.cells(of: .sourceIP, grid, limit: 1).check() }
        refuses(9) { try Question<Matrix>.matrix(.tags, .tags, rows: 1, columns: 1).check() }
        refuses(10) { try Question<Surprises>.surprise(of: .timestamp, window, limit: 1).check() }
        refuses(11) { _ = try ComparedPeriods(periods.lowerBound..<periods.lowerBound) }
        refuses(12) { _ = try ComparedPeriods(Timestamp(microseconds: .min)..<periods.lowerBound) }
        refuses(13) { _ = try SurpriseWindow(before: MixedEvents.end, length: 0, days: 1) }
        refuses(14) { _ = try SurpriseWindow(before: MixedEvents.end, length: 3_600_000_000, days: 91) }
    }

    private static func number(_ value: ColumnValue) -> Double {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: .nan
        }
    }

    private static func sorted(_ values: [SeenValue], _ order: SeenOrder) -> [SeenValue] {
        values.sorted { a, b in
            switch order {
            case .rarest where a.count != b.count: return a.count < b.count
            case .rarest where a.first != b.first: return a.first > b.first
            case .frequent where a.count != b.count: return a.count > b.count
            case .newest where a.first != b.first: return a.first > b.first
            case .oldest where a.first != b.first: return a.first < b.first
            case .recent where a.last != b.last: return a.last > b.last
            default: return Group(values: [a.value], count: 0).precedes(Group(values: [b.value], count: 0))
            }
        }
    }
}
