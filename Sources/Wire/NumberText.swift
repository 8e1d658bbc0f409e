/// Numbers in decimal text, as logs write them.
public enum NumberText {
    /// A whole number: `445`, `-1`, `+5`, also `3389.0` and `1e3`; nil when the text is none or beyond 64 bits.
    public static func integer(_ text: Span<UInt8>) -> Int64? {
        let count = text.count
        guard count > 0 else { return nil }
        var at = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative || text[0] == UInt8(ascii: "+") { at = 1 }
        guard at < count, count - at <= 19 else { return integral(text) }
        var value: UInt64 = 0
        while at < count {
            let digit = text[at] &- UInt8(ascii: "0")
            guard digit < 10 else { return integral(text) }
            // 19 digits are below 2^64.
            value = value &* 10 &+ UInt64(digit)
            at += 1
        }
        if isNegative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
        return Int64(exactly: value)
    }

    /// A number, of JSON's form or with a leading plus; nil when the text is none or not finite.
    public static func double(_ text: Span<UInt8>) -> Double? {
        let count = text.count
        guard count > 0, count <= 400 else { return nil }
        var at = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative || text[0] == UInt8(ascii: "+") { at = 1 }
        guard at < count else { return nil }
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var hasDot = false
        while at < count {
            let byte = text[at]
            if byte == UInt8(ascii: "."), !hasDot {
                hasDot = true
            } else {
                let digit = byte &- UInt8(ascii: "0")
                guard digit < 10, digits < 15 else { return slow(text) }
                mantissa = mantissa * 10 + UInt64(digit)
                digits += 1
                if hasDot { scale += 1 }
            }
            at += 1
        }
        guard digits > 0 else { return nil }
        // Both parts are exact (below 2^53, and a power of ten up to 10^15), so one division rounds correctly (Clinger 1990).
        let value = Double(mantissa) / powersOfTen[scale]
        return isNegative ? -value : value
    }

    private static let powersOfTen: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]

    private static func slow(_ text: Span<UInt8>) -> Double? {
        for i in text.indices {
            switch text[i] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                continue
            default: return nil  // `Double` also reads hexadecimal, NaN and infinity.
            }
        }
        let value = text.withUnsafeBufferPointer { Double(String(decoding: $0, as: UTF8.self)) }
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    private static func integral(_ text: Span<UInt8>) -> Int64? { double(text).flatMap { Int64(exactly: $0) } }
}
