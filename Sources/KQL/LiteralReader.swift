/// Reads one quoted or bare literal.
struct LiteralReader {
    let text: [Unicode.Scalar]
    var at: Int

    /// The literal here, or nil when none begins here.
    mutating func read() throws(KQLError) -> QueryLiteral? {
        text[safe: at] == "\"" ? try quoted() : bare()
    }

    private mutating func quoted() throws(KQLError) -> QueryLiteral {
        let start = at
        at += 1
        var out = String.UnicodeScalarView()
        while let scalar = text[safe: at] {
            if scalar == "\"" {
                at += 1
                return QueryLiteral(.quoted(String(out)), at: start..<at)
            }
            if scalar == "\\", let escape = text[safe: at + 1] {
                if escape == "\\" || escape == "\"" {
                    out.append(escape)
                    at += 2
                    continue
                }
                if let character = escapedCharacter() {
                    out.append(character)
                    continue
                }
            }
            out.append(scalar)
            at += 1
        }
        throw KQLError(
            .syntax, at: start, "the quote is never closed", expected: ["\""],
            hint: "Close it with \", or write \\\" for a quote that is part of the text.")
    }

    private mutating func bare() -> QueryLiteral? {
        let start = at
        var parts: [[Unicode.Scalar]] = [[]]
        while let scalar = text[safe: at] {
            if scalar == "\\" {
                guard let escaped = bareEscape() else { break }
                parts[parts.count - 1] += escaped
            } else if scalar == "*" {
                parts.append([])
                at += 1
            } else {
                if QueryLiteral.special.contains(scalar) || isAtKeyword { break }
                parts[parts.count - 1].append(scalar)
                at += 1
            }
        }
        guard at > start else { return nil }
        // Blanks at the ends do not belong to the value; a star shields those inside.
        while let first = parts[0].first, first.properties.isWhitespace || first == "\u{feff}" { parts[0].removeFirst() }
        let last = parts.count - 1
        while let end = parts[last].last, end.properties.isWhitespace || end == "\u{feff}" { parts[last].removeLast() }
        var end = at
        while end > start, QueryParser.isBlank(text[end - 1]) { end -= 1 }
        let texts = parts.map { String(String.UnicodeScalarView($0)) }
        if texts.count > 1 { return QueryLiteral(.wildcard(texts), at: start..<end) }
        switch texts[0] {
        case "true": return QueryLiteral(.boolean(true), at: start..<end)
        case "false": return QueryLiteral(.boolean(false), at: start..<end)
        case "null": return QueryLiteral(.null, at: start..<end)
        default: return QueryLiteral(.bare(texts[0]), at: start..<end)
        }
    }

    // MARK: Escapes

    /// What a backslash and what follows it stand for outside quotes; nil when that is no escape.
    private mutating func bareEscape() -> [Unicode.Scalar]? {
        guard let escape = text[safe: at + 1] else { return nil }
        if QueryLiteral.special.contains(escape) {
            at += 2
            return [escape]
        }
        for word in ["and", "or", "not"] where Self.hasWord(word, in: text, at: at + 1) {
            let end = at + 1 + word.unicodeScalars.count
            // `\n` is a line feed unless the whole word `not` stands there.
            if word == "not", let next = text[safe: end], !QueryParser.isBlank(next) { continue }
            defer { at = end }
            return Array(text[at + 1..<end])
        }
        return escapedCharacter().map { [$0] }
    }

    /// `\t`, `\r`, `\n` or `\uXXXX` (two of them for a surrogate pair); nil when none is here.
    private mutating func escapedCharacter() -> Unicode.Scalar? {
        switch text[safe: at + 1] {
        case "t": return advance(2, "\t")
        case "r": return advance(2, "\r")
        case "n": return advance(2, "\n")
        case "u":
            guard let unit = codeUnit(at + 2) else { return nil }
            if unit & 0xfc00 == 0xd800, text[safe: at + 6] == "\\", text[safe: at + 7] == "u", let low = codeUnit(at + 8),
                low & 0xfc00 == 0xdc00
            {
                return advance(12, Unicode.Scalar(0x1_0000 + (unit & 0x3ff) << 10 + (low & 0x3ff)) ?? "\u{fffd}")
            }
            return advance(6, Unicode.Scalar(unit) ?? "\u{fffd}")
        default: return nil
        }
    }

    private mutating func advance(_ count: Int, _ scalar: Unicode.Scalar) -> Unicode.Scalar {
        at += count
        return scalar
    }

    private func codeUnit(_ from: Int) -> UInt32? {
        guard from + 4 <= text.count else { return nil }
        var value: UInt32 = 0
        for scalar in text[from..<from + 4] {
            guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    // MARK: Operators

    private var isAtKeyword: Bool {
        // Inside a run of blanks no operator begins that did not begin at the first.
        if at > 0, QueryParser.isBlank(text[at]), QueryParser.isBlank(text[at - 1]) { return false }
        return Self.endOfOperator("or", in: text, at: at) != nil || Self.endOfOperator("and", in: text, at: at) != nil
            || Self.endOfNot(in: text, at: at) != nil
    }

    /// Behind blanks, the word in any case, and blanks; nil when that is not here.
    static func endOfOperator(_ word: String, in text: [Unicode.Scalar], at: Int) -> Int? {
        guard let first = text[safe: at], QueryParser.isBlank(first) else { return nil }
        var end = at
        while let scalar = text[safe: end], QueryParser.isBlank(scalar) { end += 1 }
        return endOfWord(word, in: text, at: end)
    }

    /// Behind `not` in any case and blanks; nil when that is not here.
    static func endOfNot(in text: [Unicode.Scalar], at: Int) -> Int? { endOfWord("not", in: text, at: at) }

    private static func endOfWord(_ word: String, in text: [Unicode.Scalar], at: Int) -> Int? {
        guard hasWord(word, in: text, at: at) else { return nil }
        var end = at + word.unicodeScalars.count
        guard let blank = text[safe: end], QueryParser.isBlank(blank) else { return nil }
        while let scalar = text[safe: end], QueryParser.isBlank(scalar) { end += 1 }
        return end
    }

    private static func hasWord(_ word: String, in text: [Unicode.Scalar], at: Int) -> Bool {
        var place = at
        for letter in word.unicodeScalars {
            guard let scalar = text[safe: place], scalar.isASCII, Unicode.Scalar(UInt8(scalar.value) | 0x20) == letter else { return false }
            place += 1
        }
        return true
    }
}
