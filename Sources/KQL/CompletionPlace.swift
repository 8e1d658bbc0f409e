/// What may stand at a place of a query that is being written.
public struct CompletionPlace: Sendable, Equatable {
    /// What may stand there.
    public enum Kind: Sendable, Equatable {
        /// A field, or a word that is looked for anywhere.
        case field
        /// What follows a field: a colon or a comparison; or, if the word is none, `and` or `or`.
        case comparison(field: String)
        /// A value of the field; below a comparison of order where `isOrdered`.
        case value(field: String, isOrdered: Bool)
        /// `and` or `or`.
        case connective
    }

    /// What may stand there.
    public let kind: Kind
    /// What is written of it in front of the caret, without quotes and escapes.
    public let written: String
    /// The part of the text that a proposal replaces, in Unicode scalars.
    public let range: Range<Int>

    /// The place of the caret (in Unicode scalars, within the text) in an unfinished query; nil where nothing can be said, such as behind
    /// a mistake.
    public init?(in text: String, caret: Int) {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= Query.longestText, (0...scalars.count).contains(caret) else { return nil }
        var reader = CompletionReader(text: Array(scalars[..<caret]))
        guard let place = reader.read() else { return nil }
        // The rest of the word in which the caret is goes with it.
        var end = caret
        if place.range.lowerBound < caret {
            let isQuoted = scalars[place.range.lowerBound] == "\""
            while let next = scalars[safe: end],
                isQuoted ? next != "\n" : !QueryLiteral.special.contains(next) && !QueryParser.isBlank(next)
            {
                end += 1
                if isQuoted, next == "\"", scalars[safe: end - 2] != "\\" { break }
            }
        }
        self.init(kind: place.kind, written: place.written, range: place.range.lowerBound..<end)
    }

    init(kind: Kind, written: String, range: Range<Int>) { (self.kind, self.written, self.range) = (kind, written, range) }
}

/// Reads an unfinished query up to the caret, by the grammar of ``QueryParser``.
struct CompletionReader {
    /// What a bracket that is still open holds.
    private enum Bracket {
        case queries
        case values(field: String)
    }

    /// What comes next.
    private enum State {
        case query
        case value(field: String, isOrdered: Bool)
        case end
    }

    private let text: [Unicode.Scalar]
    private var at = 0
    private var open: [Bracket] = []

    init(text: [Unicode.Scalar]) { self.text = text }

    /// The place at the end of the text.
    mutating func read() -> CompletionPlace? {
        var state = State.query
        while true {
            skipBlanks()
            switch state {
            case .end:
                if at == text.count || isWord(from: at) { return place(.connective, from: at) }
                if let end = endOfConnective() {
                    at = end
                    state = next
                } else if text[at] == ")" || text[at] == "}", open.popLast() != nil {
                    at += 1
                } else {
                    return nil
                }
            case .query:
                guard let found = query(&state) else { continue }
                return found.place
            case .value(let field, let isOrdered):
                guard let found = value(of: field, isOrdered, &state) else { continue }
                return found.place
            }
        }
    }

    /// A place that ends the reading; nil in it where nothing can be said.
    private struct End { let place: CompletionPlace? }

    private mutating func query(_ state: inout State) -> End? {
        if let end = LiteralReader.endOfNot(in: text, at: at) {
            at = end
            return nil
        }
        if at == text.count { return End(place: place(.field, from: at)) }
        if text[at] == "(" {
            at += 1
            open.append(.queries)
            return nil
        }
        let start = at
        guard let word = literal() else { return End(place: open(.field, from: start)) }
        if at == text.count, let touching = touching(word, from: start, .field) { return End(place: touching) }
        skipBlanks()
        guard at < text.count else { return End(place: place(.comparison(field: word.text), from: at)) }
        switch text[at] {
        case "<", ">":
            at += text[safe: at + 1] == "=" ? 2 : 1
            state = .value(field: word.text, isOrdered: true)
        case ":":
            at += 1
            skipBlanks()
            if text[safe: at] == "{" {
                at += 1
                open.append(.queries)
            } else {
                state = .value(field: word.text, isOrdered: false)
            }
        default: state = .end
        }
        return nil
    }

    private mutating func value(of field: String, _ isOrdered: Bool, _ state: inout State) -> End? {
        let kind = CompletionPlace.Kind.value(field: field, isOrdered: isOrdered)
        if at == text.count { return End(place: place(kind, from: at)) }
        if !isOrdered, text[at] == "(" {
            at += 1
            open.append(.values(field: field))
            return nil
        }
        if case .values? = open.last, let end = LiteralReader.endOfNot(in: text, at: at) {
            at = end
            return nil
        }
        let start = at
        guard let word = literal() else { return End(place: open(kind, from: start)) }
        if at == text.count, let touching = touching(word, from: start, kind) { return End(place: touching) }
        state = .end
        return nil
    }

    /// What a connective is followed by.
    private var next: State {
        if case .values(let field)? = open.last { .value(field: field, isOrdered: false) } else { .query }
    }

    private mutating func endOfConnective() -> Int? {
        // The blank in front belongs to the operator.
        guard at > 0 else { return nil }
        return LiteralReader.endOfOperator("or", in: text, at: at - 1) ?? LiteralReader.endOfOperator("and", in: text, at: at - 1)
    }

    /// The literal here; nil where none begins, or where its quote is open.
    private mutating func literal() -> QueryLiteral? {
        var reader = LiteralReader(text: text, at: at)
        guard let found = try? reader.read() else { return nil }
        at = reader.at
        return found
    }

    /// The place of a literal that the caret touches; nil where blanks lie between, or a quote is closed.
    private func touching(_ word: QueryLiteral, from start: Int, _ kind: CompletionPlace.Kind) -> CompletionPlace? {
        guard text[start] != "\"", let last = text.last, !QueryParser.isBlank(last) else { return nil }
        return CompletionPlace(kind: kind, written: word.text, range: start..<text.count)
    }

    /// The place in a quote that is still open; nil where there is none.
    private func open(_ kind: CompletionPlace.Kind, from start: Int) -> CompletionPlace? {
        guard text[safe: start] == "\"" else { return nil }
        var inside = Array(text[start...])
        // A single backslash at the end is the beginning of an escape.
        if inside.reversed().prefix(while: { $0 == "\\" }).count % 2 == 1 { inside.removeLast() }
        var reader = LiteralReader(text: inside + ["\""], at: 0)
        guard let word = try? reader.read() else { return nil }
        return CompletionPlace(kind: kind, written: word.text, range: start..<text.count)
    }

    private func place(_ kind: CompletionPlace.Kind, from start: Int) -> CompletionPlace {
        CompletionPlace(kind: kind, written: String(String.UnicodeScalarView(text[start...])), range: start..<text.count)
    }

    /// Whether only letters follow, such as the beginning of `and`.
    private func isWord(from start: Int) -> Bool { text[start...].allSatisfy { $0.properties.isAlphabetic } }

    private mutating func skipBlanks() {
        while at < text.count, QueryParser.isBlank(text[at]) { at += 1 }
    }
}
