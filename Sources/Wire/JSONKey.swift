/// The first and last eight bytes of a name: with its length all of a name of up to 16 bytes.
struct JSONKey: Equatable, Sendable {
    let low: UInt64
    let high: UInt64
    let length: Int

    /// The name in a range of a text.
    @inline(__always) init(_ input: Span<UInt8>, _ range: Range<Int>) {
        let raw = input.bytes
        length = range.count
        if length >= 8 {
            low = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self))
            high = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: range.upperBound - 8, as: UInt64.self))
        } else if range.lowerBound <= input.count - 8 {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self))
            low = word & ((1 << UInt64(8 * length)) &- 1)
            high = 0
        } else {
            var word: UInt64 = 0
            for i in range { word |= UInt64(input[i]) << UInt64(8 * (i - range.lowerBound)) }
            low = word
            high = 0
        }
    }

    /// 24 bits that depend on all of the above.
    @inline(__always) var hash: UInt32 {
        let mixed = (low ^ UInt64(truncatingIfNeeded: length) &* 0x9e37_79b9_7f4a_7c15) &* 0xff51_afd7_ed55_8ccd
        let both = (mixed ^ mixed >> 32 ^ high) &* 0xc4ce_b9fe_1a85_ec53
        return UInt32(truncatingIfNeeded: both >> 40)
    }
}
