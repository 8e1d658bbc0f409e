internal import Dispatch
public import KQL
public import Model
internal import Synchronization

/// Which events a query is about.
public struct QueryScope: Sendable {
    /// What they fulfil; nil for all.
    public var predicate: KQLPredicate?
    /// Their event times, the end outside; nil for any.
    public var times: Range<Timestamp>?
    /// The last event that may be seen, so that pages stay as they were; nil for all.
    public var upTo: EventID?

    /// A scope; by default of everything.
    public init(_ predicate: KQLPredicate? = nil, times: Range<Timestamp>? = nil, upTo: EventID? = nil) {
        self.predicate = predicate
        self.times = times
        self.upTo = upTo
    }

    var microseconds: Range<Int64> { times.map { $0.lowerBound.microseconds..<$0.upperBound.microseconds } ?? .min ..< .max }
}

/// An answer, and the last event that it takes into account.
public struct Answer<Value: Sendable>: Sendable {
    public let value: Value
    public let upTo: EventID
}

/// Ends a query early.
public final class QueryStop: Sendable {
    private let isSet = Atomic(false)

    public init() {}

    /// Makes the query throw ``ColumnError/Code/stopped`` at its next segment.
    public func stop() { isSet.store(true, ordering: .relaxed) }

    var isStopped: Bool { isSet.load(ordering: .relaxed) }
}

/// Answers questions from the columns, on all processors. Synchronous: call it where blocking is allowed.
public struct QueryEngine: Sendable {
    let store: ColumnStore
    /// Segments that are scanned at the same time.
    private let width: Int
    /// The longest span of time: a thousand years.
    private static let longestInterval: Int64 = 1000 * 31_556_952_000_000

    /// An engine over a store.
    public init(_ store: ColumnStore, width: Int) {
        self.store = store
        self.width = max(width, 1)
    }

    /// Events in the scope.
    public func count(_ scope: QueryScope, stop: QueryStop = QueryStop()) throws(ColumnError) -> Answer<Int> {
        let (upTo, counts) = try scan(scope, fields: [], stop) { scan -> Int in
            if scan.isWhole { return scan.rows.count }
            var count = 0
            scan.forEachZone { count += $1.count }
            return count
        }
        return Answer(value: counts.reduce(0, +), upTo: upTo)
    }

    /// The largest groups of events with equal keys (at most four): by count, then by value.
    ///
    /// - Returns: the groups, and how many there are beyond the limit, too.
    public func top(
        _ scope: QueryScope, by keys: [GroupKey], limit: Int, ascending: Bool = false, stop: QueryStop = QueryStop()
    ) throws(ColumnError) -> Answer<(groups: [Group], distinct: Int)> {
        guard limit > 0 else { throw ColumnError(.invalid, "the limit must be at least 1, not \(limit)") }
        let (upTo, merge) = try merged(scope, keys, stop)
        return Answer(value: (merge.top(limit, ascending: ascending), merge.table.count), upTo: upTo)
    }

    /// All groups, in no order.
    public func groups(_ scope: QueryScope, by keys: [GroupKey], stop: QueryStop = QueryStop()) throws(ColumnError) -> Answer<[Group]> {
        let (upTo, merge) = try merged(scope, keys, stop)
        return Answer(value: merge.groups(), upTo: upTo)
    }

    /// Events per span of event time; spans without events are left out.
    public func histogram(
        _ scope: QueryScope, interval: Int64, origin: Int64 = 0, stop: QueryStop = QueryStop()
    ) throws(ColumnError) -> Answer<[(start: Timestamp, count: Int)]> {
        let (upTo, merge) = try merged(scope, [.time(interval: interval, origin: origin)], stop)
        let spans = merge.groups().compactMap { group -> (start: Timestamp, count: Int)? in
            guard case .date(let start) = group.values[0] else { return nil }
            return (start, group.count)
        }
        return Answer(value: spans.sorted { $0.start < $1.start }, upTo: upTo)
    }

    /// Distinct values of a field in each span of event time.
    public func distinct(
        _ scope: QueryScope, of field: Field, interval: Int64, origin: Int64 = 0, stop: QueryStop = QueryStop()
    ) throws(ColumnError) -> Answer<[(start: Timestamp, count: Int)]> {
        let (upTo, merge) = try gather(scope, DistinctMerge(field, interval: interval, origin: origin), stop)
        return Answer(value: merge.counts, upTo: upTo)
    }

    private func merged(_ scope: QueryScope, _ keys: [GroupKey], _ stop: QueryStop) throws(ColumnError) -> (EventID, GroupMerge) {
        try gather(scope, GroupMerge(keys), stop)
    }

