internal import Journal
public import Model

/// A stored window as one screen plays it: reads the journal slice by slice and makes frames by event time.
///
/// Nothing of the window is held but a slice of it, whatever its length: see ``ReplaySlice``. The session knows no clock; whoever sends its
/// frames decides when.
public struct ReplaySession: Sendable {
    /// Most addresses that are told apart; further ones count in everything but the top list.
    static let maximumAddresses = Rollups.windowAddresses
    /// Newest rows that the snapshot carries, and within how many frames before the start they are looked for.
    static let recentRows = 100
    static let recentFrames: Int64 = 50
    /// Frames between those that carry top lists, ledger and sources.
    private static let fullEvery = 10

    /// What is played.
    public let plan: ReplayPlan
    /// The last event that is played, by commit.
    public let upTo: EventID
    private let journal: EventJournal
    private let context: LiveContext
    private var reader: ReplayReader
    private var stored: Int64
    private var tally = Tally()
    /// The frame that is played next.
    private var next = 0
    /// Attacks and posts of the newest frames, for the rate.
    private var newest: [Int] = []
    private var shownCountries: [CountryCode: Int] = [:]
    private var shownSensors = -1

    init(
        _ plan: ReplayPlan, journal: EventJournal, context: LiveContext, sensors: SensorTable,
        isWanted: @escaping @Sendable () -> Bool = { true }
    ) {
        self.plan = plan
        self.journal = journal
        self.context = context
        let extent = journal.extent
        upTo = min(plan.upTo ?? extent.head, extent.head)
        stored = extent.stored
        reader = ReplayReader(plan, upTo: upTo, journal: journal, sensors: sensors, now: context.clock.now, isWanted: isWanted)
    }

    /// Counts the window up to where playing begins, and tells what a screen shows there.
    public mutating func begin() async throws -> [UInt8] {
        if let upTo = plan.upTo, upTo < journal.head {
            stored = try await journal.reading { reader throws(JournalError) in try reader.count(upTo: upTo) }
        }
        if plan.window.lowerBound < plan.start {
            let times = plan.window.lowerBound..<plan.start
            var counted = Tally()
            var cursor = EventID.zero
            while let block = try await reader.block(after: cursor, times) {
                reader.visit(block, after: cursor, times) { event, _, sensors in
                    counted.add(event, limit: Self.maximumAddresses, sensors: sensors)
                }
                cursor = block.lastID
            }
            tally = counted
        }
        let rows = try await recent()
        let scene = scene()
        shownCountries = tally.countries
        shownSensors = reader.sensors.revision
        return scene.snapshot(recent: rows.lazy.map(\.json))
    }

    /// The next frame; nil at the window's end, and when the plan's number of frames was played.
    public mutating func step() async throws -> ReplayFrame? {
        guard !isOver else { return nil }
        // Taken out while it is added to, so that it is not copied.
        var count = FrameCount(filter: plan.filter, tally: Tally())
        swap(&count.tally, &tally)
        let rows = try await reader.frame(next, into: &count)
        swap(&count.tally, &tally)
        let span = StageScene.Span.times(from: plan.time(of: next), to: plan.time(of: next + 1))
        next += 1
        newest.append(count.shown)
        if newest.count > ReplayPlan.framesPerSecond { newest.removeFirst() }
        let scene = scene()
        let withSensors = shownSensors != reader.sensors.revision
        let json = scene.frame(
            count.arcs, span: span, rows: rows.lazy.map(\.json), unlike: shownCountries, withSensors: withSensors,
            isFull: isOver || next % Self.fullEvery == 0)
        shownCountries = tally.countries
        shownSensors = reader.sensors.revision
        return ReplayFrame(events: count.arcs.events, json: json)
    }

    /// Where the clock stands: everything before it is counted.
    public var clock: Timestamp { plan.time(of: next) }

    /// Whether no further frame comes.
    public var isOver: Bool { isFinished || plan.frames.map { next >= $0 } ?? false }

    /// Whether the window's end is reached.
    public var isFinished: Bool { next >= plan.frameCount }

    private func scene() -> StageScene {
        let state: StageScene.Playing.State = isFinished ? .finished : isOver ? .paused : .playing
        return StageScene(
            upTo: upTo, clock: clock,
            playing: StageScene.Playing(from: plan.window.lowerBound, to: plan.window.upperBound, speed: plan.speed, state: state),
            numbers: numbers, sensors: reader.sensors.sensors, context: context, ledgers: journal.ledgers)
    }

    private var numbers: StageNumbers {
        let seconds = Double(newest.count) * Double(plan.frameLength) / 1_000_000
        return StageNumbers(
            tally: tally, window: (plan.window.lowerBound, clock),
            rateNow: newest.isEmpty ? 0 : Double(newest.reduce(0, +)) / seconds,
            rateHour: Double(tally.shown) / max(clock.seconds(since: plan.window.lowerBound), 1), stored: stored)
    }

    /// The newest rows before the start, oldest first.
    private mutating func recent() async throws -> [TickerRow] {
        let reach = plan.start.microseconds.subtractingReportingOverflow(Self.recentFrames &* plan.frameLength)
        let from = max(plan.window.lowerBound, Timestamp(microseconds: reach.overflow ? .min : reach.partialValue))
        guard from < plan.start else { return [] }
        var found: [(time: Timestamp, row: TickerRow)] = []
        func keepNewest() {
            found.sort { ($0.time, $0.row.id) < ($1.time, $1.row.id) }
            found.removeFirst(max(0, found.count - Self.recentRows))
        }
        let filter = plan.filter
        var cursor = EventID.zero
        while let block = try await reader.block(after: cursor, from..<plan.start) {
            reader.visit(block, after: cursor, from..<plan.start) { event, row, sensors in
                guard event.family != .record, filter.accepts(event) else { return }
                found.append((event.time, TickerRow(event, row: row, sensors: sensors)))
                if found.count > 8 * Self.recentRows { keepNewest() }
            }
            cursor = block.lastID
        }
        keepNewest()
        return found.map(\.row)
    }
}

/// A frame of a replay as it goes to its screen.
public struct ReplayFrame: Sendable {
    /// Events it covers.
    public let events: Int
    /// The frame.
    public let json: [UInt8]
}

extension Tally {
    /// Counts an event; an address beyond the limit counts in everything but the top list.
    mutating func add(_ event: MapEvent, limit: Int, sensors: [SensorTable.Sensor]) {
        add(event, sensor: sensors[Int(event.sensor)].name, admitsAddress: addresses.count < limit)
    }
}
