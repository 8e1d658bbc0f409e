public import KQL
public import Model

/// A KQL query by which a screen chooses events; queries of the same text are one.
public struct LiveQuery: Hashable, Sendable {
    /// The query as it was written.
    public let text: String
    private let query: Query
    private let predicate: KQLPredicate

    /// Reads and compiles a query.
    ///
    /// - Parameter now: what `now` stands for until the query is compiled again.
    public init(_ text: String, now: Timestamp) throws(KQLError) {
        self.text = text
        query = try Query(parsing: text)
        predicate = try KQLPredicate(query, options: QueryOptions(now: now))
    }

    public static func == (one: LiveQuery, other: LiveQuery) -> Bool { one.text == other.text }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// Whether what it asks for changes with the clock.
    public var usesNow: Bool { predicate.usesNow }

    /// The query as it is to be asked at that time: a query that says `now` moves on with the clock.
    ///
    /// A query that was compiled once compiles always; what does not depends on the time alone and keeps its old meaning.
    public func predicate(at now: Timestamp) -> KQLPredicate {
        guard predicate.usesNow, let moved = try? KQLPredicate(query, options: QueryOptions(now: now)) else { return predicate }
        return moved
    }
}
