import Sources
internal import Synchronization

/// The numbers by which the event collector's clients ask whether what they sent is indexed.
///
/// A request is answered when it is durable, so every number that was given out stands for stored events. The number itself says that it was
/// given out, and for which channel: its lower 24 bits are a keyed hash of the rest. So nothing has to be remembered, and a client that asks
/// after a restart is told the truth.
final class AckStamps: Sendable {
    private let key: (UInt64, UInt64)
    private let count = Mutex<UInt64>(0)

    /// Stamps made with that key, which is kept with the events.
    init(key: (UInt64, UInt64)) { self.key = key }

    /// A number for what was stored of a channel; below 2^53, so that every client can carry it.
    func next(_ channel: String) -> Int {
        let number = count.withLock { count in
            count = (count + 1) & 0x0fff_ffff
            return count
        }
        return Int(number << 24 | check(number, channel))
    }

    /// Whether the number was given out for the channel.
    func isGiven(_ stamp: Int, _ channel: String) -> Bool {
        guard stamp >= 0, stamp < 1 << 52 else { return false }
        let number = UInt64(stamp) >> 24
        return UInt64(stamp) & 0xff_ffff == check(number, channel)
    }

    private func check(_ number: UInt64, _ channel: String) -> UInt64 {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } + Array(channel.lowercased().utf8)
        return ContentHash(bytes, key: key).low & 0xff_ffff
    }
}
