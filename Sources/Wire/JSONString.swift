/// The inside of JSON strings: finding the end, resolving escapes, repairing UTF-8.
enum JSONString {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The offset of the closing quote of the string whose text begins at `start`.
    ///
    /// Adds ``JSONToken/escapedFlag`` and ``JSONToken/invalidUTF8Flag`` where they hold. Eight bytes a step: the word tests find the
    /// lowest byte that is a quote, a backslash, below 0x20 or above 0x7f (Hacker's Delight §6-1; borrows only disturb higher bytes).
    @inline(__always)
    static func end(of input: Span<UInt8>, from start: Int, flags: inout UInt32) throws(JSONError) -> Int {
        let count = input.count
        let raw = input.bytes
        var at = start
        while true {
            var byte: UInt8 = 0
            search: do {
                while at <= count - 8 {
                    let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
                    let quote = word ^ ones &* 0x22
                    let slash = word ^ ones &* 0x5c
                    let found = ((quote &- ones) & ~quote | (slash &- ones) & ~slash | (word &- ones &* 0x20) | word) & highs
                    if found != 0 {
                        at += found.trailingZeroBitCount >> 3
                        byte = input[at]
                        break search
                    }
                    at += 8
                }
                while at < count {
                    byte = input[at]
                    if byte == 0x22 || byte == 0x5c || byte < 0x20 || byte >= 0x80 { break search }
                    at += 1
                }
                throw JSONError(.unexpectedEnd, at: count)
            }
            if byte == 0x22 { return at }
            if byte == 0x5c {
                flags |= JSONToken.escapedFlag
                at = try escapeEnd(input, at)
            } else if byte >= 0x80 {
                let length = UTF8Sequence.length(input, at)
                if length == 0 { flags |= JSONToken.invalidUTF8Flag }
                at += max(length, 1)
            } else {
                throw JSONError(.controlCharacter, at: at)
            }
        }
    }

    /// The offset behind the escape at `at`.
    private static func escapeEnd(_ input: Span<UInt8>, _ at: Int) throws(JSONError) -> Int {
        guard at + 1 < input.count else { throw JSONError(.unexpectedEnd, at: input.count) }
        switch input[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return at + 2
        case UInt8(ascii: "u"):
            guard at + 6 <= input.count else { throw JSONError(.unexpectedEnd, at: input.count) }
            guard hexUnit(input, at + 2) != nil else { throw JSONError(.badEscape, at: at) }
            return at + 6
        default: throw JSONError(.badEscape, at: at)
        }
    }

    /// The 16-bit unit that four hexadecimal digits give.
    private static func hexUnit(_ input: Span<UInt8>, _ at: Int) -> UInt32? {
        guard at + 4 <= input.count else { return nil }
        var value: UInt32 = 0
        for i in at..<at + 4 {
            let byte = input[i]
            let letter = byte | 0x20
            let digit: UInt8
            if byte &- UInt8(ascii: "0") < 10 {
                digit = byte &- UInt8(ascii: "0")
            } else if letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "f") {
                digit = letter - UInt8(ascii: "a") + 10
            } else {
                return nil
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Appends the text in a range of a valid string: escapes resolved, what is no Unicode as U+FFFD.
    static func append(_ input: Span<UInt8>, _ range: Range<Int>, to out: inout [UInt8]) {
        var at = range.lowerBound
        while at < range.upperBound {
            let run = at
            at = plainEnd(input, run..<range.upperBound)
            if at > run { input.extracting(run..<at).withUnsafeBufferPointer { out.append(contentsOf: $0) } }
            guard at < range.upperBound else { return }
            if input[at] == 0x5c {
                at = appendEscape(input, at, range.upperBound, to: &out)
            } else {
                at += UTF8Sequence.appendRepaired(input, at, range.upperBound, to: &out)
            }
        }
    }

    /// The offset of the first backslash or byte above 0x7f in a range, or the range's end.
    @inline(__always) private static func plainEnd(_ input: Span<UInt8>, _ range: Range<Int>) -> Int {
        var at = range.lowerBound
        while at <= range.upperBound - 8 {
            let word = UInt64(littleEndian: input.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
            let slash = word ^ ones &* 0x5c
            let found = ((slash &- ones) & ~slash | word) & highs
            if found != 0 { return at + found.trailingZeroBitCount >> 3 }
            at += 8
        }
        while at < range.upperBound, input[at] != 0x5c, input[at] < 0x80 { at += 1 }
        return at
    }

    private static func appendEscape(_ input: Span<UInt8>, _ at: Int, _ end: Int, to out: inout [UInt8]) -> Int {
        guard at + 1 < end else { return end }
        switch input[at + 1] {
        case UInt8(ascii: "b"): out.append(8)
        case UInt8(ascii: "f"): out.append(12)
        case UInt8(ascii: "n"): out.append(10)
        case UInt8(ascii: "r"): out.append(13)
        case UInt8(ascii: "t"): out.append(9)
        case UInt8(ascii: "u"):
            guard let unit = hexUnit(input, at + 2) else { return end }
            if unit & 0xfc00 == 0xd800, at + 12 <= end, input[at + 6] == 0x5c, input[at + 7] == UInt8(ascii: "u"),
                let low = hexUnit(input, at + 8), low & 0xfc00 == 0xdc00
            {
                UTF8Sequence.append(0x10000 + (unit & 0x3ff) << 10 + low & 0x3ff, to: &out)
                return at + 12
            }
            UTF8Sequence.append(unit & 0xf800 == 0xd800 ? 0xfffd : unit, to: &out)
            return at + 6
        case let other: out.append(other)
        }
        return at + 2
    }
}
