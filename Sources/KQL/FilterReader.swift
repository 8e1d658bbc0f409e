/// Reads Elasticsearch filters, as ElastAlert's rules hold them, into a query.
///
/// Knows term, terms, range, prefix, wildcard, regexp, exists, match, match_phrase, match_all, bool, nested, query_string, the
/// wrappers `query` and `filter`, and the old `and`, `or`, `not`.
public struct FilterReader: Sendable {
    private let dropsKeywordSuffix: Bool

    /// A reader; unless told otherwise it takes `field.keyword`, as Elasticsearch calls the exact form of a text, for `field`.
    public init(dropsKeywordSuffix: Bool = true) { self.dropsKeywordSuffix = dropsKeywordSuffix }

    /// A list of filters, all of which must hold, or a single filter.
    public func query(_ filter: PlainValue) throws(KQLError) -> Query { try query(filter, below: "", depth: 0) }

    static let names = [
        "term", "terms", "range", "prefix", "wildcard", "regexp", "exists", "match", "match_phrase", "match_all", "bool", "nested",
        "query", "filter", "query_string", "and", "or", "not",
    ]

    private func query(_ filter: PlainValue, below path: String, depth: Int) throws(KQLError) -> Query {
        guard depth < Query.deepestNesting else { throw KQLError(.tooLarge, at: 0, "filters are nested too deeply") }
        if case .list(let all) = filter { return try joined(all, path, depth) }
        guard case .map(let members) = filter, members.count == 1, let (name, body) = members.first else {
            throw KQLError(.syntax, at: 0, "a filter is a map with one key, its kind", expected: Self.names)
        }
        switch name {
        case "term": return try single(body, path, name) { .exact($0) }
        case "match_phrase": return try single(body, path, name, options: ["query"]) { .quoted($0) }
        case "prefix": return try single(body, path, name) { .pattern([$0, ""]) }
        case "wildcard": return try single(body, path, name, options: ["value", "wildcard"]) { LuceneText.pattern($0) }
        case "regexp": return try single(body, path, name, options: ["value", "flags", "max_determinized_states"]) { .regexp($0) }
        case "match": return try match(body, path)
        case "terms": return try terms(body, path)
        case "range": return try range(body, path)
        case "exists":
            guard let field = body["field"]?.string else { throw Self.fault("exists", "takes “field”") }
            return .exists(literal(field, path))
        case "match_all": return .everything
        case "query", "filter", "and": return try query(body, below: path, depth: depth + 1)
        case "or": return .or(try queries(body, path, depth))
        case "not": return .not(try query(body, below: path, depth: depth + 1))
        case "bool": return try bool(body, path, depth)
        case "nested":
            guard let inner = body["path"]?.string, let condition = body["query"] else {
                throw Self.fault("nested", "takes “path” and “query”")
            }
            return .nested(literal(inner, path), try query(condition, below: inner + ".", depth: depth + 1))
        case "query_string": return try queryString(body, path)
        default:
            throw KQLError(
                .unsupported, at: 0, "“\(name)” is no filter that is known here", expected: Self.names,
                hint: Slips.nearest(name, Self.names))
        }
    }

    // MARK: Joining

    private func queries(_ value: PlainValue?, _ path: String, _ depth: Int) throws(KQLError) -> [Query] {
        var all: [Query] = []
        for element in value?.elements ?? [] { all.append(try query(element, below: path, depth: depth + 1)) }
        return all
    }

    private func joined(_ all: [PlainValue], _ path: String, _ depth: Int) throws(KQLError) -> Query {
        Self.all(try queries(.list(all), path, depth))
    }

    private static func all(_ parts: [Query]) -> Query { parts.isEmpty ? .everything : parts.count == 1 ? parts[0] : .and(parts) }

    private func bool(_ body: PlainValue, _ path: String, _ depth: Int) throws(KQLError) -> Query {
        try Self.check(body, "bool", ["must", "filter", "should", "must_not", "minimum_should_match", "boost"])
        var parts = try queries(body["must"], path, depth) + queries(body["filter"], path, depth)
        let should = try queries(body["should"], path, depth)
        let least: Int
        switch body["minimum_should_match"] {
        case nil: least = parts.isEmpty && !should.isEmpty ? 1 : 0
        case .integer(let number)?: least = Int(clamping: number < 0 ? Int64(should.count) + number : number)
        case .text(let text)?:
            guard let number = Int(text) else { throw Self.fault("minimum_should_match", "takes a whole number") }
            least = number < 0 ? should.count + number : number
        default: throw Self.fault("minimum_should_match", "takes a whole number")
        }
        for excluded in try queries(body["must_not"], path, depth) { parts.append(.not(excluded)) }
        if least == 1 { parts.append(should.count == 1 ? should[0] : .or(should)) }
        if least > 1 {
            guard least >= should.count else { throw Self.fault("minimum_should_match", "is 0, 1 or the number of conditions") }
            parts += least > should.count ? [.or([])] : should
        }
        return Self.all(parts)
    }

    // MARK: Single fields

