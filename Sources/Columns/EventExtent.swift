public import Model

/// How many events there are, and the event times of the first and the last of them.
public struct EventExtent: Hashable, Sendable {
    /// Events.
    public let count: Int
    /// Nil when there is no event.
    public let first: Timestamp?
    /// Nil when there is no event.
    public let last: Timestamp?
}

extension Question where Value == EventExtent {
    /// Count, first and last event time of the scope.
    public static var extent: Question {
        Question(
            { ExtentMerge() },
            value: { merge in
                let (first, last) = (Timestamp(microseconds: merge.first), Timestamp(microseconds: merge.last))
                return EventExtent(count: merge.count, first: merge.count > 0 ? first : nil, last: merge.count > 0 ? last : nil)
            })
    }
}

/// Counts events and keeps their earliest and latest time.
struct ExtentMerge: SegmentMerge {
    private(set) var count = 0
    private(set) var first = Int64.max
    private(set) var last = Int64.min

    var fields: [Field] { [] }

    var hasRoom: Bool { true }

    func another() -> ExtentMerge { ExtentMerge() }

    mutating func add(_ scan: SegmentScan) {
        let view = scan.view
        if scan.isWhole { return note(scan.rows.count, view.minTime, view.maxTime) }
        scan.forEachZone { zone, chosen in
            if case .all(let rows) = chosen, rows == view.zone(zone) {
                let span = view.times(ofZone: zone)
                note(rows.count, span.lowerBound, span.upperBound)
            } else {
                chosen.visit { note(1, view.times[$0], view.times[$0]) }
            }
        }
    }

    mutating func absorb(_ other: ExtentMerge) { note(other.count, other.first, other.last) }

    @inline(__always) private mutating func note(_ count: Int, _ first: Int64, _ last: Int64) {
        self.count += count
        self.first = min(self.first, first)
        self.last = max(self.last, last)
    }
}
