import Model

/// Adds up the counts of keys.
struct GroupMerge: SegmentMerge {
    /// Most groups of an answer.
    private static let mostGroups = 20_000_000
    let numbers: ValueNumbers
    private(set) var table: CountTable

    init(_ keys: [GroupKey]) {
        numbers = ValueNumbers(keys.map(\.reduced), shares: true)
        table = CountTable(lanes: keys.count)
    }

    var fields: [Field] { numbers.keys.fields }

    var hasRoom: Bool { table.count <= Self.mostGroups }

    func another() -> GroupMerge { GroupMerge(numbers.keys) }

    mutating func add(_ scan: SegmentScan) { add(scan, where: nil) }

    /// Adds the groups whose code of the first key is wanted.
    mutating func add(_ scan: SegmentScan, where isWanted: ((UInt32) -> Bool)?) {
        guard var groups = GroupScan(scan, numbers.keys) else { return }
        groups.run()
        if let isWanted { groups.keep(isWanted) }
        table.add(groups.counts, to: numbers.translate(groups))
    }

    mutating func absorb(_ other: GroupMerge) { numbers.add(other.table, of: other.numbers, to: &table) }

    /// The groups, in no order.
    func groups() -> [Group] {
        var groups: [Group] = []
        groups.reserveCapacity(table.count)
        table.visit { key, count in groups.append(Group(values: numbers.values(key), count: count)) }
        return groups
    }

    /// The greatest groups: by count, then by value as text.
    func top(_ limit: Int, ascending: Bool = false) -> [Group] {
        var best: [(key: CountTable.Key, count: Int)] = []
        var room = 4 * limit + 64
        var least = ascending ? Int.max : 0
        func isBefore(_ a: Int, _ b: Int) -> Bool { ascending ? a < b : a > b }
        table.visit { key, count in
            if best.count >= limit, isBefore(least, count) { return }
            best.append((key, count))
            if best.count >= room {
                best.sort { isBefore($0.count, $1.count) }
                least = best[limit - 1].count
                // Equals stay: which of them come first is decided by their values.
                while let last = best.last, best.count > limit, isBefore(least, last.count) { best.removeLast() }
                room = max(room, best.count * 2)
            }
        }
        let groups = best.map { Group(values: numbers.values($0.key), count: $0.count) }
        return Array(groups.sorted { a, b in a.count != b.count ? isBefore(a.count, b.count) : a.precedes(b) }.prefix(limit))
    }
}

/// Rows with equal values.
public struct Group: Hashable, Sendable {
    /// A value for each key.
    public let values: [ColumnValue]
    public let count: Int

    /// The order of equal counts, and of the groups of a histogram: by the values of the keys, one after another.
    public func precedes(_ other: Group) -> Bool {
        for (a, b) in zip(values, other.values) where a != b {
            if case .integer(let a) = a, case .integer(let b) = b { return a < b }
            if case .date(let a) = a, case .date(let b) = b { return a < b }
            if case .address(let a) = a, case .address(let b) = b { return a < b }
            return a.description < b.description
        }
        return false
    }
}
