/// Unsigned numbers of variable length, seven bits a byte, the low ones first (DWARF 5 §7.6), as in the packed rows of ``EventBatch``.
public enum LEB128 {
    /// Most bytes of a number.
    public static let maximumBytes = 10

    /// The number at an offset, which then stands behind it; nil when it is cut or longer than 64 bits.
    @inlinable @inline(__always) public static func read(_ bytes: Span<UInt8>, _ at: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < bytes.count, shift < 64 {
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// Appends a number.
    public static func append(_ number: UInt64, to out: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(truncatingIfNeeded: rest))
    }
}
