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
        var merged = scan.keys
        for (index, key) in keys.enumerated() {
            switch key {
            case .time:
                let first = scan.firstSpans[index]
                for at in merged.indices { merged[at][index] = UInt32(bitPattern: Int32(truncatingIfNeeded: first + Int64(merged[at][index]) - 1)) }
            case .field(let field):
                guard let column = view.column(field), let dictionary = dictionaries[index] else { continue }
                // The number of each code across segments, found when it is first met.
                var known = [UInt32](repeating: 0, count: column.dictionary.count + 1)
                for at in merged.indices {
                    let code = Int(merged[at][index])
                    if known[code] == 0 { known[code] = dictionary.code(of: column.dictionary.value(code - 1)) }
                    merged[at][index] = known[code]
                }
            }
        }
        for (key, count) in zip(merged, scan.counts) { table.add(count, to: key) }
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
        return Array(groups.sorted { a, b in a.count != b.count ? isBefore(a.count, b.count) : a.precedes(b) }.prefix(limit))
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
