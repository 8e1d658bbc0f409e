/// Reads Lucene's query syntax as Elasticsearch's `query_string` takes it.
///
/// Without brackets its AND and OR are not of two ranks: `a OR b AND c` demands b and c and ignores a, as Lucene does.
/// Fuzzy terms and proximity (`~`) are refused; boosts (`^2`) are skipped.
struct LuceneParser {
    private enum Occurrence { case must, should, mustNot }

    private let text: [Unicode.Scalar]
    private let needsAll: Bool
    private let field: (String) -> QueryLiteral
    private var at = 0
    private var depth = 0

    init(_ text: String, needsAll: Bool, field: @escaping (String) -> QueryLiteral) {
        self.text = Array(text.unicodeScalars)
        self.needsAll = needsAll
        self.field = field
    }

    mutating func parse(field name: String?) throws(KQLError) -> Query {
        guard text.count <= Query.longestText else { throw KQLError(.tooLarge, at: Query.longestText, "the query is too long") }
        let query = try clauses(name)
        guard at == text.count else { throw fault("“\(text[at])” does not fit here") }
        return query
    }

    private mutating func clauses(_ name: String?) throws(KQLError) -> Query {
        var all: [(occurrence: Occurrence, query: Query)] = []
        skipBlanks()
        while at < text.count, text[at] != ")" {
            let isAnd = skipWord("AND") || skipWord("&&")
            let isOr = !isAnd && (skipWord("OR") || skipWord("||"))
            skipBlanks()
            var isRequired = false
            var isExcluded = false
            if skipWord("NOT") || skip("!") || skip("-") { isExcluded = true } else if skip("+") { isRequired = true }
            skipBlanks()
            if let last = all.last, last.occurrence != .mustNot {
                if isAnd { all[all.count - 1].occurrence = .must }
                if isOr, needsAll { all[all.count - 1].occurrence = .should }
            }
            if needsAll { isRequired = isRequired || !isOr } else { isRequired = isRequired || isAnd }
            let query = try clause(name)
            all.append((isExcluded ? .mustNot : isRequired ? .must : .should, query))
            skipBlanks()
        }
        var parts = all.filter { $0.occurrence == .must }.map(\.query)
        let should = all.filter { $0.occurrence == .should }.map(\.query)
        if parts.isEmpty, !should.isEmpty { parts.append(should.count == 1 ? should[0] : .or(should)) }
        parts += all.filter { $0.occurrence == .mustNot }.map { .not($0.query) }
        return parts.isEmpty ? .everything : parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func clause(_ name: String?) throws(KQLError) -> Query {
        guard let first = text[safe: at] else { throw fault("the query ends too early") }
        if first == "(" { return try group(name) }
        if first == "\"" || first == "/" || first == "[" || first == "{" { return try value(name) }
        let start = at
        let signs = term()
        guard text[safe: at] == ":" else {
            guard !signs.isEmpty || text[safe: at] == ">" || text[safe: at] == "<" else { throw fault("“\(first)” does not fit here") }
            at = start
            return try value(name)
        }
        at += 1
        skipBlanks()
        let named = signs.map { if case .text(let scalar) = $0 { String(scalar) } else { "*" } }.joined()
        if named == "_exists_" { return .exists(field(LuceneParser.plain(term()))) }
        if text[safe: at] == "(" { return try group(named == "*" ? nil : named) }
        if named == "*", text[safe: at] == "*", text[safe: at + 1].map({ QueryParser.isBlank($0) || $0 == ")" }) ?? true {
            at += 1
            return .everything
        }
        return try value(named == "*" ? nil : named)
    }

    private mutating func group(_ name: String?) throws(KQLError) -> Query {
        guard depth < Query.deepestNesting else { throw KQLError(.tooLarge, at: at, "brackets are too deep") }
        depth += 1
        at += 1
        let inner = try clauses(name)
        guard skip(")") else { throw fault("a bracket is never closed") }
        depth -= 1
        try skipBoost()
        return inner
    }

    // MARK: Values

    private mutating func value(_ name: String?) throws(KQLError) -> Query {
        let start = at
        let query: Query
        switch text[safe: at] {
        case "\"": query = .is(name.map(field), QueryLiteral(.quoted(try delimited("\"")), at: start..<at))
        case "/": query = .is(name.map(field), QueryLiteral(.regexp(try delimited("/")), at: start..<at))
        case "[", "{": query = try range(name)
        case ">", "<":
            let isGreater = text[at] == ">"
            at += 1
            let orEqual = skip("=")
            guard let name else { throw fault("a comparison needs a field") }
            skipBlanks()
            query = .range(field(name), isGreater ? (orEqual ? .gte : .gt) : (orEqual ? .lte : .lt), try bound())
        default:
            let signs = term()
            guard !signs.isEmpty else { throw fault("a value is missing") }
            let literal = LuceneText.literal(signs, plain: { .bare($0) }, stars: { .wildcard($0) })
            query = .is(name.map(field), QueryLiteral(literal, at: start..<at))
        }
        try skipBoost()
        return query
    }

    private mutating func range(_ name: String?) throws(KQLError) -> Query {
        guard let name else { throw fault("a range needs a field") }
        let includesLow = text[at] == "["
        at += 1
        skipBlanks()
        let low = try bound()
        skipBlanks()
        guard skipWord("TO") else { throw fault("a range is written [a TO b]") }
        skipBlanks()
        let high = try bound()
        skipBlanks()
        guard let close = text[safe: at], close == "]" || close == "}" else { throw fault("a range is never closed") }
        at += 1
        var parts: [Query] = []
        if low.value != .bare("*") { parts.append(.range(field(name), includesLow ? .gte : .gt, low)) }
        if high.value != .bare("*") { parts.append(.range(field(name), close == "]" ? .lte : .lt, high)) }
        return parts.isEmpty ? .exists(field(name)) : parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func bound() throws(KQLError) -> QueryLiteral {
        let start = at
        if text[safe: at] == "\"" { return QueryLiteral(.quoted(try delimited("\"")), at: start..<at) }
        let plain = Self.plain(term(stopsAtColon: false))
        guard !plain.isEmpty else { throw fault("a value is missing") }
        return QueryLiteral(.bare(plain), at: start..<at)
    }

    private static func plain(_ signs: [LuceneText.Sign]) -> String {
        var out = String.UnicodeScalarView()
        for sign in signs {
            switch sign {
            case .text(let scalar): out.append(scalar)
            case .star: out.append("*")
            case .question: out.append("?")
            }
        }
        return String(out)
    }

    private mutating func term(stopsAtColon: Bool = true) -> [LuceneText.Sign] {
        var signs: [LuceneText.Sign] = []
        while let scalar = text[safe: at], !QueryParser.isBlank(scalar) {
            if scalar == "\\", let escaped = text[safe: at + 1] {
                signs.append(.text(escaped))
                at += 2
                continue
            }
            if "()[]{}\"^~<>".unicodeScalars.contains(scalar) || scalar == ":" && stopsAtColon { break }
            signs.append(scalar == "*" ? .star : scalar == "?" ? .question : .text(scalar))
            at += 1
        }
        return signs
    }

    /// The text up to the next such sign; a backslash before it, or (in quotes) before anything, takes its meaning.
    private mutating func delimited(_ sign: Unicode.Scalar) throws(KQLError) -> String {
        let start = at
        at += 1
        var out = String.UnicodeScalarView()
        while let scalar = text[safe: at] {
            at += 1
            if scalar == sign { return String(out) }
            if scalar == "\\", let escaped = text[safe: at] {
                if sign == "/", escaped != "/" { out.append(scalar) }
                out.append(escaped)
                at += 1
            } else {
                out.append(scalar)
            }
        }
        throw KQLError(.syntax, at: start, "“\(sign)” is never closed", expected: [String(sign)])
    }

    // MARK: Signs

    private mutating func skipBoost() throws(KQLError) {
        if text[safe: at] == "~" { throw KQLError(.unsupported, at: at, "“~” (similar words) is not known here") }
        guard skip("^") else { return }
        while let scalar = text[safe: at], scalar == "." || ("0"..."9").contains(scalar) { at += 1 }
    }

    private mutating func skipBlanks() {
        while let scalar = text[safe: at], QueryParser.isBlank(scalar) { at += 1 }
    }

    private mutating func skip(_ sign: Unicode.Scalar) -> Bool {
        guard text[safe: at] == sign else { return false }
        at += 1
        return true
    }

    /// Skips an operator; one of letters must be followed by a blank or a bracket.
    private mutating func skipWord(_ word: String) -> Bool {
        let letters = Array(word.unicodeScalars)
        guard at + letters.count <= text.count, Array(text[at..<at + letters.count]) == letters else { return false }
        if letters[0].properties.isAlphabetic, let next = text[safe: at + letters.count], !QueryParser.isBlank(next), next != "(" {
            return false
        }
        at += letters.count
        return true
    }

    private func fault(_ detail: String) -> KQLError { KQLError(.syntax, at: at, detail) }
}
