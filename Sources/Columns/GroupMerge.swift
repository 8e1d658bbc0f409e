public import Model

/// Puts the counts of segments together: values get numbers that hold across segments.
struct GroupMerge {
    private let keys: [GroupKey]
    private var dictionaries: [DictionaryBuilder?]
    private(set) var table = CountTable()

    init(_ keys: [GroupKey]) {
        self.keys = keys
        dictionaries = keys.map { key in
            if case .field(let field) = key {
                DictionaryBuilder(width: ColumnBuilder.width(of: field.type), seed: .random(in: .min ... .max))
            } else {
                nil
            }
        }
    }

    /// Adds the counts of a segment.
    mutating func add(_ scan: GroupScan, _ view: SegmentView) {
        // The number of each code across segments, found when it is first met.
        var known: [[UInt32]] = keys.map { key in
            guard case .field(let field) = key, let column = view.column(field) else { return [] }
            return [UInt32](repeating: 0, count: column.dictionary.count + 1)
        }
        let columns = keys.map { key in if case .field(let field) = key { view.column(field) } else { ColumnView?.none } }
        var table = table
        self.table = CountTable()
        scan.table.forEach { key, count in
            var merged = CountTable.Key()
            for index in keys.indices {
                if let column = columns[index], let dictionary = dictionaries[index] {
                    let code = Int(key[index])
                    if known[index][code] == 0 { known[index][code] = dictionary.code(of: column.dictionary.value(code - 1)) }
                    merged[index] = known[index][code]
                } else if case .time = keys[index] {
                    merged[index] = UInt32(bitPattern: Int32(truncatingIfNeeded: scan.firstSpans[index] + Int64(key[index]) - 1))
                }
            }
            table.add(count, to: merged)
        }
        self.table = table
    }

    /// The groups, in no order.
    func groups() -> [Group] {
        var groups: [Group] = []
        groups.reserveCapacity(table.count)
        table.forEach { key, count in groups.append(Group(values: values(key), count: count)) }
        return groups
    }

    /// The greatest groups: by count, then by value as text.
    func top(_ limit: Int, ascending: Bool = false) -> [Group] {
        var best: [(key: CountTable.Key, count: Int)] = []
        var room = 4 * limit + 64
        var least = ascending ? Int.max : 0
        func isBefore(_ a: Int, _ b: Int) -> Bool { ascending ? a < b : a > b }
        table.forEach { key, count in
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
        let groups = best.map { Group(values: values($0.key), count: $0.count) }
        return Array(groups.sorted { a, b in a.count != b.count ? isBefore(a.count, b.count) : a.isBefore(b) }.prefix(limit))
    }

    private func values(_ key: CountTable.Key) -> [ColumnValue] {
        keys.indices.map { index in
            switch keys[index] {
            case .field(let field):
                let view = dictionaries[index]?.view
                return view.map { StoredValue.value($0.value(Int(key[index]) - 1), field.type) } ?? .text("")
            case .time(let interval, let origin):
                return .date(Timestamp(microseconds: origin + Int64(Int32(bitPattern: key[index])) * interval))
            }
        }
    }
}

/// Rows with equal values.
public struct Group: Hashable, Sendable {
    /// A value for each key.
    public let values: [ColumnValue]
    public let count: Int

    func isBefore(_ other: Group) -> Bool {
        for (a, b) in zip(values, other.values) where a != b {
            if case .integer(let a) = a, case .integer(let b) = b { return a < b }
            if case .date(let a) = a, case .date(let b) = b { return a < b }
            if case .address(let a) = a, case .address(let b) = b { return a < b }
            return a.description < b.description
        }
        return false
    }
}
