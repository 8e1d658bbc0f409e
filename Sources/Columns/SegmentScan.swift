import Model

/// The rows of a segment that a query asks for, zone by zone.
struct SegmentScan {
    let view: SegmentView
    /// The file of the segment; nil for the tail.
    let segment: MappedSegment?
    let filter: SegmentFilter
    /// Event times asked for, microseconds; the end is outside.
    private(set) var times: Range<Int64>
    /// Rows up to the last event that the query may see.
    let rows: Range<Int>
    /// Those of them that the journal no longer has; nil when it has all.
    let hidden: HiddenRows?
    /// Ends the scan early.
    let stop: QueryStop
    /// The numbers that all questions share; nil where there are none.
    let shared: SharedNumbers?
    /// The zones with chosen rows, when they are kept.
    private var kept: [(zone: Int, chosen: Zone)]?

    init(
        view: SegmentView, segment: MappedSegment?, filter: SegmentFilter, times: Range<Int64>, rows: Range<Int>, hidden: HiddenRows?,
        stop: QueryStop, shared: SharedNumbers? = nil
    ) {
        (self.view, self.segment, self.filter, self.times, self.rows) = (view, segment, filter, times, rows)
        (self.hidden, self.stop, self.shared) = (hidden, stop, shared)
    }

    /// The same rows, chosen now, for several passes over them.
    func choosingOnce() -> SegmentScan {
        if isWhole { return self }
        var copy = self
        var kept: [(zone: Int, chosen: Zone)] = []
        forEachZone { kept.append(($0, $1)) }
        copy.kept = kept
        return copy
    }

    /// Only those of the rows whose times are in the range as well.
    func limited(to range: Range<Int64>) -> SegmentScan {
        var copy = self
        copy.times = times.clamped(to: range)
        copy.kept = nil
        return copy
    }

    /// Chosen rows of a zone.
    enum Zone {
        case all(Range<Int>)
        case some(Selection)

        var count: Int {
            switch self {
            case .all(let rows): rows.count
            case .some(let selection): selection.count
            }
        }

        @inline(__always) func visit(_ body: (Int) -> Void) {
            switch self {
            case .all(let rows): for row in rows { body(row) }
            case .some(let selection): selection.visit(body)
            }
        }
    }

    /// Whether every row of the segment is asked for.
    var isWhole: Bool {
        filter.isAlways && hidden == nil && rows == 0..<view.rows && view.minTime >= times.lowerBound && view.maxTime < times.upperBound
    }

    /// Whether no row can be.
    var isEmpty: Bool {
        filter.isNever || rows.isEmpty || times.isEmpty || view.maxTime < times.lowerBound || view.minTime >= times.upperBound
    }

    /// Calls `body` for each zone that has chosen rows; in order of rows. Ends early when the query is stopped.
    func forEachZone(_ body: (_ zone: Int, Zone) -> Void) {
        if isEmpty { return }
        if let kept {
            for (zone, chosen) in kept {
                if stop.isStopped { return }
                body(zone, chosen)
            }
            return
        }
        var selection = Selection()
        for zone in 0..<view.zoneCount {
            if stop.isStopped { return }
            guard let chosen = chosen(zone, &selection) else { continue }
            body(zone, chosen)
        }
    }

    /// The chosen rows of a zone; nil when there are none.
    func chosen(_ zone: Int, _ selection: inout Selection) -> Zone? {
        let all = view.zone(zone)
        let live = all.clamped(to: rows)
        let span = view.times(ofZone: zone)
        if live.isEmpty || span.upperBound < times.lowerBound || span.lowerBound >= times.upperBound { return nil }
        let isInside = span.lowerBound >= times.lowerBound && span.upperBound < times.upperBound
        if filter.isAlways, isInside, hidden == nil { return .all(live) }
        filter.select(all, of: view, into: &selection)
        if !isInside {
            let (at, times) = (view.times, times)
            selection.keep { times.contains(at[$0]) }
        }
        if let hidden { selection.remove(hidden) }
        if live != all { selection.keep { live.contains($0) } }
        return selection.isEmpty ? nil : .some(selection)
    }
}
