import Journal
import KQL
import Model

/// Reads a window's events from the journal in slices of event time, whatever order they were committed in.
///
/// A slice is some frames. It is as long as its events are few: at most ``heldEvents`` are held, and those of the frame that is played when the
/// slice is read are never held at all. Blocks whose bounds of event time lie outside the slice are not unpacked.
struct ReplayReader: Sendable {
    /// Most events held, besides those of the block that exceeds it.
    static let heldEvents = 50_000
    /// Most frames in a slice.
    static let longest = 1 << 16
    /// Newest rows kept of a frame.
    static let rowsPerFrame = 10

    fileprivate struct Frame: Sendable {
        var events: [MapEvent] = []
        var rows: [TickerRow] = []
        var times: [Timestamp] = []
    }

    /// The sensors seen.
    private(set) var sensors: SensorTable
    /// Most events that were held at once.
    private(set) var mostHeld = 0
    private let plan: ReplayPlan
    private let upTo: EventID
    private let journal: EventJournal
    private let matches: @Sendable (EventRow) -> Bool
    private let limit: Int
    /// Asked between blocks; when it says no, reading ends with `CancellationError`.
    private let isWanted: @Sendable () -> Bool
    private var slice = Slice(first: 0, end: 0)
    private var frames: [Int: Frame] = [:]
    private var loaded = 0..<0
    /// How many frames the next slice has.
    private var length = 64

    init(
        _ plan: ReplayPlan, upTo: EventID, journal: EventJournal, sensors: SensorTable, now: Timestamp, limit: Int = Self.heldEvents,
        isWanted: @escaping @Sendable () -> Bool = { true }
    ) {
        self.plan = plan
        self.upTo = upTo
        self.journal = journal
        self.sensors = sensors
        self.limit = limit
        self.isWanted = isWanted
        let predicate = plan.filter.query?.predicate(at: now)
        matches = { row in predicate.map { $0.matches(row) } ?? true }
    }

    /// Adds every event of a frame to a sink and returns its newest rows, oldest first. Frames are asked for in their order.
    mutating func frame(_ index: Int, into sink: inout some FrameSink) async throws -> [TickerRow] {
        if loaded.contains(index) {
            for event in frames[index]?.events ?? [] { sink.add(event, sensors.sensors) }
        } else {
            try await load(from: index, into: &sink)
        }
        return frames.removeValue(forKey: index)?.rows ?? []
    }

    /// The frames of a slice while it is read.
    private struct Slice {
        /// The frame that is played now; its events go to the sink.
        let first: Int
        /// The frame behind the last.
        var end: Int
        var frames: [Int: Frame] = [:]
        /// Events of the other frames.
        var held = 0
    }

    private mutating func load(from index: Int, into sink: inout some FrameSink) async throws {
        slice = Slice(first: index, end: min(index + length, plan.frameCount))
        var cursor = EventID.zero
        while let block = try await block(after: cursor, times) {
            add(block, after: cursor, to: &sink)
            cursor = block.lastID
        }
        take()
    }

    /// The times of the slice that is read.
    private var times: Range<Timestamp> { plan.time(of: slice.first)..<plan.time(of: slice.end) }

    /// Makes the slice that was read the one that is played.
    private mutating func take() {
        if slice.held < limit / 8, slice.end - slice.first == length { length = min(2 * length, Self.longest) }
        frames = slice.frames
        loaded = slice.first..<slice.end
        slice = Slice(first: 0, end: 0)
    }