    private func literal(_ name: String, _ path: String) -> QueryLiteral {
        var field = name.hasPrefix(path) ? String(name.dropFirst(path.count)) : name
        if dropsKeywordSuffix, field.hasSuffix(".keyword") { field = String(field.dropLast(8)) }
        let parts = field.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
        return QueryLiteral(parts.count > 1 ? .wildcard(parts) : .bare(field))
    }

    private static func field(of body: PlainValue, _ name: String) throws(KQLError) -> (String, PlainValue) {
        guard case .map(let members) = body else { throw fault(name, "takes a map with one field") }
        let fields = members.filter { $0.key != "boost" && $0.key != "_name" }
        guard fields.count == 1, let (field, value) = fields.first else { throw fault(name, "takes a map with one field") }
        return (field, value)
    }

    private func single(
        _ body: PlainValue, _ path: String, _ name: String, options: [String] = ["value"], _ form: (String) -> QueryLiteral.Value
    ) throws(KQLError) -> Query {
        let (field, value) = try Self.field(of: body, name)
        var plain = value
        if case .map = value {
            try Self.check(value, name, options + ["boost", "rewrite"])
            guard let inner = value[options[0]] ?? value[options[options.count - 1]] else {
                throw Self.fault(name, "lacks “\(options[0])”")
            }
            plain = inner
        }
        return .is(literal(field, path), QueryLiteral(plain == .null ? .null : form(try Self.text(plain, name))))
    }

    private func match(_ body: PlainValue, _ path: String) throws(KQLError) -> Query {
        let (field, value) = try Self.field(of: body, "match")
        var needsAll = false
        if case .map = value {
            try Self.check(value, "match", ["query", "operator", "lenient", "boost", "type"])
            needsAll = value["operator"]?.string?.lowercased() == "and"
            if value["type"]?.string == "phrase", let text = value["query"] {
                return .is(literal(field, path), QueryLiteral(.quoted(try Self.text(text, "match"))))
            }
        }
        let text = try Self.text(value["query"] ?? value, "match")
        return .is(literal(field, path), QueryLiteral(needsAll ? .allWords(text) : .bare(text)))
    }

    private func terms(_ body: PlainValue, _ path: String) throws(KQLError) -> Query {
        let (field, values) = try Self.field(of: body, "terms")
        guard case .list(let all) = values else { throw Self.fault("terms", "takes a list of values") }
        var any: [Query] = []
        for value in all { any.append(.is(literal(field, path), QueryLiteral(.exact(try Self.text(value, "terms"))))) }
        return any.count == 1 ? any[0] : .or(any)
    }

    private func range(_ body: PlainValue, _ path: String) throws(KQLError) -> Query {
        let (field, bounds) = try Self.field(of: body, "range")
        guard case .map(let members) = bounds else { throw Self.fault("range", "takes gt, gte, lt or lte") }
        try Self.check(bounds, "range", ["gt", "gte", "lt", "lte", "from", "to", "include_lower", "include_upper", "boost"])
        var parts: [Query] = []
        for (key, value) in members.sorted(by: { $0.key < $1.key }) where value != .null {
            let order: RangeOperator
            switch key {
            case "from": order = members["include_lower"] == .boolean(false) ? .gt : .gte
            case "to": order = members["include_upper"] == .boolean(false) ? .lt : .lte
            default:
                guard let named = RangeOperator(rawValue: key) else { continue }
                order = named
            }
            parts.append(.range(literal(field, path), order, QueryLiteral(.exact(try Self.text(value, "range")))))
        }
        return parts.isEmpty ? .exists(literal(field, path)) : Self.all(parts)
    }

    // MARK: query_string

    private func queryString(_ body: PlainValue, _ path: String) throws(KQLError) -> Query {
        try Self.check(
            body, "query_string",
            ["query", "default_field", "default_operator", "fields", "analyze_wildcard", "allow_leading_wildcard", "lenient", "boost"])
        guard let text = body["query"]?.string else { throw Self.fault("query_string", "lacks “query”") }
        let fields = (body["fields"]?.elements ?? body["default_field"].map { [$0] } ?? []).compactMap(\.string)
        let needsAll = body["default_operator"]?.string?.lowercased() == "and"
        var any: [Query] = []
        for field in fields.isEmpty ? ["*"] : fields {
            var parser = LuceneParser(text, needsAll: needsAll) { literal($0, path) }
            any.append(try parser.parse(field: field == "*" ? nil : field))
        }
        return any.count == 1 ? any[0] : .or(any)
    }

    // MARK: Faults

    private static func text(_ value: PlainValue, _ name: String) throws(KQLError) -> String {
        guard let text = value.scalarText else { throw fault(name, "takes a text, a number or a truth value") }
        return text
    }

    private static func check(_ body: PlainValue, _ name: String, _ known: [String]) throws(KQLError) {
        guard case .map(let members) = body else { throw fault(name, "takes a map") }
        for key in members.keys.sorted() where !known.contains(key) {
            throw KQLError(.unsupported, at: 0, "“\(name)” has no option “\(key)” here", expected: known, hint: Slips.nearest(key, known))
        }
    }

    private static func fault(_ name: String, _ detail: String) -> KQLError { KQLError(.syntax, at: 0, "“\(name)” \(detail)") }
}
