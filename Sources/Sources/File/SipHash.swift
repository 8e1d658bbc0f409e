/// A 128-bit hash: it identifies file content, and under a secret key it shows that bytes are what was given out.
public struct ContentHash: Hashable, Sendable {
    public internal(set) var low: UInt64
    public internal(set) var high: UInt64

    /// SipHash-2-4 with 128-bit output (Aumasson and Bernstein 2012; reference `siphash.c`), by default under the key 00 01 … 0f.
    ///
    /// That key is fixed because the hash of a file is stored and compared across runs. About 1 GB/s.
    public init(
        _ bytes: some RandomAccessCollection<UInt8>, key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    ) {
        var v = (
            0x736f_6d65_7073_6575 ^ key.0, 0x646f_7261_6e64_6f6d ^ key.1 ^ 0xee, 0x6c79_6765_6e65_7261 ^ key.0,
            0x7465_6462_7974_6573 ^ key.1
        )
        var word: UInt64 = 0
        var filled: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << (filled * 8)
            filled += 1
            if filled == 8 {
                Self.compress(&v, word)
                word = 0
                filled = 0
            }
        }
        Self.compress(&v, word | UInt64(truncatingIfNeeded: bytes.count) << 56)
        v.2 ^= 0xee
        for _ in 0..<4 { Self.round(&v) }
        low = v.0 ^ v.1 ^ v.2 ^ v.3
        v.1 ^= 0xdd
        for _ in 0..<4 { Self.round(&v) }
        high = v.0 ^ v.1 ^ v.2 ^ v.3
    }

    /// A hash from its 16 stored bytes.
    init?(stored bytes: ArraySlice<UInt8>) {
        guard bytes.count == 16 else { return nil }
        func word(_ part: ArraySlice<UInt8>) -> UInt64 { part.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        low = word(bytes.prefix(8))
        high = word(bytes.suffix(8))
    }

    /// The 16 bytes in the reference's order.
    var bytes: [UInt8] {
        [low, high].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    }

    /// 32 hexadecimal digits.
    var hex: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func compress(_ v: inout (UInt64, UInt64, UInt64, UInt64), _ word: UInt64) {
        v.3 ^= word
        round(&v)
        round(&v)
        v.0 ^= word
    }

    @inline(__always) private static func round(_ v: inout (UInt64, UInt64, UInt64, UInt64)) {
        v.0 &+= v.1
        v.1 = rotated(v.1, 13) ^ v.0
        v.0 = rotated(v.0, 32)
        v.2 &+= v.3
        v.3 = rotated(v.3, 16) ^ v.2
        v.0 &+= v.3
        v.3 = rotated(v.3, 21) ^ v.0
        v.2 &+= v.1
        v.1 = rotated(v.1, 17) ^ v.2
        v.2 = rotated(v.2, 32)
    }

    @inline(__always) private static func rotated(_ x: UInt64, _ bits: UInt64) -> UInt64 { x << bits | x >> (64 - bits) }
}
