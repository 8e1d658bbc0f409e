import Model
import Synchronization

/// Counts attacks by source address in windows of event time, and tells which are of a repeat offender.
///
/// Windows lie side by side and begin at whole multiples of their length since 1970. An attack is of a repeat offender when its window has
/// seen more than the limit from its source, or when the window before had: who goes on is not let through anew each hour. Counts go by event
/// time and not by the clock, so that importing a log marks as many of its events today as tomorrow, in batches of any size.
///
/// Memory is bounded by the number of counts; of those, the half that was not touched for longest is forgotten first.
final class RepeatCounter: Sendable {
    private struct Key: Hashable {
        var address: IPAddress
        var window: Int64
    }

    private struct Counts {
        var young: [Key: UInt32] = [:]
        var old: [Key: UInt32] = [:]

        mutating func raise(_ key: Key, room: Int) -> UInt32 {
            let count = (young[key] ?? old[key] ?? 0).addingReportingOverflow(1)
            if young[key] == nil, young.count >= room {
                old = young
                young = [:]
            }
            young[key] = count.overflow ? .max : count.partialValue
            return young[key] ?? 0
        }

        func count(_ key: Key) -> UInt32 { young[key] ?? old[key] ?? 0 }
    }

    private final class Shard: Sendable {
        let counts = Mutex(Counts())
    }

    /// Most counts held, an address and a window each, at about 64 bytes.
    static let standardEntries = 262_144

    let options: NoiseOptions.Repeats
    private let shards: [Shard]
    private let room: Int

    init(_ options: NoiseOptions.Repeats, entries: Int = standardEntries) {
        self.options = options
        let count = min(16, max(1, entries / 2))
        shards = (0..<count).map { _ in Shard() }
        room = max(1, entries / (2 * count))
    }

    /// Counts an attack; whether it is of a repeat offender.
    func count(_ address: IPAddress, at time: Timestamp) -> Bool {
        let length = Int64(options.seconds) * 1_000_000
        let window = (time.microseconds - (time.microseconds < 0 ? length - 1 : 0)) / length
        let limit = UInt32(clamping: options.moreThan)
        return shards[place(address)].counts.withLock { counts in
            let count = counts.raise(Key(address: address, window: window), room: room)
            return count > limit || counts.count(Key(address: address, window: window - 1)) > limit
        }
    }

    private func place(_ address: IPAddress) -> Int {
        let mixed = (address.low ^ address.high &* 0x9e37_79b9_7f4a_7c15) &* 0xd6e8_feb8_6659_fd93
        return Int(truncatingIfNeeded: (mixed >> 40) % UInt64(shards.count))
    }
}
