import Model

/// The ids of a block's events where they are not all consecutive: runs of consecutive ones, rising.
///
/// The events of one commit stand in one block for each class, so a block lacks the ids of the others.
struct IDRuns: Sendable, Equatable {
    /// Index of the first event of each run.
    private(set) var starts: [Int] = []
    /// Id of the first event of each run.
    private(set) var firsts: [Int64] = []
    /// Events in all runs.
    private(set) var count = 0

    init() {}

    /// Adds consecutive ids, all greater than those before.
    mutating func append(_ first: EventID, count more: Int) {
        guard more > 0 else { return }
        if let start = starts.last, let last = firsts.last, last + Int64(count - start) == first.value {
            count += more
            return
        }
        starts.append(count)
        firsts.append(first.value)
        count += more
    }

    /// Adds the ids of others, all greater than those before.
    mutating func append(_ other: IDRuns) {
        for run in other.starts.indices { append(EventID(other.firsts[run]), count: other.length(run)) }
    }

    /// The same runs of other ids, each greater by as much.
    func moved(by distance: Int64) -> IDRuns {
        var moved = self
        moved.firsts = firsts.map { $0 + distance }
        return moved
    }

    var isConsecutive: Bool { starts.count == 1 }

    /// Events of a run.
    func length(_ run: Int) -> Int { (run + 1 < starts.count ? starts[run + 1] : count) - starts[run] }

    /// The id of an event.
    func id(_ index: Int) -> EventID {
        let run = Self.last(starts) { $0 <= index } ?? 0
        return EventID(firsts[run] + Int64(index - starts[run]))
    }

    /// Index behind the last event of the run that an event belongs to.
    func end(ofRunAt index: Int) -> Int {
        let run = Self.last(starts) { $0 <= index } ?? 0
        return starts[run] + length(run)
    }

    /// Index of the first event behind `cursor`.
    func firstIndex(after cursor: EventID) -> Int {
        guard let run = Self.last(firsts, where: { $0 <= cursor.value }) else { return 0 }
        return starts[run] + Int(min(cursor.value - firsts[run] + 1, Int64(length(run))))
    }

    /// The last index whose value passes, in values of which the first ones pass.
    private static func last<Value>(_ values: [Value], where passes: (Value) -> Bool) -> Int? {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if passes(values[middle]) { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }

    // MARK: Stored form

    /// Numbers in turn, LEB128: ids left out since the run before (0 for the first run), events of the run.
    var encoded: [UInt8] {
        var out: [UInt8] = []
        var next = firsts.first ?? 0
        for run in starts.indices {
            LEB128.append(UInt64(firsts[run] - next), to: &out)
            LEB128.append(UInt64(length(run)), to: &out)
            next = firsts[run] + Int64(length(run))
        }
        return out
    }

    /// Reads the stored form; nil when it is damaged or not of that many events.
    init?(encoded: [UInt8], first: EventID, count wanted: Int) {
        var at = 0
        var next = first.value
        while at < encoded.count {
            guard let gap = LEB128.read(encoded.span, &at), let length = LEB128.read(encoded.span, &at), gap < 1 << 62,
                length > 0, length <= UInt64(wanted - count), next <= Int64.max - Int64(gap) - Int64(length)
            else { return nil }
            next += Int64(gap)
            append(EventID(next), count: Int(length))
            next += Int64(length)
        }
        guard count == wanted, firsts.first == first.value else { return nil }
    }
}
