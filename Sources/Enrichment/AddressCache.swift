import Model

/// Remembers what was found about addresses as runs of encoded pairs, bounded in entries and bytes, for one thread at a time.
///
/// Two generations: look-ups move what they find into the young one; when that is full, the old one is forgotten and the young one
/// becomes old. So what is used stays, a hit costs one hash and a copy, and no list is kept in order.
struct AddressCache: Sendable {
    /// What is known about an address.
    struct Entry: Sendable {
        /// Where the pairs about the place begin in the young generation's bytes.
        fileprivate(set) var start: UInt32 = 0
        fileprivate(set) var placeBytes: UInt32 = 0
        fileprivate(set) var systemBytes: UInt32 = 0
        var verdict = Places.Verdict()
    }

    private struct Slot: Sendable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var entry = Entry()
        /// The side's raw value, 0 in an empty slot.
        var side: UInt8 = 0
    }

    private struct Generation: Sendable {
        var slots: [Slot]
        var bytes: [UInt8] = []
        var count = 0

        init(slots count: Int) { slots = [Slot](repeating: Slot(), count: count) }

        func find(_ address: IPAddress, _ side: Side) -> Int? {
            var at = home(address)
            while slots[at].side != 0 {
                if slots[at].low == address.low, slots[at].high == address.high, slots[at].side == side.rawValue { return at }
                at = (at + 1) & (slots.count - 1)
            }
            return nil
        }

        mutating func insert(_ address: IPAddress, _ side: Side, _ entry: Entry) {
            var at = home(address)
            while slots[at].side != 0 { at = (at + 1) & (slots.count - 1) }
            slots[at] = Slot(high: address.high, low: address.low, entry: entry, side: side.rawValue)
            count += 1
        }

        mutating func removeAll() {
            for i in slots.indices { slots[i].side = 0 }
            bytes.removeAll(keepingCapacity: true)
            count = 0
        }

        /// Multiplicative hashing; attackers choose addresses, but a generation is at most half full and a run of collisions ends with it.
        private func home(_ address: IPAddress) -> Int {
            var hash = (address.low ^ address.high &* 0x9e37_79b9_7f4a_7c15) &* 0xd6e8_feb8_6659_fd93
            hash ^= hash >> 32
            hash = hash &* 0xd6e8_feb8_6659_fd93
            return Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1)
        }
    }

    private var young: Generation
    private var old: Generation
    private let entriesPerGeneration: Int
    private let bytesPerGeneration: Int
    private(set) var hits = 0
    private(set) var misses = 0

    /// Mean bytes of an entry for which room is kept; more than that ends a generation early.
    static let meanEntryBytes = 192

    /// A cache of at most that many entries.
    init(entries: Int) {
        entriesPerGeneration = max(entries / 2, 1)
        bytesPerGeneration = entriesPerGeneration * Self.meanEntryBytes
        var slots = 2
        while slots < entriesPerGeneration * 2 { slots *= 2 }
        young = Generation(slots: slots)
        old = Generation(slots: slots)
    }

    /// Entries held now.
    var count: Int { young.count + old.count }

    /// Bytes held by the entries and their slots.
    var byteCount: Int { young.bytes.count + old.bytes.count + 2 * young.slots.count * MemoryLayout<Slot>.stride }

    /// What is remembered; the entry is good until the next call that changes the cache.
    mutating func find(_ address: IPAddress, _ side: Side) -> Entry? {
        if let at = young.find(address, side) {
            hits += 1
            return young.slots[at].entry
        }
        guard let at = old.find(address, side) else {
            misses += 1
            return nil
        }
        hits += 1
        let entry = old.slots[at].entry
        let start = Int(entry.start)
        let bytes = old.bytes[start..<start + Int(entry.placeBytes) + Int(entry.systemBytes)]
        return bytes.withUnsafeBufferPointer { insert(address, side, entry, Span(_unsafeElements: $0)) }
    }

    /// Remembers pairs of which the first `placeBytes` are about the place.
    mutating func insert(
        _ address: IPAddress, _ side: Side, _ verdict: Places.Verdict, placeBytes: Int, _ pairs: Span<UInt8>
    ) -> Entry {
        let entry = Entry(
            placeBytes: UInt32(truncatingIfNeeded: placeBytes), systemBytes: UInt32(truncatingIfNeeded: pairs.count - placeBytes),
            verdict: verdict)
        return insert(address, side, entry, pairs)
    }

    private mutating func insert(_ address: IPAddress, _ side: Side, _ entry: Entry, _ pairs: Span<UInt8>) -> Entry {
        if young.count >= entriesPerGeneration || young.bytes.count + pairs.count > bytesPerGeneration {
            swap(&young, &old)
            young.removeAll()
        }
        var entry = entry
        entry.start = UInt32(truncatingIfNeeded: young.bytes.count)
        pairs.withUnsafeBufferPointer { young.bytes.append(contentsOf: $0) }
        young.insert(address, side, entry)
        return entry
    }

    /// Appends the pairs about the place.
    func appendPlace(_ entry: Entry, to out: inout [UInt8]) { copy(Int(entry.start), Int(entry.placeBytes), to: &out) }

    /// Appends the pairs about the autonomous system.
    func appendSystem(_ entry: Entry, to out: inout [UInt8]) {
        copy(Int(entry.start) + Int(entry.placeBytes), Int(entry.systemBytes), to: &out)
    }

    private func copy(_ start: Int, _ count: Int, to out: inout [UInt8]) {
        guard count > 0 else { return }
        young.bytes.withUnsafeBufferPointer { out.append(contentsOf: UnsafeBufferPointer(rebasing: $0[start..<start + count])) }
    }
}
