import Wire

/// Our words for those of a sensor, found without making Strings. Case does not count.
struct Translation: Sendable {
    private let table: NameTable
    private let words: [[UInt8]]

    /// A translation from theirs to ours.
    init(pairs: [(String, String)]) {
        table = NameTable(pairs.map { $0.0.lowercased() })
        words = pairs.map { Array($0.1.utf8) }
    }

    /// Our word, or nil.
    func word(for text: Span<UInt8>) -> [UInt8]? {
        guard text.count <= 64 else { return nil }
        if let number = table.number(text) { return words[number] }
        var lower: [UInt8] = []
        for i in text.indices { lower.append(text[i] &- UInt8(ascii: "A") < 26 ? text[i] | 0x20 : text[i]) }
        return table.number(lower.span).map { words[$0] }
    }
}

extension Translation: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, String)...) { self.init(pairs: elements) }
}
