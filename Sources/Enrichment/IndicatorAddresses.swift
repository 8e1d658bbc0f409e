import Model

/// Which lists name an address: single addresses by open addressing, networks by a binary search among disjoint ranges.
struct IndicatorAddresses: Sendable {
    private struct Slot: Sendable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// A bit for each list; 0 marks a free slot.
        var lists: UInt64 = 0
    }

    /// A power of two, at most half full.
    private var slots: [Slot]
    private let mask: Int
    private let starts: [IPAddress]
    /// The lists of the range that begins at each start.
    private let rangeLists: [UInt64]

    init(single: [IPAddress: UInt64], networks: [Network: UInt64]) {
        var capacity = 16
        while capacity < 2 * single.count { capacity *= 2 }
        mask = capacity - 1
        slots = [Slot](repeating: Slot(), count: capacity)
        for (address, lists) in single {
            var at = Self.hash(address) & mask
            while slots[at].lists != 0 { at = (at + 1) & mask }
            slots[at] = Slot(high: address.high, low: address.low, lists: lists)
        }
        (starts, rangeLists) = Self.ranges(networks)
    }

    /// The lists that name the address or a network around it, a bit for each.
    @inline(__always) func lists(of address: IPAddress) -> UInt64 {
        var found: UInt64 = 0
        var at = Self.hash(address) & mask
        while slots[at].lists != 0 {
            if slots[at].low == address.low, slots[at].high == address.high {
                found = slots[at].lists
                break
            }
            at = (at + 1) & mask
        }
        return starts.isEmpty ? found : found | range(around: address)
    }

    private func range(around address: IPAddress) -> UInt64 {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) >> 1
            if starts[middle] <= address { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : rangeLists[low - 1]
    }

    @inline(__always) private static func hash(_ address: IPAddress) -> Int {
        let mixed = (address.high &* 0x9e37_79b9_7f4a_7c15 ^ address.low) &* 0xff51_afd7_ed55_8ccd
        return Int(truncatingIfNeeded: mixed >> 29)
    }

    /// Cuts networks, which may lie in one another, into ranges that rise, each with its lists.
    private static func ranges(_ networks: [Network: UInt64]) -> ([IPAddress], [UInt64]) {
        // Of one list's networks those inside another are left out, so that each bit is set and cleared in turn.
        var toggles: [IPAddress: UInt64] = [:]
        let sorted = networks.sorted { ($0.key.first, $0.key.prefixLength) < ($1.key.first, $1.key.prefixLength) }
        var ends = [IPAddress?](repeating: nil, count: 64)
        for (network, lists) in sorted {
            let last = network.last
            for bit in 0..<64 where lists & 1 << UInt64(bit) != 0 {
                if let end = ends[bit], last <= end { continue }
                ends[bit] = last
                toggles[network.first, default: 0] ^= 1 << UInt64(bit)
                if let next = last.next { toggles[next, default: 0] ^= 1 << UInt64(bit) }
            }
        }
        var current: UInt64 = 0
        var starts: [IPAddress] = []
        var lists: [UInt64] = []
        for (start, change) in toggles.sorted(by: { $0.key < $1.key }) where change != 0 {
            current ^= change
            starts.append(start)
            lists.append(current)
        }
        return (starts, lists)
    }
}

extension Network {
    /// The last address of the range.
    fileprivate var last: IPAddress {
        let free = 128 - prefixLength
        let high: UInt64 = free <= 64 ? 0 : free == 128 ? ~0 : ~0 >> UInt64(128 - free)
        let low: UInt64 = free >= 64 ? ~0 : free == 0 ? 0 : ~0 >> UInt64(64 - free)
        return IPAddress(high: first.high | high, low: first.low | low)
    }
}

extension IPAddress {
    /// The address behind this one; nil behind the last.
    fileprivate var next: IPAddress? {
        let (low, carries) = low.addingReportingOverflow(1)
        guard carries else { return IPAddress(high: high, low: low) }
        let (high, overflows) = high.addingReportingOverflow(1)
        return overflows ? nil : IPAddress(high: high, low: low)
    }
}
