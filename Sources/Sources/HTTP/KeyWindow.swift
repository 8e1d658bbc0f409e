/// The keys of the items that a source has handed on, as far back as its limit reaches.
///
/// Only hashes are kept, eight bytes each, under a secret key of the stream's own, so that nobody who writes into a feed can make his item look
/// like one that is known. The window is committed with the events (in ``RawBatch/framerState``), so that it is as old as they are after a kill.
struct KeyWindow: Sendable {
    private static let version: UInt8 = 1

    /// Most keys that are remembered.
    let limit: Int
    private let salt: (UInt64, UInt64)
    /// Oldest first.
    private var hashes: [UInt64] = []
    private var known: Set<UInt64> = []

    /// The window as it was committed; an empty one with a fresh secret where the bytes are none.
    init(stored: [UInt8], limit: Int) {
        self.limit = max(1, limit)
        guard stored.first == Self.version, stored.count >= 17, (stored.count - 17) % 8 == 0 else {
            salt = (.random(in: .min ... .max), .random(in: .min ... .max))
            return
        }
        func word(_ at: Int) -> UInt64 { stored[at..<at + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        salt = (word(1), word(9))
        hashes = stride(from: 17, to: stored.count, by: 8).map(word).suffix(self.limit)
        known = Set(hashes)
    }

    /// How many keys are remembered.
    var count: Int { hashes.count }

    /// The window as bytes, at most ``limit`` keys.
    var stored: [UInt8] {
        var out: [UInt8] = [Self.version]
        out.reserveCapacity(17 + 8 * hashes.count)
        for word in [salt.0, salt.1] + hashes.suffix(limit) {
            for shift in 0..<UInt64(8) { out.append(UInt8(truncatingIfNeeded: word >> (8 * shift))) }
        }
        return out
    }

    /// The hash of a key.
    func hash(of key: [UInt8]) -> UInt64 { ContentHash(key, key: salt).low }

    /// Whether a key is remembered.
    func contains(_ hash: UInt64) -> Bool { known.contains(hash) }

    /// Remembers a key; false when it is known already.
    mutating func insert(_ hash: UInt64) -> Bool {
        guard known.insert(hash).inserted else { return false }
        hashes.append(hash)
        return true
    }

    /// Makes keys the newest, in that order: those of an answer that lists them again are not to be forgotten first.
    mutating func renew(_ listed: [UInt64]) {
        let again = Set(listed)
        var order = hashes.filter { !again.contains($0) }
        var seen: Set<UInt64> = []
        for hash in listed where known.contains(hash) && seen.insert(hash).inserted { order.append(hash) }
        hashes = order
    }

    /// Forgets the oldest keys beyond the limit.
    mutating func trim() {
        guard hashes.count > limit else { return }
        for hash in hashes.prefix(hashes.count - limit) { known.remove(hash) }
        hashes.removeFirst(hashes.count - limit)
    }
}