    /// Counts every segment by the merge's keys. Each processor has a merge of its own; they are put together at the end.
    private func gather<Merge: SegmentMerge>(
        _ scope: QueryScope, _ empty: Merge, _ stop: QueryStop
    ) throws(ColumnError) -> (EventID, Merge) {
        let keys = empty.keys
        let template = Guarded(empty)
        let free = Mutex(Guarded<[Merge]>([]))
        let tooLarge = ColumnError(.tooLarge, "the answer has too many groups; ask for a shorter time or fewer keys")
        let (upTo, parts) = try scan(scope, fields: try Self.fields(of: keys), stop) { scan -> Bool in
            guard var groups = GroupScan(scan, keys) else { return true }
            groups.run()
            var merge = free.withLock { $0.value.popLast() } ?? template.value.another()
            merge.add(groups, scan.view)
            let hasRoom = merge.hasRoom
            let filled = Guarded(merge)
            free.withLock { $0.value.append(filled.value) }
            return hasRoom
        }
        var merges = free.withLock { $0.value }
        guard !parts.contains(false) else { throw tooLarge }
        guard var whole = merges.popLast() else { return (upTo, empty) }
        for other in merges { whole.absorb(other) }
        guard whole.hasRoom else { throw tooLarge }
        return (upTo, whole)
    }

    /// Handed from one thread to another, never shared.
    private struct Guarded<Value>: @unchecked Sendable {
        var value: Value
        init(_ value: Value) { self.value = value }
    }

    private static func fields(of keys: [GroupKey]) throws(ColumnError) -> [Field] {
        guard (1...4).contains(keys.count) else { throw ColumnError(.invalid, "group by one to four keys, not \(keys.count)") }
        var fields: [Field] = []
        for key in keys {
            switch key {
            case .field(.timestamp): throw ColumnError(.invalid, "group by spans of @timestamp, not by its values")
            case .field(let field): fields.append(field)
            case .time(let interval, _):
                guard (1000...longestInterval).contains(interval) else {
                    throw ColumnError(.invalid, "the interval must be at least a millisecond and at most a thousand years")
                }
            }
        }
        return fields
    }

    // MARK: Scanning

    /// Runs `body` on every segment that may have chosen rows: the tail first, the sealed ones on all processors, newest first.
    func scan<Part: Sendable>(
        _ scope: QueryScope, fields: [Field], _ stop: QueryStop, _ body: @Sendable (SegmentScan) -> Part
    ) throws(ColumnError) -> (upTo: EventID, parts: [Part]) {
        let pass = ScanPass(scope)
        let needed = Array(Set(fields + pass.fields))
        let read = try store.reading { tail, last, liveFrom throws(ColumnError) -> Part? in
            guard let tail, pass.mayHold(tail.minTime, tail.maxTime) else { return nil }
            return pass.scan(tail, nil, liveFrom, min(scope.upTo ?? last, last)).map(body)
        }
        let (liveFrom, upTo) = (read.liveFrom, min(scope.upTo ?? read.upTo, read.upTo))
        let segments = read.segments.filter { $0.firstID <= upTo && pass.mayHold($0.minTime, $0.maxTime) }
        let results = Mutex(Results<Part>(parts: read.value.map { [$0] } ?? []))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(width, segments.count)) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < segments.count else { return }
                do throws(ColumnError) {
                    if stop.isStopped { throw ColumnError(.stopped, "the query was stopped") }
                    let segment = segments[segments.count - 1 - index]
                    guard let part = pass.scan(try segment.view(of: needed), segment, liveFrom, upTo).map(body) else { continue }
                    results.withLock { $0.parts.append(part) }
                } catch {
                    results.withLock { $0.failure = error }
                    return
                }
            }
        }
        let done = results.withLock { $0 }
        if let failure = done.failure { throw failure }
        return (upTo, done.parts)
    }

    private struct Results<Part: Sendable>: Sendable {
        var parts: [Part]
        var failure: ColumnError?
    }
}

/// A scope, ready to be applied to segments.
private struct ScanPass: Sendable {
    private let plan: Plan?
    private let times: Range<Int64>
    /// The fields that decide.
    let fields: [Field]

    init(_ scope: QueryScope) {
        plan = scope.predicate?.plan
        times = scope.microseconds
        fields = plan.map(SegmentFilter.fields) ?? []
    }

    func mayHold(_ minTime: Int64, _ maxTime: Int64) -> Bool { maxTime >= times.lowerBound && minTime < times.upperBound }

    /// What is chosen of a segment; nil when nothing can be.
    func scan(_ view: SegmentView, _ segment: MappedSegment?, _ liveFrom: EventID, _ upTo: EventID) -> SegmentScan? {
        let end = view.id(view.rows - 1) <= upTo.value ? view.rows : view.firstRow(from: upTo.value + 1)
        let start = view.id(0) >= liveFrom.value ? 0 : view.firstRow(from: liveFrom.value)
        let scan = SegmentScan(
            view: view, segment: segment, filter: plan.map { SegmentFilter($0, view) } ?? .everything, times: times,
            rows: start..<max(start, end))
        return scan.isEmpty ? nil : scan
    }
}
