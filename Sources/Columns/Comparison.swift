public import Model

/// A period and the one of the same length directly before it.
public struct ComparedPeriods: Hashable, Sendable {
    /// The period itself.
    public let current: Range<Timestamp>
    /// The one before it.
    public let previous: Range<Timestamp>

    /// The longest period: a thousand years.
    private static let longest: Int64 = 1000 * 31_556_952_000_000

    /// Throws ``ColumnError/Code/invalid`` when the period is empty or longer than a thousand years.
    public init(_ current: Range<Timestamp>) throws(ColumnError) {
        let (from, to) = (current.lowerBound.microseconds, current.upperBound.microseconds)
        let (length, overflows) = to.subtractingReportingOverflow(from)
        let start = from.subtractingReportingOverflow(length)
        guard !overflows, (1...Self.longest).contains(length), !start.overflow else {
            throw ColumnError(.invalid, "a comparison needs a period that begins before it ends, of at most a thousand years")
        }
        self.current = current
        previous = Timestamp(microseconds: start.partialValue)..<current.lowerBound
    }

    /// Microseconds of each.
    var length: Int64 { current.upperBound.microseconds - current.lowerBound.microseconds }

    var both: Range<Timestamp> { previous.lowerBound..<current.upperBound }

    static func microseconds(_ range: Range<Timestamp>) -> Range<Int64> {
        range.lowerBound.microseconds..<range.upperBound.microseconds
    }
}

/// What was counted in a period and in the one before.
public struct ComparedCount: Hashable, Sendable {
    /// In the current period.
    public let count: Int
    /// In the one before.
    public let previous: Int

    /// Counts of both periods.
    public init(count: Int, previous: Int) { (self.count, self.previous) = (count, previous) }

    /// How much more it is now.
    public var difference: Int { count - previous }
}

/// A group in both periods; a histogram's spans are those of the current period.
public struct ComparedGroup: Hashable, Sendable {
    /// A value for each key.
    public let values: [ColumnValue]
    /// Its events in both periods.
    public let counts: ComparedCount

    /// A group with its counts.
    public init(values: [ColumnValue], counts: ComparedCount) { (self.values, self.counts) = (values, counts) }
}

/// The largest groups, and how many there are in each period.
public typealias ComparedGroups = (groups: [ComparedGroup], distinct: ComparedCount)

extension Question where Value == ComparedCount {
    /// Events in both periods, whatever times the scope has.
    public static func comparedCount(_ periods: ComparedPeriods) -> Question {
        Question(
            times: { _ in periods.both }, { ComparedCountMerge(periods) },
            value: { ComparedCount(count: $0.current.count, previous: $0.previous.count) })
    }
}

extension Question where Value == ComparedGroups {
    /// The groups of either period by their count in the current one, then by value; whatever times the scope has.
    public static func comparedTop(by keys: [GroupKey], limit: Int, ascending: Bool = false, _ periods: ComparedPeriods) -> Question {
        Question(
            times: { _ in periods.both },
            { () throws(ColumnError) in
                guard limit > 0 else { throw ColumnError(.invalid, "the limit must be at least 1, not \(limit)") }
                return ComparedGroupMerge(try keys.checked(), periods)
            }, value: { $0.top(limit, ascending: ascending) })
    }

    /// Events per span of the current period, in order, and those of the span that lies one period before it.
    public static func comparedHistogram(
        interval: Int64, origin: Int64 = 0, by key: GroupKey? = nil, _ periods: ComparedPeriods
    ) -> Question {
        let keys = [GroupKey.time(interval: interval, origin: origin)] + (key.map { [$0] } ?? [])
        return Question(
            times: { _ in periods.both }, { () throws(ColumnError) in ComparedGroupMerge(try keys.checked(), periods) },
            value: { $0.inOrder })
    }
}

/// Counts events of both periods.
struct ComparedCountMerge: SegmentMerge {
    private let periods: ComparedPeriods
    private(set) var current = CountMerge()
    private(set) var previous = CountMerge()

    init(_ periods: ComparedPeriods) { self.periods = periods }

    var fields: [Field] { [] }

    var hasRoom: Bool { true }

