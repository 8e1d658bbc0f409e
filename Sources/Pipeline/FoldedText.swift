/// A text in which case does not count any more, cut into words, hashtags and accounts.
///
/// Folding is Unicode's upper case and then lower case, which joins `ß` and `SS`; comparison of Swift's strings joins composed and decomposed
/// characters. Invisible characters are left out, so that none of them hides a word. Linear in the text.
struct FoldedText {
    /// What a run of characters begins with.
    enum Sign { case hashtag, account }

    /// The whole text, folded.
    let text: String
    /// The words in order; `_` separates.
    private(set) var words: [Substring] = []
    /// What stands behind `#`, `_` included.
    private(set) var hashtags: [String] = []
    /// What stands behind `@`, with dots, hyphens, colons and a server behind another `@`.
    private(set) var accounts: [String] = []
    /// What the text begins with.
    private(set) var sign: Sign?
    /// Behind how many bytes the first hashtag or account ends.
    private var firstEnd: String.Index?

    init(_ source: Substring) {
        text = Self.fold(source)
        var at = text.startIndex
        var isBehindWord = false
        let scalars = text.unicodeScalars
        while at < scalars.endIndex {
            let scalar = scalars[at]
            if Self.isWord(scalar) {
                let end = scalars[at...].firstIndex { !Self.isWord($0) } ?? scalars.endIndex
                addWords(at..<end)
                at = end
                isBehindWord = true
                continue
            }
            let next = scalars.index(after: at)
            if !isBehindWord, scalar == "#" || scalar == "\u{ff03}" || scalar == "@" || scalar == "\u{ff20}" {
                let isTag = scalar == "#" || scalar == "\u{ff03}"
                if at == scalars.startIndex { sign = isTag ? .hashtag : .account }
                add(isTag, from: next)
            }
            isBehindWord = scalar == "_"
            at = next
        }
    }

    /// The hashtag or account that the text consists of; nil when there is anything else.
    var only: String? {
        guard let firstEnd, text[firstEnd...].allSatisfy(\.isWhitespace) else { return nil }
        return sign == .hashtag ? hashtags.first : accounts.first
    }

    private mutating func add(_ isTag: Bool, from start: String.Index) {
        let run = text.unicodeScalars[start...].prefix { Self.isWord($0) || $0 == "_" || !isTag && ".-:@".unicodeScalars.contains($0) }
        var name = Substring(run)
        if !name.hasPrefix("did:") { name = name.prefix { $0 != ":" } }
        while !isTag, let last = name.last, ".-:@".contains(last) { name.removeLast() }
        guard name.unicodeScalars.contains(where: Self.isWord) else { return }
        if isTag { hashtags.append(String(name)) } else { accounts.append(String(name)) }
        if firstEnd == nil { firstEnd = name.endIndex }
    }

    private mutating func addWords(_ range: Range<String.Index>) {
        var start = range.lowerBound
        var at = start
        while at < range.upperBound {
            let next = text.unicodeScalars.index(after: at)
            if Self.standsAlone(text.unicodeScalars[at]) {
                if start < at { words.append(text[start..<at]) }
                words.append(text[at..<next])
                start = next
            }
            at = next
        }
        if start < range.upperBound { words.append(text[start..<range.upperBound]) }
    }

    private static func fold(_ source: Substring) -> String {
        if source.utf8.allSatisfy({ $0 < 0x80 }) { return source.lowercased() }
        var folded = String.UnicodeScalarView()
        for scalar in source.uppercased().lowercased().unicodeScalars where !scalar.properties.isDefaultIgnorableCodePoint {
            folded.append(scalar)
        }
        return String(folded)
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) }
        if scalar.properties.isAlphabetic || scalar.properties.numericType != nil { return true }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return false
        }
    }

    /// Whether it belongs to a script that is written without spaces: Thai, Lao, Burmese, Khmer, kana, Han.
    private static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0e00...0x0eff, 0x1000...0x109f, 0x1780...0x17ff, 0x3005...0x3007, 0x3040...0x30ff, 0x31f0...0x31ff, 0x3400...0x4dbf,
            0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x3ffff:
            true
        default: false
        }
    }
}