    /// Adds the events of a block to the slice that is read.
    @inline(never)
    private mutating func add(_ block: Block, after cursor: EventID, to sink: inout some FrameSink) {
        let plan = plan
        var reading = Slice(first: 0, end: 0)
        swap(&reading, &slice)
        visit(block, after: cursor, plan.time(of: reading.first)..<plan.time(of: reading.end)) { event, row, sensors in
            guard let number = plan.frame(of: event.time) else { return }
            if number == reading.first {
                sink.add(event, sensors)
            } else {
                reading.frames[number, default: Frame()].events.append(event)
                reading.held += 1
            }
            if event.family != .record, plan.filter.accepts(event) {
                reading.frames[number, default: Frame()].add(event, row, sensors)
            }
        }
        mostHeld = max(mostHeld, reading.held)
        if reading.held > limit {
            reading.end = Self.cut(&reading.frames, behind: reading.first, to: limit / 2)
            reading.held = reading.frames.reduce(0) { $0 + $1.value.events.count }
            length = reading.end - reading.first
        }
        swap(&reading, &slice)
    }

    /// Forgets the last frames until so many events are left; returns where the slice ends then. The frame in front stays.
    private static func cut(_ frames: inout [Int: Frame], behind index: Int, to limit: Int) -> Int {
        var kept = 0
        var end = index + 1
        for number in frames.keys.sorted() where number > index {
            kept += frames[number]?.events.count ?? 0
            guard kept <= limit else { break }
            end = number + 1
        }
        for number in frames.keys where number >= end { frames[number] = nil }
        return end
    }

    /// The next block that may hold events of those times, to be looked at with ``visit(_:after:_:_:)``.
    ///
    /// Kept out of the functions that wait for it: the compiler of Swift 6.3 fails over these in release builds otherwise.
    @inline(never)
    func block(after cursor: EventID, _ times: Range<Timestamp>) async throws -> Block? {
        try Task.checkCancellation()
        guard isWanted() else { throw CancellationError() }
        guard cursor < upTo, !times.isEmpty else { return nil }
        let bounds = times.lowerBound...Timestamp(microseconds: times.upperBound.microseconds - 1)
        let block = try await journal.next(after: cursor, times: bounds, needsRaw: false)
        return block.flatMap { $0.firstID <= upTo ? $0 : nil }
    }

    /// Calls `body` with the events of a block that lie behind a cursor and are of those times, in the order of commits.
    ///
    /// Kept out of functions that wait, as ``block(after:_:)`` is.
    @inline(never)
    mutating func visit(
        _ block: Block, after cursor: EventID, _ times: Range<Timestamp>, _ body: (MapEvent, EventRow, [SensorTable.Sensor]) -> Void
    ) {
        for index in block.firstIndex(after: cursor)..<block.firstIndex(after: upTo) {
            let row = block.events[index]
            let id = block.id(index)
            guard times.contains(row.date(.timestamp) ?? id.committed), matches(row) else { continue }
            body(MapEvent(row, id: id, sensors: &sensors), row, sensors.sensors)
        }
    }
}

/// Takes the events of a frame.
protocol FrameSink {
    mutating func add(_ event: MapEvent, _ sensors: [SensorTable.Sensor])
}

/// What a frame shows and adds.
struct FrameCount: FrameSink, Sendable {
    let filter: LiveFilter
    /// Everything since the window's start.
    var tally: Tally
    /// Attacks and posts of the frame.
    private(set) var shown = 0
    private(set) var arcs = ArcSet()

    init(filter: LiveFilter, tally: Tally) {
        self.filter = filter
        self.tally = tally
    }

    mutating func add(_ event: MapEvent, _ sensors: [SensorTable.Sensor]) {
        tally.add(event, limit: ReplaySession.maximumAddresses, sensors: sensors)
        if event.family != .record { shown += 1 }
        if filter.accepts(event) { arcs.add(event) }
    }
}

extension ReplayReader.Frame {
    /// Keeps the row when it is among the newest.
    fileprivate mutating func add(_ event: MapEvent, _ row: EventRow, _ sensors: [SensorTable.Sensor]) {
        let at = times.lastIndex { $0 <= event.time }.map { $0 + 1 } ?? 0
        if rows.count >= ReplayReader.rowsPerFrame, at == 0 { return }
        times.insert(event.time, at: at)
        rows.insert(TickerRow(event, row: row, sensors: sensors), at: at)
        if rows.count > ReplayReader.rowsPerFrame {
            times.removeFirst()
            rows.removeFirst()
        }
    }
}
