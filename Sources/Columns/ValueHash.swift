/// A keyed hash of value bytes: multiply and fold, eight bytes at a time (after wyhash, Wang Yi 2019).
///
/// The seed is drawn per segment and stored with it, so that nobody outside can choose values that collide.
enum ValueHash {
    @inline(__always) static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
        let count = bytes.count
        if count >= 8 {
            var at = 0
            while at + 8 <= count {
                hash = fold(hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self), 0xA076_1D64_78BD_642F)
                at += 8
            }
            // The last eight bytes, some of them for the second time: the length, which is in the hash, tells how many.
            if at < count {
                hash = fold(hash ^ bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self), 0xE703_7ED1_A0B4_28DB)
            }
        } else if count >= 4 {
            let low = UInt64(bytes.loadUnaligned(as: UInt32.self))
            let high = UInt64(bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            hash = fold(hash ^ (high << 32 | low), 0xE703_7ED1_A0B4_28DB)
        } else if count > 0 {
            let rest = UInt64(bytes[0]) | UInt64(bytes[count / 2]) << 8 | UInt64(bytes[count - 1]) << 16
            hash = fold(hash ^ rest, 0xE703_7ED1_A0B4_28DB)
        }
        return fold(hash ^ seed, 0x8EBC_6AF0_9C88_C6E3)
    }

    /// The hash of eight bytes.
    @inline(__always) static func hash(_ word: UInt64, seed: UInt64) -> UInt64 {
        let hash = seed ^ 8 &* 0x9E37_79B9_7F4A_7C15
        return fold(fold(hash ^ word, 0xA076_1D64_78BD_642F) ^ seed, 0x8EBC_6AF0_9C88_C6E3)
    }

    @inline(__always) private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
