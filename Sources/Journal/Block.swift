public import Model

/// Events as they were committed, in the order of their ids.
public struct Block: Sendable {
    /// Id of the first event.
    public let firstID: EventID
    /// The events.
    public let events: EventBatch
    /// The ids where they are not consecutive; nil where they are.
    let runs: IDRuns?

    /// Id of an event of the block.
    public func id(_ index: Int) -> EventID { runs?.id(index) ?? EventID(firstID.value + Int64(index)) }

    /// Id of the last event.
    public var lastID: EventID { id(events.count - 1) }

    /// The index of the first event behind `cursor`; `events.count` when all are before it.
    public func firstIndex(after cursor: EventID) -> Int {
        runs?.firstIndex(after: cursor) ?? Int(min(max(cursor.value - firstID.value + 1, 0), Int64(events.count)))
    }

    /// The index of an event; nil when it is not in the block.
    public func index(of id: EventID) -> Int? {
        let index = firstIndex(after: EventID(id.value - 1))
        return index < events.count && self.id(index) == id ? index : nil
    }

    /// Calls `body` with each run of consecutive ids among the events from an index to before another.
    public func forEachRun(in range: Range<Int>, _ body: (_ index: Int, _ first: EventID, _ count: Int) -> Void) {
        var index = range.lowerBound
        while index < range.upperBound {
            let first = id(index)
            var count = range.upperBound - index
            if let runs {
                let end = runs.end(ofRunAt: index)
                count = min(count, end - index)
            }
            body(index, first, count)
            index += count
        }
    }

    /// The ids of all events.
    var ids: IDRuns {
        if let runs { return runs }
        var ids = IDRuns()
        ids.append(firstID, count: events.count)
        return ids
    }

    /// A block of events with consecutive ids.
    public init(firstID: EventID, events: EventBatch) {
        self.firstID = firstID
        self.events = events
        runs = nil
    }

    /// A block of events with those ids.
    init(_ ids: IDRuns, _ events: EventBatch) {
        firstID = EventID(ids.firsts.first ?? 0)
        self.events = events
        runs = ids.isConsecutive ? nil : ids
    }
}
