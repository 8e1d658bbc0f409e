public import Model

/// How far a value departs from what is usual for it at that time of day.
public struct SurprisingValue: Hashable, Sendable {
    /// The value.
    public let value: ColumnValue
    /// Events in the window.
    public let count: Int
    /// Mean of its events in the same window of the days before.
    public let mean: Double
    /// 2·(√(count + 3/8) − √(max(mean, floor) + 3/8)): about the number of standard deviations, were its events independent.
    public let score: Double
    /// Its first event of all.
    public let first: Timestamp
}

/// The values that depart the most, how many were compared, and by how many days.
public struct Surprises: Sendable {
    /// The values, in the order asked for.
    public let values: [SurprisingValue]
    /// Values that occur in the window or in the days.
    public let distinct: Int
    /// Days that the means are of: fewer than asked for where the stored events do not go back so far.
    public let days: Int
    /// What was looked at.
    public let window: Range<Timestamp>
}

/// Which time of day is compared with which.
public struct SurpriseWindow: Hashable, Sendable {
    static let day: Int64 = 86_400_000_000
    /// Where the mean is not taken to be smaller, so that one event of a rare value is no surprise.
    public static let floor = 0.5
    /// The window's end, outside.
    let end: Int64
    let length: Int64
    let days: Int

    /// The window of a length (a second to a day) before `end`, against the same one of 1 to 90 days before; otherwise throws
    /// ``ColumnError/Code/invalid``.
    public init(before end: Timestamp, length: Int64, days: Int) throws(ColumnError) {
        guard (1_000_000...Self.day).contains(length) else { throw ColumnError(.invalid, "the interval must be from 1 s to 1 d") }
        guard (1...90).contains(days) else { throw ColumnError(.invalid, "compare with 1 to 90 days, not \(days)") }
        guard end.microseconds.magnitude < 1 << 60 else { throw ColumnError(.invalid, "the end is too far away") }
        (self.end, self.length, self.days) = (end.microseconds, length, days)
    }

    /// The window, so many days before.
    func range(daysBefore days: Int) -> Range<Int64> {
        let end = end - Int64(days) * Self.day
        return end - length..<end
    }
}

extension Question where Value == Surprises {
    /// The values of a field by their departure from their own mean in the same window of the days before, the greatest first; ascending,
    /// what is missing the most. Days before the first stored event do not count. The scope's earliest time is ignored.
    public static func surprise(of field: Field, _ window: SurpriseWindow, limit: Int, ascending: Bool = false) -> Question {
        Question(
            check: { () throws(ColumnError) in
                _ = try [.field(field)].checked()
                guard limit > 0 else { throw ColumnError(.invalid, "the limit must be at least 1, not \(limit)") }
            },
            ask: { engine, scope, stop, partial throws(ColumnError) in
                var scope = scope
                scope.times = Timestamp(microseconds: .min)..<Timestamp(microseconds: window.end)
                let earliest = engine.store.earliest
                let days = (1...window.days).prefix { window.range(daysBefore: $0).lowerBound >= earliest }.count
                let question = Question(
                    { SurpriseMerge(field, window, days: days) }, value: { $0.list(limit, ascending: ascending) })
                return try question.ask(engine, scope, stop, partial)
            })
    }
}

/// Counts values in the window and in those of the days before, and keeps when each was first seen.
struct SurpriseMerge: SegmentMerge {
    private let field: Field
    private let window: SurpriseWindow
    private let days: Int
    private let numbers: ValueNumbers
    private var now = CountTable()
    private var before = CountTable()
    private var seen: SeenMerge

    init(_ field: Field, _ window: SurpriseWindow, days: Int) {
        (self.field, self.window, self.days) = (field, window, days)
        numbers = ValueNumbers([.field(field)], shares: true)
        seen = SeenMerge(field)
    }

    var fields: [Field] { [field] }

    var hasRoom: Bool { seen.hasRoom }

    func another() -> SurpriseMerge { SurpriseMerge(field, window, days: days) }

    mutating func add(_ scan: SegmentScan) {
        let scan = scan.choosingOnce()
        seen.add(scan)
        Self.count(scan.limited(to: window.range(daysBefore: 0)), field, numbers, &now)
        for day in 0..<days { Self.count(scan.limited(to: window.range(daysBefore: day + 1)), field, numbers, &before) }
    }

    private static func count(_ scan: SegmentScan, _ field: Field, _ numbers: ValueNumbers, _ table: inout CountTable) {
        guard !scan.isEmpty, var groups = GroupScan(scan, [.field(field)]) else { return }
        groups.run()
        table.add(groups.counts, to: numbers.translate(groups))
    }

    mutating func absorb(_ other: SurpriseMerge) {
        numbers.add(other.now, of: other.numbers, to: &now)
        numbers.add(other.before, of: other.numbers, to: &before)
        seen.absorb(other.seen)
    }

    func list(_ limit: Int, ascending: Bool) -> Surprises {
        var all: [(key: CountTable.Key, count: Int, mean: Double, score: Double)] = []
        func note(_ key: CountTable.Key, _ count: Int, _ total: Int) {
            let mean = days == 0 ? 0 : Double(total) / Double(days)
            let usual = max(mean, SurpriseWindow.floor)
            all.append((key, count, mean, 2 * ((Double(count) + 0.375).squareRoot() - (usual + 0.375).squareRoot())))
        }
        now.visit { note($0, $1, before.count(of: $0)) }
        before.visit { if now.count(of: $0) == 0 { note($0, 0, $1) } }
        func isBefore(_ a: Int, _ b: Int) -> Bool { ascending ? all[a].score < all[b].score : all[a].score > all[b].score }
        let found = Leading.indices(of: all.count, limit: limit, isBefore: isBefore).map { index in
            (index, group: Group(values: numbers.values(all[index].key), count: all[index].count))
        }
        let sorted = found.sorted { a, b in
            all[a.0].score != all[b.0].score ? isBefore(a.0, b.0) : a.group.precedes(b.group)
        }
        func firstSeen(_ number: UInt32) -> Int64 {
            seen.firsts[Int(numbers.withValues(ofKey: 0) { seen.numbers.number($0.value(Int(number) - 1), ofKey: 0) })]
        }
        let values = sorted.prefix(limit).map { index, group in
            SurprisingValue(
                value: group.values[0], count: group.count, mean: all[index].mean, score: all[index].score,
                first: Timestamp(microseconds: firstSeen(all[index].key.x)))
        }
        let range = window.range(daysBefore: 0)
        return Surprises(
            values: values, distinct: all.count, days: days,
            window: Timestamp(microseconds: range.lowerBound)..<Timestamp(microseconds: range.upperBound))
    }
}
