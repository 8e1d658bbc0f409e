import Model

/// Gives the values of segments numbers that hold across segments.
struct ValueNumbers {
    let keys: [GroupKey]
    private let spaces: [NumberSpace]

    /// - Parameter shares: whether the numbers that all questions share may be used. They are not given out in order.
    init(_ keys: [GroupKey], shares: Bool = false) {
        self.keys = keys
        spaces = keys.map { NumberSpace($0, shares: shares) }
    }

    /// The keys of a segment's counts in numbers that hold everywhere.
    ///
    /// - Parameter shift: microseconds by which the counted times are moved.
    func translate(_ scan: GroupScan, shift: Int64 = 0) -> [CountTable.Key] {
        var new = scan.keys
        for (index, key) in scan.groupKeys.enumerated() {
            switch key {
            case .field(let field):
                guard let column = scan.scan.view.column(field) else { continue }
                let numbers = spaces[index].numbers(of: column, in: scan.scan) { Self.needed(new, index, of: column.dictionary.count) }
                for at in new.indices { new[at][index] = numbers[Int(new[at][index])] }
            case .time(let interval, let origin):
                spaces[index].number(&new, index) { origin + scan.span($0, ofKey: index) * interval + shift }
            }
        }
        return new
    }

    /// The number of a value, given to it now if it is new; only where numbers are not shared.
    @inline(__always) func number(_ bytes: UnsafeRawBufferPointer, ofKey index: Int) -> UInt32 { spaces[index].number(bytes) }

    /// Shows the bytes of the values of the key at `index`; a number is an index plus one.
    func withValues<Value>(ofKey index: Int, _ body: (DictionaryView) -> Value) -> Value { spaces[index].withValues(body) }

    /// The keys of another merge in the numbers of this one.
    func translate(_ old: [CountTable.Key], of other: ValueNumbers) -> [CountTable.Key] {
        var new = old
        for index in keys.indices {
            let numbers = spaces[index].numbers(of: other.spaces[index]) { Self.needed(new, index, of: $0) }
            guard let numbers else { continue }
            for at in new.indices { new[at][index] = numbers[Int(new[at][index])] }
        }
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
        table.add(counts, to: translate(keys, of: other))
    }

    /// Which of so many codes occur in keys, by code.
    private static func needed(_ keys: [CountTable.Key], _ index: Int, of count: Int) -> [Bool] {
        var isNeeded = [Bool](repeating: false, count: count + 1)
        for key in keys { isNeeded[Int(key[index])] = true }
        return isNeeded
    }

    /// The values of a key.
    func values(_ key: CountTable.Key) -> [ColumnValue] { keys.indices.map { value(key[$0], ofKey: $0) } }

    /// The value that a number of the key at `index` stands for.
    func value(_ number: UInt32, ofKey index: Int) -> ColumnValue {
        spaces[index].withValues { StoredValue.value($0.value(Int(number) - 1), keys[index].type) }
    }
}

/// The numbers of the values of one key: those that all questions share, else those of one merge.
private final class NumberSpace {
    private let field: Field?
    private let own: DictionaryBuilder
    private var shared: FieldNumbers?
    /// Whether it is still open which of them it is.
    private var isOpen: Bool

    init(_ key: GroupKey, shares: Bool) {
        if case .field(let field) = key { self.field = field } else { field = nil }
        isOpen = shares && field != nil
        own = DictionaryBuilder(width: ColumnBuilder.width(of: key.type), seed: .random(in: .min ... .max))
    }

    /// The numbers of a column's codes, by code; those that are not needed may be 0.
    func numbers(of column: ColumnView, in scan: SegmentScan, needed: () -> [Bool]) -> [UInt32] {
        if isOpen, let field { shared = scan.shared?.numbers(of: field) }
        isOpen = false
        if let shared, let segment = scan.segment, column.dictionary.isIndexed { return shared.numbers(of: column, in: segment) }
        let needed = needed()
        if let shared { return shared.numbers(of: column.dictionary) { needed[$0 + 1] } }
        return own.numbers(of: column.dictionary) { needed[$0 + 1] }
    }

    /// The numbers here of those of another space, by number; nil when they are the same.
    func numbers(of other: NumberSpace, needed: (_ count: Int) -> [Bool]) -> [UInt32]? {
        if isOpen { (shared, isOpen) = (other.shared, other.isOpen) }
        guard let shared else { return other.numbers(in: own, needed) }
        if shared === other.shared { return nil }
        // Copied first: with both locked at once, two questions could wait for each other.
        let copy = DictionaryBuilder(width: own.width, seed: 0)
        let copied = other.numbers(in: copy, needed)
        let numbers = shared.numbers(of: copy.view) { _ in true }
        return copied.map { numbers[Int($0)] }
    }

    private func numbers(in dictionary: DictionaryBuilder, _ needed: (_ count: Int) -> [Bool]) -> [UInt32] {
        withValues { view in
            let needed = needed(view.count)
            return dictionary.numbers(of: view) { needed[$0 + 1] }
        }
    }

    /// Replaces numbers that stand for spans by those of the instants at which they start; equal ones come in runs.
    func number(_ keys: inout [CountTable.Key], _ index: Int, start: (UInt32) -> Int64) {
        var last: (old: UInt32, new: UInt32) = (0, 0)
        for at in keys.indices {
            let number = keys[at][index]
            if number != last.old { last = (number, withUnsafeBytes(of: start(number).littleEndian) { own.code(of: $0) }) }
            keys[at][index] = last.new
        }
    }

    @inline(__always) func number(_ bytes: UnsafeRawBufferPointer) -> UInt32 { own.code(of: bytes) }

    func withValues<Value>(_ body: (DictionaryView) -> Value) -> Value { shared.map { $0.withValues(body) } ?? body(own.view) }
}
