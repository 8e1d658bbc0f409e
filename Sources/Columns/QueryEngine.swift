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

    /// Makes the query throw ``ColumnError/Code/stopped`` within a few thousand rows or values.
    public func stop() { isSet.store(true, ordering: .relaxed) }

    @inline(__always) var isStopped: Bool { isSet.load(ordering: .relaxed) }

    func check() throws(ColumnError) { if isStopped { throw ColumnError(.stopped, "the query was stopped") } }
}

/// Answers questions from the columns, on all processors. Synchronous: call it where blocking is allowed.
public struct QueryEngine: Sendable {
    let store: ColumnStore
    /// Segments that are scanned at the same time.
    private let width: Int
    private let usesTextIndex: Bool

    /// An engine over a store.
    ///
    /// - Parameter usesTextIndex: whether words are looked up where they are indexed; the answers are the same.
    public init(_ store: ColumnStore, width: Int, usesTextIndex: Bool = true) {
        self.store = store
        self.width = max(width, 1)
        self.usesTextIndex = usesTextIndex
    }

    /// Gathers what a question needs of every segment. Each processor has a merge of its own; they are put together at the end.
    ///
    /// - Parameter partial: told what there is so far, and the time from which on that is everything.
    func gather<Merge: SegmentMerge>(
        _ scope: QueryScope, _ empty: Merge, _ stop: QueryStop,
        partial: ((EventID, Merge, _ since: Int64) throws(ColumnError) -> Void)? = nil
    ) throws(ColumnError) -> (EventID, Merge) {
        let template = Guarded(empty)
        let free = Mutex(Guarded<[Merge]>([]))
        let tooLarge = ColumnError(.tooLarge, "the answer has too many groups; ask for a shorter time or fewer keys")
        /// Puts all merges into one; nil when there is none.
        func united() throws(ColumnError) -> Merge? {
            var merges = free.withLock { free in
                defer { free.value = [] }
                return Guarded(free.value)
            }.value
            guard var whole = merges.popLast() else { return nil }
            for other in merges {
                try stop.check()
                whole.absorb(other)
            }
            guard whole.hasRoom else { throw tooLarge }
            return whole
        }
        var afterRound: ((EventID, Int64) throws(ColumnError) -> Void)?
        if let partial {
            afterRound = { upTo, since throws(ColumnError) in
                guard let whole = try united() else { return }
                try partial(upTo, whole, since)
                let kept = Guarded(whole)
                free.withLock { $0.value.append(kept.value) }
            }
        }
        let (upTo, parts) = try scan(scope, fields: empty.fields, stop, afterRound: afterRound) { scan -> Bool in
            var merge = free.withLock { Guarded($0.value.popLast()) }.value ?? template.value.another()
            merge.add(scan)
            let hasRoom = merge.hasRoom
            let filled = Guarded(merge)
            free.withLock { $0.value.append(filled.value) }
            return hasRoom
        }
        guard !parts.contains(false) else { throw tooLarge }
        store.shared.trim()
        return (upTo, try united() ?? empty)
    }

    /// Handed from one thread to another, never shared.
    private struct Guarded<Value>: @unchecked Sendable {
        var value: Value
        init(_ value: Value) { self.value = value }
    }

    // MARK: Scanning

