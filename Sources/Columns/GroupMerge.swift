import Model

/// Gives the values of segments numbers that hold across segments.
struct ValueNumbers {
    let keys: [GroupKey]
    private let dictionaries: [DictionaryBuilder]

    init(_ keys: [GroupKey]) {
        self.keys = keys
        dictionaries = keys.map { DictionaryBuilder(width: ColumnBuilder.width(of: $0.type), seed: .random(in: .min ... .max)) }
    }

    /// The keys of a segment's counts in numbers that hold everywhere.
    ///
    /// - Parameter shift: microseconds by which the counted times are moved.
    func translate(_ scan: GroupScan, _ view: SegmentView, shift: Int64 = 0) -> [CountTable.Key] {
        var new = scan.keys
        for (index, key) in scan.groupKeys.enumerated() {
            switch key {
            case .field(let field):
                if let column = view.column(field) { translate(&new, index, from: column.dictionary) }
            case .time(let interval, let origin): translate(&new, index) { origin + scan.span($0, ofKey: index) * interval + shift }
            }
        }
        return new
    }

    /// The number of a value, given to it now if it is new.
    @inline(__always) func number(_ bytes: UnsafeRawBufferPointer, ofKey index: Int) -> UInt32 { dictionaries[index].code(of: bytes) }

    /// The bytes of the value that a number of the key at `index` stands for.
    func bytes(_ number: UInt32, ofKey index: Int) -> UnsafeRawBufferPointer { dictionaries[index].view.value(Int(number) - 1) }

    /// The keys of another merge in the numbers of this one.
    func translate(_ old: [CountTable.Key], of other: ValueNumbers) -> [CountTable.Key] {
        var new = old
        for index in keys.indices { translate(&new, index, from: other.dictionaries[index].view) }
        return new
    }

    /// Adds the counts of another merge to a table of this one.
    func add(_ old: CountTable, of other: ValueNumbers, to table: inout CountTable) {
        var keys: [CountTable.Key] = []
        var counts: [Int] = []
        old.visit { key, count in
            keys.append(key)
            counts.append(count)
        }
        for (key, count) in zip(translate(keys, of: other), counts) { table.add(count, to: key) }
    }

    private func translate(_ keys: inout [CountTable.Key], _ index: Int, from view: DictionaryView) {
        var isNeeded = [Bool](repeating: false, count: view.count + 1)
        for key in keys { isNeeded[Int(key[index])] = true }
        let numbers = dictionaries[index].numbers(of: view) { isNeeded[$0 + 1] }
        for at in keys.indices { keys[at][index] = numbers[Int(keys[at][index])] }
    }

    /// Numbers that stand for spans; equal ones come in runs.
    private func translate(_ keys: inout [CountTable.Key], _ index: Int, start: (UInt32) -> Int64) {
        let dictionary = dictionaries[index]
        var last: (old: UInt32, new: UInt32) = (0, 0)
        for at in keys.indices {
            let number = keys[at][index]
            if number != last.old { last = (number, withUnsafeBytes(of: start(number).littleEndian) { dictionary.code(of: $0) }) }
            keys[at][index] = last.new
        }
    }

    /// The values of a key.
    func values(_ key: CountTable.Key) -> [ColumnValue] { keys.indices.map { value(key[$0], ofKey: $0) } }

    /// The value that a number of the key at `index` stands for.
    func value(_ number: UInt32, ofKey index: Int) -> ColumnValue {
        StoredValue.value(dictionaries[index].view.value(Int(number) - 1), keys[index].type)
    }
}

/// Adds up the counts of keys.
struct GroupMerge: SegmentMerge {
    /// Most groups of an answer.
    private static let mostGroups = 20_000_000
    let numbers: ValueNumbers
    private(set) var table: CountTable

    init(_ keys: [GroupKey]) {
        numbers = ValueNumbers(keys.map(\.reduced))
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
        for (key, count) in zip(numbers.translate(groups, scan.view), groups.counts) { table.add(count, to: key) }
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
