/// Gives numbers to a fixed set of names, found in bytes without making Strings.
///
/// Open addressing at a load of at most a quarter: nearly every look-up is one comparison. Case counts.
public struct NameTable: Sendable {
    private struct Slot {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var length = 0
        /// -1 marks a free slot.
        var number = -1
    }

    private var slots: [Slot]
    private let mask: Int
    private let names: [[UInt8]]

    /// A table in which each name has its index as number; of equal names the first counts.
    public init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
        var capacity = 8
        while capacity < 4 * names.count { capacity *= 2 }
        mask = capacity - 1
        slots = [Slot](repeating: Slot(), count: capacity)
        for (number, name) in self.names.enumerated() where self.number(name.span) == nil {
            let key = JSONKey(name.span, 0..<name.count)
            var at = Int(key.hash) & mask
            while slots[at].number >= 0 { at = (at + 1) & mask }
            slots[at] = Slot(low: key.low, high: key.high, length: key.length, number: number)
        }
    }

    /// The number of a name; nil when it is none of the table's.
    public func number(_ name: Span<UInt8>) -> Int? {
        let key = JSONKey(name, 0..<name.count)
        var at = Int(key.hash) & mask
        while slots[at].number >= 0 {
            let slot = slots[at]
            if slot.length == key.length, slot.low == key.low, slot.high == key.high, key.length <= 16 || isEqual(names[slot.number], name)
            {
                return slot.number
            }
            at = (at + 1) & mask
        }
        return nil
    }

    private func isEqual(_ name: [UInt8], _ text: Span<UInt8>) -> Bool {
        for i in name.indices where name[i] != text[i] { return false }
        return true
    }
}
