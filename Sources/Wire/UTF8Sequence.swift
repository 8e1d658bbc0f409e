/// Single characters in UTF-8 (RFC 3629).
public enum UTF8Sequence {
    /// Bytes of the well-formed character of two or more bytes at an offset; 0 when there is none.
    @inline(__always)
    static func length(_ input: Span<UInt8>, _ at: Int) -> Int {
        let first = input[at]
        let available = input.count - at
        func follows(_ i: Int) -> Bool { input[at + i] & 0xc0 == 0x80 }
        switch first {
        case 0xc2...0xdf: return available >= 2 && follows(1) ? 2 : 0
        case 0xe0...0xef:
            guard available >= 3, follows(1), follows(2) else { return 0 }
            let second = input[at + 1]
            return first == 0xe0 && second < 0xa0 || first == 0xed && second > 0x9f ? 0 : 3
        case 0xf0...0xf4:
            guard available >= 4, follows(1), follows(2), follows(3) else { return 0 }
            let second = input[at + 1]
            return first == 0xf0 && second < 0x90 || first == 0xf4 && second > 0x8f ? 0 : 4
        default: return 0
        }
    }

    /// Appends the character at an offset, or U+FFFD for a byte that begins none; returns how many bytes it took.
    static func appendRepaired(_ input: Span<UInt8>, _ at: Int, _ end: Int, to out: inout [UInt8]) -> Int {
        let length = length(input, at)
        guard length > 0, at + length <= end else {
            append(0xfffd, to: &out)
            return 1
        }
        for i in at..<at + length { out.append(input[i]) }
        return length
    }

    /// Appends a scalar value; it must not be a surrogate.
    public static func append(_ scalar: UInt32, to out: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: scalar >> shift & 0x3f) | 0x80 }
        if scalar < 0x80 {
            out.append(UInt8(truncatingIfNeeded: scalar))
        } else if scalar < 0x800 {
            out.append(UInt8(truncatingIfNeeded: scalar >> 6) | 0xc0)
            out.append(tail(0))
        } else if scalar < 0x10000 {
            out.append(UInt8(truncatingIfNeeded: scalar >> 12) | 0xe0)
            out.append(tail(6))
            out.append(tail(0))
        } else {
            out.append(UInt8(truncatingIfNeeded: scalar >> 18) | 0xf0)
            out.append(tail(12))
            out.append(tail(6))
            out.append(tail(0))
        }
    }

    /// Whether all bytes are well-formed UTF-8.
    public static func isValid(_ input: Span<UInt8>) -> Bool {
        var at = 0
        while at < input.count {
            if input[at] < 0x80 {
                at += 1
            } else {
                let length = length(input, at)
                if length == 0 { return false }
                at += length
            }
        }
        return true
    }

    /// Appends the bytes, with U+FFFD for each byte that is not UTF-8.
    public static func appendRepaired(_ input: Span<UInt8>, to out: inout [UInt8]) {
        var at = 0
        while at < input.count {
            if input[at] < 0x80 {
                out.append(input[at])
                at += 1
            } else {
                at += appendRepaired(input, at, input.count, to: &out)
            }
        }
    }
}
