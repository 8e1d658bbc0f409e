/// A query as a tree: what KQL text and Elasticsearch filters are both read into.
///
/// Equality is that of meaning: positions do not count.
public indirect enum Query: Sendable, Hashable {
    /// All of them.
    case and([Query])
    /// Any of them.
    case or([Query])
    /// Everything else, also events without the field.
    case not(Query)
    /// A value in a field; no field means any field.
    case `is`(QueryLiteral?, QueryLiteral)
    /// An order comparison.
    case range(QueryLiteral, RangeOperator, QueryLiteral)
    /// The field has a value.
    case exists(QueryLiteral)
    /// All conditions hold for one object of a nested field; names inside are relative to the path.
    case nested(QueryLiteral, Query)

    /// Characters of a text at most.
    public static let longestText = 65_536
    /// Brackets inside brackets at most.
    public static let deepestNesting = 100

    /// What the empty text means.
    public static let everything = Query.is(QueryLiteral(.wildcard(["", ""])), QueryLiteral(.wildcard(["", ""])))

    /// The part of the text that the query was read from; empty for a query that was not read from text.
    public var position: Range<Int> {
        switch self {
        case .and(let all), .or(let all):
            guard let first = all.first, let last = all.last else { return 0..<0 }
            return first.position.lowerBound..<max(first.position.lowerBound, last.position.upperBound)
        case .not(let inner): return inner.position
        case .is(let field, let value):
            let start = field?.position.lowerBound ?? value.position.lowerBound
            return start..<max(start, value.position.upperBound)
        case .range(let field, _, let value):
            return field.position.lowerBound..<max(field.position.lowerBound, value.position.upperBound)
        case .exists(let field): return field.position
        case .nested(let path, let inner):
            return path.position.lowerBound..<max(path.position.lowerBound, inner.position.upperBound)
        }
    }
}

/// The four order comparisons.
public enum RangeOperator: String, Sendable, Hashable, CaseIterable {
    /// Greater, greater or equal, less, less or equal.
    case gt, gte, lt, lte

    /// As it is written in a query.
    public var sign: String {
        switch self {
        case .gt: ">"
        case .gte: ">="
        case .lt: "<"
        case .lte: "<="
        }
    }
}

/// A field name or a value, and where it stood.
public struct QueryLiteral: Sendable, Hashable {
    /// The forms of a literal. KQL text has the first five, filters also the others.
    public enum Value: Sendable, Hashable {
        /// Text without quotes.
        case bare(String)
        /// Bare `true` or `false`.
        case boolean(Bool)
        /// Bare `null`.
        case null
        /// Text in quotes: a phrase in text fields, never a wildcard.
        case quoted(String)
        /// Bare text with stars: the parts between the stars.
        case wildcard([String])
        /// One whole value, or one whole word of a text (`term`).
        case exact(String)
        /// As ``exact`` with stars (`prefix`, `wildcard`): the parts between the stars.
        case pattern([String])
        /// A regular expression over one whole value or word (`regexp`).
        case regexp(String)
        /// All words in any order (`match` with `operator: and`).
        case allWords(String)
    }

    /// What it says.
    public let value: Value
    /// Where it stands, in Unicode scalars; empty when it was not read from text.
    public let position: Range<Int>

    /// A literal that stood at that place.
    public init(_ value: Value, at position: Range<Int> = 0..<0) {
        self.value = value
        self.position = position
    }

    /// Its text as if it had no special form: stars as `*`, `true`, `null`.
    public var text: String {
        switch value {
        case .bare(let text), .quoted(let text), .exact(let text), .regexp(let text), .allWords(let text): text
        case .boolean(let flag): flag ? "true" : "false"
        case .null: "null"
        case .wildcard(let parts), .pattern(let parts): parts.joined(separator: "*")
        }
    }

    /// Whether it is nothing but stars.
    public var isStar: Bool {
        switch value {
        case .wildcard(let parts), .pattern(let parts): parts.allSatisfy(\.isEmpty)
        default: false
        }
    }

    public static func == (a: QueryLiteral, b: QueryLiteral) -> Bool { a.value == b.value }

    public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
