public import Model

/// A run of consecutive events as it stands in the journal.
public struct Block: Sendable {
    /// Id of the first event; the others follow without a gap.
    public let firstID: EventID
    /// The events.
    public let events: EventBatch

    /// Id of an event of the block.
    public func id(_ index: Int) -> EventID { EventID(firstID.value + Int64(index)) }

    /// Id of the last event.
    public var lastID: EventID { id(events.count - 1) }

    /// The index of the first event behind `cursor`; `events.count` when all are before it.
    public func firstIndex(after cursor: EventID) -> Int {
        Int(min(max(cursor.value - firstID.value + 1, 0), Int64(events.count)))
    }

    /// A block of the given events.
    public init(firstID: EventID, events: EventBatch) {
        self.firstID = firstID
        self.events = events
    }
}

/// The earliest and latest event time of a batch.
struct TimeBounds {
    var earliest = Timestamp(microseconds: .max)
    var latest = Timestamp(microseconds: .min)

    init(_ batch: EventBatch) {
        for row in 0..<batch.count {
            guard let time = batch[row].date(.timestamp) else { continue }
            earliest = min(earliest, time)
            latest = max(latest, time)
        }
    }
}
