public import Model

/// What is asked about the events of a scope.
///
/// ```swift
/// let answer = try engine.answer(.top(by: [.field(.sourceIP)], limit: 10), QueryScope(predicate))
/// ```
public struct Question<Value: Sendable>: Sendable {
    /// Told an answer so far, and the time from which on it is complete.
    public typealias Partial = (_ answer: Answer<Value>, _ since: Timestamp) throws(ColumnError) -> Void

    /// Throws ``ColumnError/Code/invalid`` when the question makes no sense, before anything is read.
    public let check: @Sendable () throws(ColumnError) -> Void
    let ask: @Sendable (QueryEngine, QueryScope, QueryStop, Partial?) throws(ColumnError) -> Answer<Value>

    /// A question that is answered by asking others.
    init(
        check: @escaping @Sendable () throws(ColumnError) -> Void,
        ask: @escaping @Sendable (QueryEngine, QueryScope, QueryStop, Partial?) throws(ColumnError) -> Answer<Value>
    ) {
        self.check = check
        self.ask = { engine, scope, stop, partial throws(ColumnError) in
            try check()
            return try ask(engine, scope, stop, partial)
        }
    }

    /// A question that is answered from what every segment adds to a merge.
    ///
    /// - Parameter times: the event times to look at, by those of the scope; the scope's own when left out.
    init<Merge: SegmentMerge>(
        times: (@Sendable (Range<Timestamp>?) -> Range<Timestamp>?)? = nil,
        _ empty: @escaping @Sendable () throws(ColumnError) -> Merge, value: @escaping @Sendable (Merge) throws(ColumnError) -> Value
    ) {
        check = { () throws(ColumnError) in _ = try empty() }
        ask = { engine, scope, stop, partial throws(ColumnError) in
            var scope = scope
            if let times { scope.times = times(scope.times) }
            var told: ((EventID, Merge, Int64) throws(ColumnError) -> Void)?
            if let partial {
                told = { upTo, merge, since throws(ColumnError) in
                    try partial(Answer(value: try value(merge), upTo: upTo), Timestamp(microseconds: since))
                }
            }
            let (upTo, merge) = try engine.gather(scope, try empty(), stop, partial: told)
            return Answer(value: try value(merge), upTo: upTo)
        }
    }
}

extension QueryEngine {
    /// Answers a question.
    ///
    /// - Parameter partial: when given, segments are scanned in rounds, the latest times first, and it is told what there is after each
    ///   but the last. It runs on the calling thread.
    public func answer<Value>(
        _ question: Question<Value>, _ scope: QueryScope, stop: QueryStop = QueryStop(), partial: Question<Value>.Partial? = nil
    ) throws(ColumnError) -> Answer<Value> {
        try question.ask(self, scope, stop, partial)
    }

    /// Events in the scope.
    public func count(_ scope: QueryScope, stop: QueryStop = QueryStop()) throws(ColumnError) -> Answer<Int> {
        try answer(.count, scope, stop: stop)
    }

    /// The largest groups of events with equal keys: see ``Question/top(by:limit:ascending:)``.
    public func top(
        _ scope: QueryScope, by keys: [GroupKey], limit: Int, ascending: Bool = false, stop: QueryStop = QueryStop()
    ) throws(ColumnError) -> Answer<TopGroups> {
        try answer(.top(by: keys, limit: limit, ascending: ascending), scope, stop: stop)
    }

    /// All groups, in no order.
    public func groups(_ scope: QueryScope, by keys: [GroupKey], stop: QueryStop = QueryStop()) throws(ColumnError) -> Answer<[Group]> {
        try answer(.groups(by: keys), scope, stop: stop)
    }

    /// Events per span of event time; spans without events are left out.
    public func histogram(
        _ scope: QueryScope, interval: Int64, origin: Int64 = 0, stop: QueryStop = QueryStop()
    ) throws(ColumnError) -> Answer<[(start: Timestamp, count: Int)]> {
        let answer = try answer(.histogram(interval: interval, origin: origin), scope, stop: stop)
        let spans = answer.value.compactMap { group -> (start: Timestamp, count: Int)? in
            guard case .date(let start) = group.values[0] else { return nil }
            return (start, group.count)
        }
        return Answer(value: spans, upTo: answer.upTo)
    }

    /// Distinct values of a field in each span of event time.
    public func distinct(
        _ scope: QueryScope, of field: Field, interval: Int64, origin: Int64 = 0, stop: QueryStop = QueryStop()
    ) throws(ColumnError) -> Answer<[(start: Timestamp, count: Int)]> {
        try answer(.distinct(of: field, interval: interval, origin: origin), scope, stop: stop)
    }
}

/// The largest groups, and how many there are in all.
public typealias TopGroups = (groups: [Group], distinct: Int)

extension Question where Value == Int {
    /// How many events.
    public static var count: Question { Question({ CountMerge() }, value: { $0.count }) }
}

extension Question where Value == TopGroups {
    /// The largest groups of events with equal keys (at most four): by count, then by value.
    public static func top(by keys: [GroupKey], limit: Int, ascending: Bool = false) -> Question {
        Question(
            { () throws(ColumnError) in
                guard limit > 0 else { throw ColumnError(.invalid, "the limit must be at least 1, not \(limit)") }
                return GroupMerge(try keys.checked())
            }, value: { ($0.top(limit, ascending: ascending), $0.table.count) })
    }
}

extension Question where Value == [Group] {
    /// All groups, in no order.
    public static func groups(by keys: [GroupKey]) -> Question {
        Question({ () throws(ColumnError) in GroupMerge(try keys.checked()) }, value: { $0.groups() })
    }

    /// Events per span of event time, and by a further key, in order; spans without events are left out.
    public static func histogram(interval: Int64, origin: Int64 = 0, by key: GroupKey? = nil) -> Question {
        let keys = [GroupKey.time(interval: interval, origin: origin)] + (key.map { [$0] } ?? [])
        return Question(
            { () throws(ColumnError) in GroupMerge(try keys.checked()) }, value: { $0.groups().sorted { $0.precedes($1) } })
    }
}

extension Question where Value == [(start: Timestamp, count: Int)] {
    /// Distinct values of a field in each span of event time.
    public static func distinct(of field: Field, interval: Int64, origin: Int64 = 0) -> Question {
        Question(
            { () throws(ColumnError) in
                _ = try [.time(interval: interval, origin: origin), .field(field)].checked()
                return DistinctMerge(field, interval: interval, origin: origin)
            }, value: { $0.counts })
    }
}

extension [GroupKey] {
    /// The longest span of time: a thousand years.
    private static var longestInterval: Int64 { 1000 * 31_556_952_000_000 }

    /// The fields among the keys.
    var fields: [Field] {
        compactMap { if case .field(let field) = $0 { field } else { nil } }
    }

    /// The keys, when groups can be made by them.
    ///
    /// - Parameter most: keys at most.
    func checked(most: Int = 4) throws(ColumnError) -> [GroupKey] {
        guard (1...most).contains(count) else {
            throw ColumnError(.invalid, "group by one to \(["one", "two", "three", "four"][most - 1]) keys, not \(count)")
        }
        for key in self {
            switch key {
            case .field(.timestamp): throw ColumnError(.invalid, "group by spans of @timestamp, not by its values")
            case .field: continue
            case .time(let interval, _):
                guard (1000...Self.longestInterval).contains(interval) else {
                    throw ColumnError(.invalid, "the interval must be at least a millisecond and at most a thousand years")
                }
            }
        }
        return self
    }
}
