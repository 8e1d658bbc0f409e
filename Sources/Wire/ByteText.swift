/// Looking into text without making Strings; all offsets are bytes.
extension Span where Element == UInt8 {
    /// The first place of a byte at or behind `start` and before `end`; nil when it is not there.
    public func firstIndex(of byte: UInt8, from start: Int = 0, to end: Int? = nil) -> Int? {
        let limit = Swift.min(end ?? count, count)
        var at = Swift.max(start, 0)
        while at < limit {
            if self[at] == byte { return at }
            at += 1
        }
        return nil
    }

    /// Whether the text stands at an offset.
    public func has(_ text: StaticString, at start: Int = 0) -> Bool {
        let length = text.utf8CodeUnitCount
        guard start >= 0, start + length <= count else { return false }
        for i in 0..<length where self[start + i] != text.utf8Start[i] { return false }
        return true
    }

    /// Whether the text is all there is.
    public func equals(_ text: StaticString) -> Bool { count == text.utf8CodeUnitCount && has(text) }

    /// Whether the text is all there is, where ASCII case does not count; `text` is in lower case.
    public func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for i in 0..<count where Self.lowercased(self[i]) != text.utf8Start[i] { return false }
        return true
    }

    /// Where a text stands first, between two offsets.
    public func range(of text: StaticString, from start: Int = 0, to end: Int? = nil) -> Range<Int>? {
        let length = text.utf8CodeUnitCount
        let limit = Swift.min(end ?? count, count) - length
        guard length > 0 else { return nil }
        var at = Swift.max(start, 0)
        let first = text.utf8Start[0]
        while at <= limit {
            if self[at] == first, has(text, at: at) { return at..<at + length }
            at += 1
        }
        return nil
    }

    /// Where a text stands last before an offset.
    public func lastRange(of text: StaticString, to end: Int? = nil) -> Range<Int>? {
        let length = text.utf8CodeUnitCount
        var at = Swift.min(end ?? count, count) - length
        while at >= 0 {
            if has(text, at: at) { return at..<at + length }
            at -= 1
        }
        return nil
    }

    /// The first offset at or behind `start` that is no blank (space or tab), at most `end`.
    public func skippingBlanks(from start: Int, to end: Int? = nil) -> Int {
        let limit = Swift.min(end ?? count, count)
        var at = start
        while at < limit, self[at] == 0x20 || self[at] == 0x09 { at += 1 }
        return at
    }

    /// The offset of the first blank at or behind `start`, or the end.
    public func wordEnd(from start: Int, to end: Int? = nil) -> Int {
        let limit = Swift.min(end ?? count, count)
        var at = start
        while at < limit, self[at] != 0x20, self[at] != 0x09 { at += 1 }
        return at
    }

    /// A range without the blanks, carriage returns and line feeds at its ends.
    public func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a || byte == 0 }
        while start < end, isBlank(self[start]) { start += 1 }
        while end > start, isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }

    /// The bytes as a String; what is not UTF-8 becomes U+FFFD.
    public var string: String { withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }

    /// The byte in lower case when it is an ASCII letter.
    @inline(__always) public static func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }
}
