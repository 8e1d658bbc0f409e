/// Reads ArcSight's Common Event Format (CEF, revision 26) and IBM's Log Event Extended Format (LEEF 1.0 and 2.0).
///
/// `CEF:0|vendor|product|version|class id|name|severity|key=value …` and `LEEF:2.0|vendor|product|version|event id|^|key=value^…`.
/// A bar in a header is escaped as `\|`; in CEF's values `\=`, `\\` and `\n` are escapes. A CEF value reaches to the last blank before
/// the next key. Keeps its memory from line to line; linear in the bytes.
public struct EventFormatReader: Sendable {
    /// Which of the two it is.
    public enum Kind: Sendable {
        /// Common Event Format.
        case cef
        /// Log Event Extended Format.
        case leef
    }

    /// Which of the two the line read last is.
    public private(set) var kind = Kind.cef
    /// The header's values behind the version of the format: vendor, product, version, event id, and for CEF name and severity.
    public private(set) var header: [Range<Int>] = []
    /// The pairs of the extension, in order; values are as they stand, escapes included.
    public private(set) var pairs: [KeyValueReader.Pair] = []

    /// A reader.
    public init() {}

    /// Reads the message in a range; false when it is neither.
    public mutating func read(_ text: Span<UInt8>, in range: Range<Int>) -> Bool {
        header.removeAll(keepingCapacity: true)
        pairs.removeAll(keepingCapacity: true)
        var at = range.lowerBound
        let isCEF = text.has("CEF:", at: at)
        guard isCEF || text.has("LEEF:", at: at) else { return false }
        kind = isCEF ? .cef : .leef
        let versionStart = at + (isCEF ? 4 : 5)
        guard let versionEnd = text.firstIndex(of: UInt8(ascii: "|"), from: versionStart, to: range.upperBound) else { return false }
        at = versionEnd + 1
        for _ in 0..<(isCEF ? 6 : 4) {
            guard let end = barEnd(text, at, range.upperBound) else {
                // A header may end the line without its last bar.
                guard header.count == (isCEF ? 5 : 3) else { return false }
                header.append(at..<range.upperBound)
                return true
            }
            header.append(at..<end)
            at = end + 1
        }
        if isCEF {
            readExtension(text, at..<range.upperBound)
        } else {
            readAttributes(text, at..<range.upperBound, isSecond: text.has("2", at: versionStart))
        }
        return true
    }

    /// The value of a key; nil when the key is not there.
    public func value(_ key: StaticString, in text: Span<UInt8>) -> Range<Int>? {
        for pair in pairs where pair.key.count == key.utf8CodeUnitCount && text.has(key, at: pair.key.lowerBound) { return pair.value }
        return nil
    }

    private func barEnd(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var at = start
        while at < end, text[at] != UInt8(ascii: "|") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
        return at < end ? at : nil
    }

    private mutating func readExtension(_ text: Span<UInt8>, _ range: Range<Int>) {
        var keyRange: Range<Int>?
        var valueStart = range.lowerBound
        var wordStart = range.lowerBound
        var at = range.lowerBound
        func isKey(_ word: Range<Int>) -> Bool {
            guard !word.isEmpty else { return false }
            for i in word {
                let lower = text[i] | 0x20
                let isLetter = lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
                guard isLetter || text[i] &- UInt8(ascii: "0") < 10 || text[i] == UInt8(ascii: "_") || text[i] == UInt8(ascii: ".") else {
                    return false
                }
            }
            return true
        }
        while at < range.upperBound {
            switch text[at] {
            case UInt8(ascii: "\\"): at += 1
            case 0x20: wordStart = at + 1
            case UInt8(ascii: "=") where wordStart < at && isKey(wordStart..<at):
                if let key = keyRange { pairs.append(.init(key: key, value: text.trimmed(valueStart..<max(valueStart, wordStart)))) }
                keyRange = wordStart..<at
                valueStart = at + 1
                // A second `=` in the same word belongs to the value.
                wordStart = range.upperBound
            default: break
            }
            at += 1
        }
        if let key = keyRange { pairs.append(.init(key: key, value: text.trimmed(valueStart..<range.upperBound))) }
    }

    private mutating func readAttributes(_ text: Span<UInt8>, _ range: Range<Int>, isSecond: Bool) {
        var delimiter: UInt8 = 0x09
        var start = range.lowerBound
        if isSecond, let bar = text.firstIndex(of: UInt8(ascii: "|"), from: start, to: min(start + 8, range.upperBound)) {
            if bar == start + 1 {
                delimiter = text[start]
            } else if bar > start, let value = hexadecimal(text, start..<bar) {
                delimiter = value
            }
            start = bar + 1
        }
        while start < range.upperBound {
            let end = text.firstIndex(of: delimiter, from: start, to: range.upperBound) ?? range.upperBound
            if let equals = text.firstIndex(of: UInt8(ascii: "="), from: start, to: end) {
                pairs.append(.init(key: text.trimmed(start..<equals), value: text.trimmed(equals + 1..<end)))
            }
            start = end + 1
        }
    }

    /// The byte that `x5E` or `0x5E` names.
    private func hexadecimal(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt8? {
        guard let x = text.firstIndex(of: UInt8(ascii: "x"), from: range.lowerBound, to: range.upperBound) else { return nil }
        return UInt8(text.extracting(x + 1..<range.upperBound).string, radix: 16)
    }

    /// Appends a value of the message with its escapes resolved.
    public func appendValue(_ range: Range<Int>, of text: Span<UInt8>, to out: inout [UInt8]) {
        var at = range.lowerBound
        while at < range.upperBound {
            if text[at] == UInt8(ascii: "\\"), at + 1 < range.upperBound {
                at += 1
                switch text[at] {
                case UInt8(ascii: "n"): out.append(10)
                case UInt8(ascii: "r"): out.append(13)
                case UInt8(ascii: "="), UInt8(ascii: "|"), UInt8(ascii: "\\"): out.append(text[at])
                default: out.append(contentsOf: [UInt8(ascii: "\\"), text[at]])
                }
            } else {
                out.append(text[at])
            }
            at += 1
        }
    }
}
