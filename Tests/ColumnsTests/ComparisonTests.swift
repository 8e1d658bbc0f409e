import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// Two periods, two fields, the earth and the time of day, as by looking at every event.
@Suite struct ComparisonTests {
    private static func periods(_ random: inout RandomQueries) throws -> ComparedPeriods {
        let length = Double(random.generator.pick([1, 3600, 86_400, 700_000, 1_500_000]))
        let end = MixedEvents.end.adding(seconds: -Double.random(in: 0..<20 * 86_400, using: &random.generator.random))
        return try ComparedPeriods(end.adding(seconds: -length)..<end)
    }

    private static func events(_ all: QuestionFixture, _ scope: QueryScope, _ times: Range<Timestamp>) -> [KnownEvent] {
        var scope = scope
        scope.times = times
        return all.fixture.events(scope)
    }

    @Test func `A period is compared with the one directly before it`() async throws {
        let all = try await QuestionFixture(seed: 51)
        var periods = try ComparedPeriods(MixedEvents.end..<MixedEvents.end.adding(seconds: 60))
        #expect(periods.previous == MixedEvents.end.adding(seconds: -60)..<MixedEvents.end)
        try all.check(seed: 52, scopes: 10) { random -> Question<ComparedCount> in
            periods = try Self.periods(&random)
            return .comparedCount(periods)
        } _: { answer, _, scope, about in
            let wanted = [periods.current, periods.previous].map { Self.events(all, scope, $0).count }
            #expect(answer.value == ComparedCount(count: wanted[0], previous: wanted[1]), about)
            #expect(answer.value.difference == wanted[0] - wanted[1], about)
        }
    }

    /// The counts of each group in both periods.
    private static func compared(_ now: Set<Group>, _ before: Set<Group>) -> [ComparedGroup] {
        var counts: [[ColumnValue]: (Int, Int)] = [:]
        for group in now { counts[group.values, default: (0, 0)].0 = group.count }
        for group in before { counts[group.values, default: (0, 0)].1 = group.count }
        return counts.map { ComparedGroup(values: $0.key, counts: ComparedCount(count: $0.value.0, previous: $0.value.1)) }
    }

    private static func precedes(_ a: ComparedGroup, _ b: ComparedGroup) -> Bool {
        Group(values: a.values, count: 0).precedes(Group(values: b.values, count: 0))
    }

    @Test(arguments: [false, true]) func `Top lists have both counts, also of what is gone or new`(ascending: Bool) async throws {
        let all = try await QuestionFixture(seed: 53)
        var (periods, keys) = (try ComparedPeriods(MixedEvents.end..<MixedEvents.end.adding(seconds: 60)), [GroupKey]())
        try all.check(seed: 54) { random -> Question<ComparedGroups> in
            periods = try Self.periods(&random)
            keys = (0..<Int.random(in: 1...3, using: &random.generator.random)).map { _ in .field(random.field()) }
            return .comparedTop(by: keys, limit: 12, ascending: ascending, periods)
        } _: { answer, _, scope, about in
            let (now, before) = (
                ColumnFixture.groups(Self.events(all, scope, periods.current), by: keys),
                ColumnFixture.groups(Self.events(all, scope, periods.previous), by: keys)
            )
            let wanted = Self.compared(now, before).sorted { a, b in
                a.counts.count != b.counts.count ? (a.counts.count < b.counts.count) == ascending : Self.precedes(a, b)
            }
            #expect(answer.value.groups == Array(wanted.prefix(12)), about)
            #expect(answer.value.distinct == ComparedCount(count: now.count, previous: before.count), about)
        }
    }

    @Test func `A histogram's spans meet those one period before`() async throws {
        let all = try await QuestionFixture(seed: 55)
        var periods = try ComparedPeriods(MixedEvents.end..<MixedEvents.end.adding(seconds: 60))
        var (interval, origin, split): (Int64, Int64, GroupKey?) = (1000, 0, nil)
        try all.check(seed: 56) { random -> Question<ComparedGroups> in
            periods = try Self.periods(&random)
            (interval, origin) = (random.generator.pick([61_000, 3_600_000_000, 25_200_000_000]), random.origin())
            split = random.generator.chance(2) ? .field(random.field()) : nil
            return .comparedHistogram(interval: interval, origin: origin, by: split, periods)
        } _: { answer, _, scope, about in
            func groups(_ times: Range<Timestamp>, shift: Int64) -> Set<Group> {
                var counts: [[ColumnValue]: Int] = [:]
                for event in Self.events(all, scope, times) {
                    let moved = Timestamp(microseconds: event.position.time.microseconds + shift)
                    let start = ColumnValue.date(ColumnFixture.start(moved, interval, origin))
                    for group in ColumnFixture.groups([event], by: split.map { [$0] } ?? []) {
                        counts[[start] + group.values, default: 0] += 1
                    }
                }
                return Set(counts.map { Group(values: $0.key, count: $0.value) })
            }
            let wanted = Self.compared(groups(periods.current, shift: 0), groups(periods.previous, shift: periods.length))
            #expect(answer.value.groups == wanted.sorted(by: Self.precedes), about)
        }
    }

