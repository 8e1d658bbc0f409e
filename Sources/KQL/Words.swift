/// Cuts text into words as Lucene's standard tokenizer does for most scripts (UAX #29 word boundaries; Han and Hiragana one by one).
package enum Words {
    /// Grows whenever a text may have other words than before: by a change here, or by the Unicode tables of another toolchain.
    package static let revision: UInt32 = 1

    private enum Kind { case letter, digit, katakana, single, joiner, middle, middleOfLetters, middleOfDigits, extends, other }

    /// Calls `body` with the range of each word until it says false.
    static func forEach(in text: Span<UInt8>, _ body: (Range<Int>) -> Bool) {
        var at = 0
        while at < text.count {
            let start = at
            var (kind, size) = kind(text, at)
            at += size
            guard kind != .other, kind != .extends, kind != .middle, kind != .middleOfLetters, kind != .middleOfDigits else { continue }
            var hasContent = kind != .joiner
            while at < text.count {
                let (next, nextSize) = Self.kind(text, at)
                if next == .extends {
                    at += nextSize
                } else if joins(kind, next) {
                    hasContent = hasContent || next != .joiner
                    kind = next
                    at += nextSize
                } else if let (behind, end) = bridge(text, at, nextSize, kind, next) {
                    kind = behind
                    at = end
                } else {
                    break
                }
            }
            size = at - start
            if hasContent, !body(start..<start + size) { return }
        }
    }

    /// Calls `body` with each word in lower case until it says false. Only words beyond ASCII need memory.
    package static func forEachLowered(in text: Span<UInt8>, _ body: (Span<UInt8>) -> Bool) {
        forEach(in: text) { range in
            let word = text.extracting(range)
            var (isASCII, isLowered) = (true, true)
            for i in word.indices {
                if word[i] >= 0x80 {
                    isASCII = false
                    break
                }
                if word[i] &- UInt8(ascii: "A") < 26 { isLowered = false }
            }
            if isASCII, isLowered { return body(word) }
            if isASCII {
                return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: word.count) { lowered in
                    for i in word.indices { lowered[i] = word[i] &- UInt8(ascii: "A") < 26 ? word[i] | 0x20 : word[i] }
                    return body(UnsafeBufferPointer(lowered).span)
                }
            }
            let lowered = Array(word.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }.lowercased().utf8)
            return body(lowered.span)
        }
    }

    /// The lower-cased words of a text.
    static func all(in text: String) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        var words: [[UInt8]] = []
        forEach(in: bytes.span) { range in
            words.append(Array(String(decoding: bytes[range], as: UTF8.self).lowercased().utf8))
            return true
        }
        return words
    }

    private static func joins(_ a: Kind, _ b: Kind) -> Bool {
        switch (a, b) {
        case (.letter, .letter), (.letter, .digit), (.digit, .letter), (.digit, .digit), (.katakana, .katakana): true
        case (.joiner, .joiner), (.joiner, .letter), (.joiner, .digit), (.joiner, .katakana): true
        case (.letter, .joiner), (.digit, .joiner), (.katakana, .joiner): true
        default: false
        }
    }

    /// A sign such as the dot in `example.com` or the comma in `1,000` with the letter or digit behind it, where it joins the two.
    private static func bridge(_ text: Span<UInt8>, _ at: Int, _ size: Int, _ before: Kind, _ sign: Kind) -> (Kind, Int)? {
        let behind = at + size
        guard behind < text.count else { return nil }
        let (kind, kindSize) = kind(text, behind)
        guard kind == before else { return nil }
        let isBridge =
            kind == .letter && (sign == .middle || sign == .middleOfLetters)
            || kind == .digit && (sign == .middle || sign == .middleOfDigits)
        return isBridge ? (kind, behind + kindSize) : nil
    }

    @inline(__always) private static func kind(_ text: Span<UInt8>, _ at: Int) -> (Kind, Int) {
        let byte = text[at]
        guard byte >= 0x80 else { return (ascii(byte), 1) }
        let size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1
        guard size > 1, at + size <= text.count else { return (.other, 1) }
        var value = UInt32(byte) & (0x7f >> UInt32(size))
        for i in 1..<size { value = value << 6 | UInt32(text[at + i] & 0x3f) }
        return (Unicode.Scalar(value).map(wide) ?? .other, size)
    }

    @inline(__always) private static func ascii(_ byte: UInt8) -> Kind {
        switch Unicode.Scalar(byte) {
        case "a"..."z", "A"..."Z": .letter
        case "0"..."9": .digit
        case "_": .joiner
        case ".", "'": .middle
        case ":": .middleOfLetters
        case ",", ";": .middleOfDigits
        default: .other
        }
    }

    private static func wide(_ scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0xb7, 0x387, 0x55f, 0x5f4, 0x2027, 0xfe13, 0xfe55, 0xff1a: return .middleOfLetters
        case 0x2018, 0x2019, 0x2024, 0xfe52, 0xff07, 0xff0e: return .middle
        case 0x37e, 0x589, 0x60c, 0x60d, 0x66c, 0x7f8, 0x2044, 0xfe10, 0xfe14, 0xfe50, 0xfe54, 0xff0c, 0xff1b: return .middleOfDigits
        case 0x3041...0x309f: return .single
        case 0x30a0...0x30ff, 0x31f0...0x31ff, 0xff66...0xff9f: return .katakana
        case 0x1f300...0x1faff, 0x2600...0x27bf: return .single
        default: break
        }
        let properties = scalar.properties
        if properties.isIdeographic { return .single }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .format: return .extends
        case .decimalNumber: return .digit
        case .connectorPunctuation: return .joiner
        default: return properties.isAlphabetic ? .letter : .other
        }
    }
}
