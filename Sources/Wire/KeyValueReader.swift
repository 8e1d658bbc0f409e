/// Splits `key=value key="quoted value" flag` into its pairs, as firewalls and audit logs write them.
///
/// Quotes are `"` or `'`; inside double quotes a backslash escapes. Keeps its memory from line to line; linear in the bytes.
public struct KeyValueReader: Sendable {
    /// One pair; the value is without its quotes.
    public struct Pair: Sendable {
        /// The key.
        public let key: Range<Int>
        /// The value; empty for a flag.
        public let value: Range<Int>
    }

    /// The pairs of the line read last, in order.
    public private(set) var pairs: [Pair] = []
    /// The byte between pairs.
    public let separator: UInt8

    /// A reader of pairs between blanks, or between that byte.
    public init(separator: UInt8 = 0x20) { self.separator = separator }

    /// Reads the pairs in a range of a line.
    public mutating func read(_ text: Span<UInt8>, in range: Range<Int>) {
        pairs.removeAll(keepingCapacity: true)
        var at = range.lowerBound
        let end = range.upperBound
        while at < end {
            while at < end, text[at] == separator || text[at] == 0x20 || text[at] == UInt8(ascii: ",") { at += 1 }
            let keyStart = at
            while at < end, text[at] != UInt8(ascii: "="), text[at] != separator { at += 1 }
            guard at > keyStart else {
                at += 1
                continue
            }
            let key = keyStart..<at
            guard at < end, text[at] == UInt8(ascii: "=") else {
                pairs.append(Pair(key: key, value: at..<at))
                continue
            }
            at += 1
            if at < end, text[at] == UInt8(ascii: "\"") || text[at] == UInt8(ascii: "'") {
                let close = quoteEnd(text, at, end)
                pairs.append(Pair(key: key, value: at + 1..<close))
                at = min(close + 1, end)
            } else {
                let start = at
                while at < end, text[at] != separator { at += 1 }
                let isComma = at > start && text[at - 1] == UInt8(ascii: ",")
                pairs.append(Pair(key: key, value: start..<(isComma ? at - 1 : at)))
            }
        }
    }

    /// The offset of the quote that closes the one at `start`, or the end.
    private func quoteEnd(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        let quote = text[start]
        var at = start + 1
        while at < end, text[at] != quote {
            if text[at] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") { at += 1 }
            at += 1
        }
        return min(at, end)
    }

    /// The value of a key; nil when the key is not there.
    public func value(_ key: StaticString, in text: Span<UInt8>) -> Range<Int>? {
        for pair in pairs where pair.key.count == key.utf8CodeUnitCount && text.has(key, at: pair.key.lowerBound) { return pair.value }
        return nil
    }
}
