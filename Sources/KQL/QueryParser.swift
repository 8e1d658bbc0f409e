/// Reads KQL by the grammar in docs/query-language.md.
///
/// No rule of the grammar needs to be taken back once its first sign is read, so the first fault is also the furthest.
struct QueryParser {
    private let text: [Unicode.Scalar]
    private var at = 0
    private var depth = 0

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    /// The whole text as a query.
    mutating func parse() throws(KQLError) -> Query {
        guard text.count <= Query.longestText else {
            throw KQLError(.tooLarge, at: Query.longestText, "the query is longer than \(Query.longestText) characters")
        }
        skipBlanks()
        guard at < text.count else { return .everything }
        let query = try disjunction()
        skipBlanks()
        guard at == text.count else { throw fault(expected: ["and", "or", "the end"]) }
        return query
    }

    // MARK: Queries

    private mutating func disjunction() throws(KQLError) -> Query {
        var all = [try conjunction()]
        while skipOperator("or") { all.append(try conjunction()) }
        return all.count == 1 ? all[0] : .or(all)
    }

    private mutating func conjunction() throws(KQLError) -> Query {
        var all = [try negation()]
        while skipOperator("and") { all.append(try negation()) }
        return all.count == 1 ? all[0] : .and(all)
    }

    private mutating func negation() throws(KQLError) -> Query {
        skipNot() ? .not(try primary()) : try primary()
    }

    private mutating func primary() throws(KQLError) -> Query {
        if text[safe: at] == "(" { return try bracketed(")") { parser throws(KQLError) in try parser.disjunction() } }
        let first = try literal(expected: ["a field", "a value", "("])
        let afterFirst = at
        skipBlanks()
        let field: QueryLiteral? = first.value == .null ? nil : first
        if let comparison = skipComparison() {
            skipBlanks()
            return .range(first, comparison, try literal(expected: ["a value"]))
        }
        guard text[safe: at] == ":" else {
            at = afterFirst
            return .is(nil, first)
        }
        at += 1
        skipBlanks()
        if text[safe: at] == "{" {
            return .nested(first, try bracketed("}") { parser throws(KQLError) in try parser.disjunction() })
        }
        return try values(of: field)
    }

    // MARK: Lists of values

    private mutating func values(of field: QueryLiteral?) throws(KQLError) -> Query {
        if text[safe: at] == "(" {
            return try bracketed(")") { parser throws(KQLError) in try parser.valueDisjunction(of: field) }
        }
        return .is(field, try literal(expected: ["a value", "("]))
    }

    private mutating func valueDisjunction(of field: QueryLiteral?) throws(KQLError) -> Query {
        var all = [try valueConjunction(of: field)]
        while skipOperator("or") { all.append(try valueConjunction(of: field)) }
        return all.count == 1 ? all[0] : .or(all)
    }

    private mutating func valueConjunction(of field: QueryLiteral?) throws(KQLError) -> Query {
        var all = [try valueNegation(of: field)]
        while skipOperator("and") { all.append(try valueNegation(of: field)) }
        return all.count == 1 ? all[0] : .and(all)
    }

    private mutating func valueNegation(of field: QueryLiteral?) throws(KQLError) -> Query {
        skipNot() ? .not(try values(of: field)) : try values(of: field)
    }

    private mutating func bracketed(
        _ close: Unicode.Scalar, _ inner: (inout QueryParser) throws(KQLError) -> Query
    ) throws(KQLError) -> Query {
        guard depth < Query.deepestNesting else {
            throw KQLError(.tooLarge, at: at, "brackets are deeper than \(Query.deepestNesting)")
        }
        depth += 1
        at += 1
        skipBlanks()
        let query = try inner(&self)
        skipBlanks()
        guard text[safe: at] == close else { throw fault(expected: ["and", "or", String(close)]) }
        at += 1
        depth -= 1
        return query
    }

    // MARK: Literals

    private mutating func literal(expected: [String]) throws(KQLError) -> QueryLiteral {
        var reader = LiteralReader(text: text, at: at)
        guard let literal = try reader.read() else { throw fault(expected: expected) }
        at = reader.at
        return literal
    }

    // MARK: Signs

    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n" || scalar == "\u{a0}"
    }

    private mutating func skipBlanks() {
        while at < text.count, Self.isBlank(text[at]) { at += 1 }
    }

    private mutating func skipOperator(_ word: String) -> Bool {
        guard let end = LiteralReader.endOfOperator(word, in: text, at: at) else { return false }
        at = end
        return true
    }

    private mutating func skipNot() -> Bool {
        guard let end = LiteralReader.endOfNot(in: text, at: at) else { return false }
        at = end
        return true
    }

    private mutating func skipComparison() -> RangeOperator? {
        guard let sign = text[safe: at], sign == "<" || sign == ">" else { return nil }
        let orEqual = text[safe: at + 1] == "="
        at += orEqual ? 2 : 1
        return sign == "<" ? (orEqual ? .lte : .lt) : (orEqual ? .gte : .gt)
    }

    private func fault(expected: [String]) -> KQLError {
        let found = text[safe: at].map { "“\($0)” does not fit here" } ?? "the query ends too early"
        return KQLError(.syntax, at: at, found, expected: expected, hint: Slips.hint(for: text, at: at))
    }
}

extension Array {
    subscript(safe at: Int) -> Element? { at >= 0 && at < count ? self[at] : nil }
}

extension Query {
    /// Reads KQL.
    ///
    /// Linear in the text's length; limits are ``longestText`` and ``deepestNesting``.
    public init(parsing text: String) throws(KQLError) {
        var parser = QueryParser(text)
        self = try parser.parse()
    }
}
