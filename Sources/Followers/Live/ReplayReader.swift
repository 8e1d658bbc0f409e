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
    private var frames: [Int: Frame] = [:]
    private var loaded = 0..<0
    /// How many frames the next slice has.
    private var length = 64

    init(
        _ plan: ReplayPlan, upTo: EventID, journal: EventJournal, sensors: SensorTable, now: Timestamp, limit: Int = Self.heldEvents
    ) {
        self.plan = plan
        self.upTo = upTo
        self.journal = journal
        self.sensors = sensors
        self.limit = limit
        let predicate = plan.filter.query?.predicate(at: now)
        matches = { row in predicate.map { $0.matches(row) } ?? true }
    }

    /// Calls `take` with every event of a frame and returns its newest rows, oldest first. Frames are asked for in their order.
    mutating func frame(
        _ index: Int, isWanted: @Sendable () -> Bool, take: (MapEvent, [SensorTable.Sensor]) -> Void
    ) async throws -> [TickerRow] {
        if loaded.contains(index) {
            for event in frames[index]?.events ?? [] { take(event, sensors.sensors) }
        } else {
            try await load(from: index, isWanted: isWanted, take: take)
        }
        return frames.removeValue(forKey: index)?.rows ?? []
    }

    /// Calls `body` with every event of those times, in the order of commits.
    mutating func read(
        _ times: Range<Timestamp>, isWanted: @Sendable () -> Bool, _ body: (MapEvent, EventRow, [SensorTable.Sensor]) -> Void
    ) async throws {
        var cursor = EventID.zero
        while let block = try await block(after: cursor, times, isWanted) {
            visit(block, after: cursor, times, body)
            cursor = block.lastID
        }
    }

    private mutating func load(from index: Int, isWanted: @Sendable () -> Bool, take: (MapEvent, [SensorTable.Sensor]) -> Void) async throws
    {
        var end = min(index + length, plan.frameCount)
        var found: [Int: Frame] = [:]
        var held = 0
        var cursor = EventID.zero
        let plan = plan
        while let block = try await block(after: cursor, plan.time(of: index)..<plan.time(of: end), isWanted) {
            visit(block, after: cursor, plan.time(of: index)..<plan.time(of: end)) { event, row, sensors in
                guard let number = plan.frame(of: event.time) else { return }
                if number == index {
                    take(event, sensors)
                } else {
                    found[number, default: Frame()].events.append(event)
                    held += 1
                }
                if event.family != .record, plan.filter.accepts(event.family, event.type) {
                    found[number, default: Frame()].add(event, row, sensors)
                }
            }
            cursor = block.lastID
            mostHeld = max(mostHeld, held)
            if held > limit {
                end = Self.cut(&found, behind: index, to: limit / 2)
                held = found.reduce(0) { $0 + $1.value.events.count }
                length = end - index
            }
        }
        if held < limit / 8, end - index == length { length = min(2 * length, Self.longest) }
        frames = found
        loaded = index..<end
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

    /// The next block that may hold events of those times.
    private func block(after cursor: EventID, _ times: Range<Timestamp>, _ isWanted: @Sendable () -> Bool) async throws -> Block? {
        try Task.checkCancellation()
        guard isWanted() else { throw CancellationError() }
        guard cursor < upTo, !times.isEmpty else { return nil }
        let bounds = times.lowerBound...Timestamp(microseconds: times.upperBound.microseconds - 1)
        let block = try await journal.next(after: cursor, times: bounds, needsRaw: false)
        return block.flatMap { $0.firstID <= upTo ? $0 : nil }
    }

    private mutating func visit(
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