    func another() -> ComparedCountMerge { ComparedCountMerge(periods) }

    mutating func add(_ scan: SegmentScan) {
        current.add(scan.limited(to: ComparedPeriods.microseconds(periods.current)))
        previous.add(scan.limited(to: ComparedPeriods.microseconds(periods.previous)))
    }

    mutating func absorb(_ other: ComparedCountMerge) {
        current.absorb(other.current)
        previous.absorb(other.previous)
    }
}

/// Counts the groups of both periods in the same numbers.
struct ComparedGroupMerge: SegmentMerge {
    /// Most groups of an answer.
    private static let mostGroups = 20_000_000
    private let periods: ComparedPeriods
    private let numbers: ValueNumbers
    /// The keys of the previous period: spans of time lie so that they meet those of the current one when they are moved by its length.
    private let previousKeys: [GroupKey]
    private var current = CountTable()
    private var previous = CountTable()

    init(_ keys: [GroupKey], _ periods: ComparedPeriods) {
        self.periods = periods
        numbers = ValueNumbers(keys.map(\.reduced), shares: true)
        previousKeys = numbers.keys.map { key in
            guard case .time(let interval, let origin) = key else { return key }
            return GroupKey.time(interval: interval, origin: origin - periods.length % interval).reduced
        }
    }

    var fields: [Field] { numbers.keys.fields }

    var hasRoom: Bool { current.count + previous.count <= Self.mostGroups }

    func another() -> ComparedGroupMerge { ComparedGroupMerge(numbers.keys, periods) }

    mutating func add(_ scan: SegmentScan) {
        Self.count(scan.limited(to: ComparedPeriods.microseconds(periods.current)), numbers.keys, 0, numbers, &current)
        Self.count(scan.limited(to: ComparedPeriods.microseconds(periods.previous)), previousKeys, periods.length, numbers, &previous)
    }

    private static func count(
        _ scan: SegmentScan, _ keys: [GroupKey], _ shift: Int64, _ numbers: ValueNumbers, _ table: inout CountTable
    ) {
        guard !scan.isEmpty, var groups = GroupScan(scan, keys) else { return }
        groups.run()
        table.add(groups.counts, to: numbers.translate(groups, shift: shift))
    }

    mutating func absorb(_ other: ComparedGroupMerge) {
        numbers.add(other.current, of: other.numbers, to: &current)
        numbers.add(other.previous, of: other.numbers, to: &previous)
    }

    /// The groups of either period.
    private var keys: [(key: CountTable.Key, counts: ComparedCount)] {
        var all: [(key: CountTable.Key, counts: ComparedCount)] = []
        current.visit { all.append(($0, ComparedCount(count: $1, previous: previous.count(of: $0)))) }
        previous.visit { key, count in
            if current.count(of: key) == 0 { all.append((key, ComparedCount(count: 0, previous: count))) }
        }
        return all
    }

    func top(_ limit: Int, ascending: Bool) -> ComparedGroups {
        let all = keys
        func isBefore(_ a: Int, _ b: Int) -> Bool {
            let (a, b) = (all[a].counts.count, all[b].counts.count)
            return ascending ? a < b : a > b
        }
        let found = Leading.indices(of: all.count, limit: limit, isBefore: isBefore)
            .map { index in (index, group: ComparedGroup(values: numbers.values(all[index].key), counts: all[index].counts)) }
        let sorted = found.sorted { a, b in
            all[a.0].counts.count != all[b.0].counts.count ? isBefore(a.0, b.0) : Self.precedes(a.group, b.group)
        }
        return (sorted.prefix(limit).map(\.group), distinct)
    }

    /// All groups in the order of their keys.
    var inOrder: ComparedGroups {
        (keys.map { ComparedGroup(values: numbers.values($0.key), counts: $0.counts) }.sorted(by: Self.precedes), distinct)
    }

    private var distinct: ComparedCount { ComparedCount(count: current.count, previous: previous.count) }

    private static func precedes(_ a: ComparedGroup, _ b: ComparedGroup) -> Bool {
        Group(values: a.values, count: 0).precedes(Group(values: b.values, count: 0))
    }
}