    /// Runs `body` on every segment that may have chosen rows: the tail first, the sealed ones on all processors, newest first.
    ///
    /// - Parameter afterRound: makes the scan go in rounds, each with twice as many segments as the one before, the latest event times
    ///   first; told after each but the last the time from which on nothing is left out.
    func scan<Part: Sendable>(
        _ scope: QueryScope, fields: [Field], _ stop: QueryStop,
        afterRound: ((EventID, Int64) throws(ColumnError) -> Void)? = nil, _ body: @Sendable (SegmentScan) -> Part
    ) throws(ColumnError) -> (upTo: EventID, parts: [Part]) {
        let pass = ScanPass(scope, stop, store.shared, usesTextIndex: usesTextIndex)
        let needed = Array(Set(fields + pass.fields))
        try stop.check()
        let read = try store.reading { tail, last, liveness throws(ColumnError) -> Part? in
            guard let tail, pass.mayHold(tail.minTime, tail.maxTime) else { return nil }
            return pass.scan(tail, nil, liveness.hidden(in: tail), min(scope.upTo ?? last, last)).map(body)
        }
        let (liveness, upTo) = (read.liveness, min(scope.upTo ?? read.upTo, read.upTo))
        var segments = Array(read.segments.filter { $0.firstID <= upTo && pass.mayHold($0) }.reversed())
        if afterRound != nil { segments.sort { $0.maxTime > $1.maxTime } }
        let results = Mutex(Results<Part>(parts: read.value.map { [$0] } ?? []))
        var done = 0
        var round = afterRound == nil ? segments.count : width
        while done < segments.count {
            let end = min(done + round, segments.count)
            scan(segments[done..<end], needed, stop, into: results) { view, segment throws(ColumnError) in
                pass.scan(view, segment, try segment.hidden(by: liveness), upTo).map(body)
            }
            if let failure = results.withLock({ $0.failure }) { throw failure }
            (done, round) = (end, round * 2)
            if done < segments.count { try afterRound?(upTo, min(segments[done].maxTime, .max - 1) + 1) }
        }
        try stop.check()
        return (upTo, results.withLock { $0.parts })
    }

    /// Runs `body` on segments, each with the columns it needs, on all processors.
    private func scan<Part: Sendable>(
        _ segments: ArraySlice<MappedSegment>, _ needed: [Field], _ stop: QueryStop, into results: borrowing Mutex<Results<Part>>,
        _ body: @Sendable (SegmentView, MappedSegment) throws(ColumnError) -> Part?
    ) {
        let next = Atomic(segments.startIndex)
        DispatchQueue.concurrentPerform(iterations: min(width, segments.count)) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < segments.endIndex else { return }
                do throws(ColumnError) {
                    try stop.check()
                    guard let part = try body(try segments[index].view(of: needed), segments[index]) else { continue }
                    results.withLock { $0.parts.append(part) }
                } catch {
                    results.withLock { $0.failure = error }
                    return
                }
            }
        }
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
    private let stop: QueryStop
    private let shared: SharedNumbers
    private let usesTextIndex: Bool
    /// The fields that decide.
    let fields: [Field]

    init(_ scope: QueryScope, _ stop: QueryStop, _ shared: SharedNumbers, usesTextIndex: Bool) {
        (self.stop, self.shared, self.usesTextIndex) = (stop, shared, usesTextIndex)
        plan = scope.predicate?.plan
        times = scope.microseconds
        fields = plan.map(SegmentFilter.fields) ?? []
    }

    /// Whether a segment may have chosen rows; texts that lack the words need not be read at all.
    func mayHold(_ segment: MappedSegment) -> Bool {
        guard mayHold(segment.minTime, segment.maxTime) else { return false }
        guard usesTextIndex, let plan, !stop.isStopped, let text = segment.text.index else { return true }
        return text.mayHold(plan)
    }

    func mayHold(_ minTime: Int64, _ maxTime: Int64) -> Bool { maxTime >= times.lowerBound && minTime < times.upperBound }

    /// What is chosen of a segment; nil when nothing can be.
    func scan(_ view: SegmentView, _ segment: MappedSegment?, _ hidden: HiddenRows?, _ upTo: EventID) -> SegmentScan? {
        var view = view
        if !usesTextIndex { view.text = nil }
        let end = view.id(view.rows - 1) <= upTo.value ? view.rows : view.firstRow(from: upTo.value + 1)
        let scan = SegmentScan(
            view: view, segment: segment, filter: plan.map { SegmentFilter($0, view, stop: stop) } ?? .everything, times: times,
            rows: 0..<end, hidden: hidden, stop: stop, shared: shared)
        return scan.isEmpty ? nil : scan
    }
}
