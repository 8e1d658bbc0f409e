/// Numbers byte strings from 0 on and finds them again without allocating.
struct ByteTable: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// Numbers plus one, 0 where empty; a power of two, at most half full; open addressing.
    private var slots = [UInt32](repeating: 0, count: 16)

    /// How many strings there are.
    var count: Int { ends.count }

    /// The number of the string, given to it now or before.
    mutating func insert(_ key: [UInt8]) -> Int {
        if let found = find(key.span) { return found }
        bytes.append(contentsOf: key)
        ends.append(bytes.count)
        if ends.count * 2 > slots.count {
            slots = [UInt32](repeating: 0, count: slots.count * 2)
            for number in 0..<(ends.count - 1) { place(number) }
        }
        place(ends.count - 1)
        return ends.count - 1
    }

    /// The number of the string, if it has one.
    func find(_ key: Span<UInt8>) -> Int? {
        var slot = Int(truncatingIfNeeded: Self.hash(key)) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if equals(number, key) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func start(_ number: Int) -> Int { number == 0 ? 0 : ends[number - 1] }

    private func equals(_ number: Int, _ key: Span<UInt8>) -> Bool {
        let start = start(number)
        guard ends[number] - start == key.count else { return false }
        for i in key.indices where bytes[start + i] != key[i] { return false }
        return true
    }

    private mutating func place(_ number: Int) {
        let hash = Self.hash(bytes.span.extracting(start(number)..<ends[number]))
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(number + 1)
    }

    private static func hash(_ key: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for i in key.indices { hash = (hash ^ UInt64(key[i])) &* 0x100_0000_01b3 }
        return hash ^ hash >> 29
    }
}
