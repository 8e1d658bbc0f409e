public import Model

/// How a query is read.
public struct QueryOptions: Sendable {
    /// Whether keywords are compared without regard to case; text fields always are.
    public var ignoresCase: Bool
    /// What `now` stands for.
    public var now: Timestamp
    /// Minutes east of UTC for dates without a zone and for rounding to days.
    public var zoneMinutes: Int

    /// Options; by default exact case and UTC.
    public init(now: Timestamp, ignoresCase: Bool = false, zoneMinutes: Int = 0) {
        self.now = now
        self.ignoresCase = ignoresCase
        self.zoneMinutes = zoneMinutes
    }
}

/// A query compiled for events: one pass over an event's values, no memory allocated up to 64 comparisons and plain text.
public struct KQLPredicate: Sendable {
    /// What is allowed but probably not meant, such as unknown fields.
    public let warnings: [KQLWarning]
    /// Whether the query says `now`, so that it must be compiled again as time passes.
    public let usesNow: Bool
    package let plan: Plan

    /// Checks and compiles a query against the fields of events.
    public init(_ query: Query, options: QueryOptions) throws(KQLError) {
        try self.init(query, schema: .events, options: options)
    }

    /// Reads, checks and compiles KQL.
    public init(parsing text: String, options: QueryOptions) throws(KQLError) {
        try self.init(Query(parsing: text), options: options)
    }

    init(_ query: Query, schema: FieldSchema, options: QueryOptions) throws(KQLError) {
        var compiler = QueryCompiler(schema: schema, options: options)
        plan = try compiler.plan(for: query, below: nil)
        warnings = compiler.warnings
        usesNow = compiler.usesNow
    }

    /// Whether the event fulfils the query. Damaged rows are read up to the damage.
    public func matches(_ row: EventRow) -> Bool {
        var found = Found(leaves: plan.leafCount)
        if plan.leafCount > 0 {
            let bytes = row.bytes.span.extracting(row.start..<row.end)
            RowScan.scan(bytes, plan, &found)
        }
        // Events have no nested objects.
        return plan.condition.holds(found) { _, _ in false }
    }
}