    @Test func `A matrix has the counts of pairs and the totals of each field`() async throws {
        let all = try await QuestionFixture(seed: 57)
        var fields: [Field] = []
        try all.check(seed: 58) { random -> Question<Matrix> in
            fields = Array(RandomQueries.fields.shuffled(using: &random.generator.random).prefix(2))
            return .matrix(fields[0], fields[1], rows: 6, columns: 4)
        } _: { answer, events, _, about in
            let (rows, columns) = (QuestionFixture.top(events, [.field(fields[0])], 6), QuestionFixture.top(events, [.field(fields[1])], 4))
            let matrix = answer.value
            #expect(matrix.total == events.count && matrix.rows.groups == rows.groups && matrix.columns.groups == columns.groups, about)
            #expect(matrix.rows.distinct == rows.distinct && matrix.columns.distinct == columns.distinct, about)
            let wanted = rows.groups.map { row in
                columns.groups.map { column in
                    events.count {
                        $0.values[fields[0]]?.contains(row.values[0]) == true && $0.values[fields[1]]?.contains(column.values[0]) == true
                    }
                }
            }
            #expect(matrix.cells == wanted, about)
        }
    }

    @Test func `Surprise is the departure from the same hours of the days before`() async throws {
        let all = try await QuestionFixture(seed: 59, events: 2500)
        var (end, length, days, field, ascending) = (MixedEvents.end, Int64(3_600_000_000), 1, Field.tags, false)
        try all.check(seed: 60) { random -> Question<Surprises> in
            // Also so early that some of the days are before the first event.
            end = MixedEvents.end.adding(seconds: -Double(random.generator.pick([0, 50_000, 30 * 86_400, 37 * 86_400])))
            (length, days, field) = (
                random.generator.pick([3_600_000_000, 86_400_000_000]), random.generator.pick([1, 5, 14]), random.field()
            )
            ascending = random.generator.chance(2)
            return .surprise(of: field, try SurpriseWindow(before: end, length: length, days: days), limit: 10, ascending: ascending)
        } _: { answer, _, scope, about in
            let earliest = all.fixture.events.map(\.position.time).min() ?? end
            func window(_ day: Int) -> Range<Timestamp> {
                let last = end.microseconds - Int64(day) * 86_400_000_000
                return Timestamp(microseconds: last - length)..<Timestamp(microseconds: last)
            }
            let known = (1...days).filter { window($0).lowerBound >= earliest }
            func counts(_ times: Range<Timestamp>) -> [ColumnValue: Int] {
                QuestionFixture.seen(Self.events(all, scope, times), field).mapValues(\.count)
            }
            let now = counts(window(0))
            let before = known.map { counts(window($0)) }
            let seen = QuestionFixture.seen(Self.events(all, scope, Timestamp(microseconds: .min)..<end), field)
            let wanted = Set(now.keys).union(before.flatMap(\.keys)).map { value -> SurprisingValue in
                let (count, total) = (now[value] ?? 0, before.reduce(0) { $0 + ($1[value] ?? 0) })
                let mean = known.isEmpty ? 0 : Double(total) / Double(known.count)
                let score = 2 * ((Double(count) + 3 / 8).squareRoot() - (max(mean, 0.5) + 3 / 8).squareRoot())
                return SurprisingValue(value: value, count: count, mean: mean, score: score, first: seen[value]?.first ?? end)
            }.sorted { a, b in
                if a.score != b.score { return (a.score < b.score) == ascending }
                return Group(values: [a.value], count: 0).precedes(Group(values: [b.value], count: 0))
            }
            #expect(answer.value.values == Array(wanted.prefix(10)), about)
            #expect(answer.value.distinct == wanted.count && answer.value.days == known.count && answer.value.window == window(0), about)
        }
    }
}
