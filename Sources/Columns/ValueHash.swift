/// A keyed hash of value bytes: multiply and fold, eight bytes at a time (after wyhash, Wang Yi 2019).
///
/// The seed is drawn per segment and stored with it, so that nobody outside can choose values that collide.
enum ValueHash {
    @inline(__always) static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var at = 0
        while at + 8 <= bytes.count {
            hash = fold(hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self), 0xA076_1D64_78BD_642F)
            at += 8
        }
        if at < bytes.count {
            var rest: UInt64 = 0
            while at < bytes.count {
                rest = rest << 8 | UInt64(bytes[at])
                at += 1
            }
            hash = fold(hash ^ rest, 0xE703_7ED1_A0B4_28DB)
        }
        return fold(hash ^ seed, 0x8EBC_6AF0_9C88_C6E3)
    }

    @inline(__always) private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
