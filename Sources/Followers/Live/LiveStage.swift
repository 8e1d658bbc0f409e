public import Journal
internal import KQL
public import Model
internal import Synchronization

/// What is on the screens: gathers committed events (or those of a replayed window) and makes snapshots and frames of them.
///
/// One stage serves all screens: a frame is encoded once per distinct filter. All numbers are absolute, so equal `upTo` means equal
/// numbers on every screen.
public final class LiveStage: Sendable {
    /// Newest rows that a snapshot carries.
    static let recentRows = 2000
    /// Most events among which the newest rows are looked for at the start.
    static let recentSpan = 256_000
    /// Newest rows that a frame carries.
    static let frameRows = 20
    /// Most different queries that screens follow at the same time: each is asked of every event that comes.
    public static let maximumQueries = 32

    /// What one filter's screens have not been sent yet.
    private struct View {
        var arcs = ArcSet()
        var rows: [TickerRow] = []
        var after: EventID
        var screens = 0
    }

    /// One of the newest events: as screens are told of it, and by itself, so that queries can be asked of it.
    private struct RecentRow {
        var ticker: TickerRow
        var event: EventRow
    }

    private struct Replay {
        var tape: ReplayTape
        var position = 0
        var tally = LensTally()
        var isFinished: Bool { position >= tape.frames.count }
    }

    private struct State {
        var rollups: Rollups
        var sensors = SensorTable()
        var recent: [RecentRow] = []
        var views: [LiveFilter: View] = [:]
        var replay: Replay?
        var shownCountries = Lensed<[CountryCode: Int]>(all: [:], quiet: [:])
        var shownSensors = -1
        var lastFull = Timestamp(microseconds: 0)
        var shownEvents = Lensed(all: RateRing(), quiet: RateRing())
        var frameNumber: UInt64 = 0
        /// The last snapshot of each filter that has screens.
        var snapshots: [LiveFilter: LiveSnapshot] = [:]
        var generation: UInt64 = 0
        /// Events in the journal up to the roll-ups' cursor.
        var stored: Int64 = 0
    }

    private let journal: EventJournal
    private let context: LiveContext
    private let state: Mutex<State>

    /// Opens the roll-ups and reads the newest events, so that the first screen is full at once.
    ///
    /// - Parameter rollups: path of the roll-up file.
    public init(journal: EventJournal, rollups: String, context: LiveContext) async throws(JournalError) {
        self.journal = journal
        self.context = context
        var opened = State(rollups: try Rollups(path: rollups, now: context.clock.now))
        // The file belongs to another journal, or to one that lost its end: it is made anew.
        if try await Self.isForeign(opened.rollups.cursor, to: journal) { try opened.rollups.restart(now: context.clock.now) }
        var cursor = try await Self.cursorBeforeRecent(journal)
        while cursor < opened.rollups.cursor, let block = try await journal.next(after: cursor), block.firstID <= opened.rollups.cursor {
            let known = block.firstIndex(after: cursor)..<block.firstIndex(after: opened.rollups.cursor)
            Self.gather(block, known, into: &opened, counting: false, at: context.clock.now)
            cursor = block.lastID
        }
        let counted = opened.rollups.cursor
        opened.stored = try await journal.reading { reader throws(JournalError) in try reader.count(upTo: counted) }
        state = Mutex(opened)
    }

    /// Whether the event that was counted last is not in the journal, although it would be kept.
    private static func isForeign(_ cursor: EventID, to journal: EventJournal) async throws(JournalError) -> Bool {
        if cursor == .zero { return false }
        if cursor > journal.head { return true }
        return try await journal.reading { reader throws(JournalError) in
            // What retention has removed was counted while it was there.
            if cursor <= (try reader.removals()).newest { return false }
            return try reader.event(cursor) == nil
        }
    }

    /// Where to begin reading for the newest rows: further back, the more records lie between attacks and posts.
    private static func cursorBeforeRecent(_ journal: EventJournal) async throws(JournalError) -> EventID {
        var limit = recentRows
        while true {
            let span = limit
            let cursor = try await journal.reading { reader throws(JournalError) in try reader.cursor(beforeNewest: span) }
            var shown = 0
            var at = cursor
            while let block = try await journal.next(after: at) {
                for index in block.firstIndex(after: at)..<block.events.count where LiveFilter.standard.accepts(block.events[index]) {
                    shown += 1
                }
                at = block.lastID
            }
            if shown >= recentRows || limit >= recentSpan || cursor == .zero { return cursor }
            limit *= 8
        }
    }

    /// Takes the journal's count when it belongs to the stage's cursor: retention makes it smaller.
    private func takeStored(_ state: inout State) {
        let extent = journal.extent
        if extent.head == state.rollups.cursor { state.stored = extent.stored }
    }

    /// Id of the last event that the stage has counted.
    public var cursor: EventID { state.withLock { $0.rollups.cursor } }

    /// What the stage's clock says.
    public var now: Timestamp { context.clock.now }

    // MARK: Input

    /// Takes what the journal has behind ``cursor``, until that many events are taken.
    ///
    /// Several may do so at once: an event counts once. A screen or program that asks after its own write was answered sees it.
    public func catchUp(atMost limit: Int = LiveFollower.eventsPerFrame) async throws(JournalError) {
        var taken = 0
        while taken < limit, let block = try await journal.next(after: cursor) {
            taken += block.events.count
            add(block)
        }
    }

    /// Forgets rows whose events retention has removed.
    public func forget(_ removals: Removals) {
        func isThere(_ row: TickerRow) -> Bool { row.id > removals[RetentionClass(row.family)] }
        state.withLock { state in
            state.recent.removeAll { !isThere($0.ticker) }
            for filter in state.views.keys { state.views[filter]?.rows.removeAll { !isThere($0) } }
            takeStored(&state)
        }
    }

    /// Takes the next events of the journal.
    func add(_ block: Block) {
        state.withLock { state in
            Self.count(block, into: &state, at: context.clock.now)
            takeStored(&state)
        }
    }

    private static func count(_ block: Block, into state: inout State, at now: Timestamp) {
        let new = block.firstIndex(after: state.rollups.cursor)..<block.events.count
        state.rollups.advance(to: now)
        var (shown, noise) = (0, 0)
        for index in new {
            let event = MapEvent(block.events[index], id: block.id(index), sensors: &state.sensors)
            if event.family != .record {
                shown += 1
                if event.isNoise { noise += 1 }
            }
            state.rollups.add(event, sensor: state.sensors.sensors[Int(event.sensor)].name)
        }
        state.stored += Int64(new.count)
        state.shownEvents.all.add(shown, at: now)
        state.shownEvents.quiet.add(shown - noise, at: now)
        gather(block, new, into: &state, counting: true, at: now)
    }

    /// Puts events into the views and the recent rows.
    private static func gather(_ block: Block, _ range: Range<Int>, into state: inout State, counting: Bool, at now: Timestamp) {
        let views = counting && state.replay == nil ? state.views.keys.map { ($0, $0.query?.predicate(at: now)) } : []
        for index in range {
            let row = block.events[index]
            let event = MapEvent(row, id: block.id(index), sensors: &state.sensors)
            let isRecent = index >= range.upperBound - recentRows && event.family != .record
            var made: TickerRow?
            if isRecent {
                let ticker = TickerRow(event, row: row, sensors: state.sensors.sensors)
                // Kept by itself: the row of a block would keep the whole block.
                let alone = EventRow(bytes: Array(row.bytes[row.start..<row.end]), start: 0, end: row.end - row.start)
                state.recent.append(RecentRow(ticker: ticker, event: alone))
                made = ticker
            }
            for (filter, predicate) in views where filter.accepts(event) {
                if let predicate, !predicate.matches(row) { continue }
                state.views[filter]?.arcs.add(event)
                guard index >= range.upperBound - frameRows || isRecent else { continue }
                state.views[filter]?.rows.append(made ?? TickerRow(event, row: row, sensors: state.sensors.sensors))
            }
        }
        if state.recent.count > recentRows { state.recent.removeFirst(state.recent.count - recentRows) }
    }

    /// Writes the roll-ups to disk.
    func save() throws(JournalError) {
        try state.withLock { state throws(JournalError) in try state.rollups.save() }
    }

    // MARK: Replay

    /// Puts a stored window on the screens, from its start.
    public func play(_ window: ClosedRange<Timestamp>, seconds: Int) async throws(JournalError) {
        var sensors = state.withLock { $0.sensors }
        let tape = try await ReplayTape(window: window, seconds: seconds, journal: journal, sensors: &sensors)
        state.withLock { state in
            state.sensors = sensors
            state.replay = Replay(tape: tape)
            Self.clearViews(&state)
        }
    }

    /// Plays the window again from its start; false when none is on the screens.
    public func restartReplay() -> Bool {
        state.withLock { state in
            guard let tape = state.replay?.tape else { return false }
            state.replay = Replay(tape: tape)
            Self.clearViews(&state)
            return true
        }
    }

    /// Goes back to live; false when nothing is being replayed.
    public func stopReplay() -> Bool {
        state.withLock { state in
            guard state.replay != nil else { return false }
            state.replay = nil
            Self.clearViews(&state)
            return true
        }
    }

    private static func clearViews(_ state: inout State) {
        let head = state.rollups.cursor
        for filter in state.views.keys {
            state.views[filter]?.arcs = ArcSet()
            state.views[filter]?.rows = []
            state.views[filter]?.after = head
        }
        state.shownCountries = Lensed(all: [:], quiet: [:])
        state.lastFull = Timestamp(microseconds: 0)
        state.generation += 1
    }

    // MARK: Output

    /// Rises when the screens must begin anew with a snapshot (a replay began or ended).
    public var generation: UInt64 { state.withLock { $0.generation } }

    /// Why a screen with that filter cannot be served now; nil when it can.
    public func refusal(of filter: LiveFilter) -> LiveRefusal? {
        guard filter.query != nil else { return nil }
        return state.withLock { state in
            if state.replay != nil { return .replaying }
            let others = state.views.keys.count { $0.query != nil && $0 != filter }
            return others < Self.maximumQueries ? nil : .tooManyQueries
        }
    }

    /// A session that plays a stored window for one screen, from the journal as it stands.
    ///
    /// - Parameter isWanted: asked between blocks; when it says no, reading ends with `CancellationError`.
    public func replay(_ plan: ReplayPlan, isWanted: @escaping @Sendable () -> Bool = { true }) -> ReplaySession {
        ReplaySession(plan, journal: journal, context: context, sensors: state.withLock { $0.sensors }, isWanted: isWanted)
    }

    /// A screen with that filter comes: frames are made for it from now on.
    public func enter(_ filter: LiveFilter) {
        state.withLock { $0.views[filter, default: View(after: $0.rollups.cursor)].screens += 1 }
    }

    /// Everything a screen with that filter shows, as it stands.
    public func snapshot(_ filter: LiveFilter) -> LiveSnapshot {
        state.withLock { state in
            let upTo = state.rollups.cursor
            // Screens that come between two frames share one encoding.
            if let known = state.snapshots[filter], known.frame == state.frameNumber, known.upTo == upTo,
                known.generation == state.generation
            {
                return known
            }
            let json = encodeSnapshot(filter, &state)
            let snapshot = LiveSnapshot(upTo: upTo, frame: state.frameNumber, generation: state.generation, json: json)
            state.snapshots[filter] = state.views[filter] == nil ? nil : snapshot
            return snapshot
        }
    }

    /// A screen with that filter goes.
    public func leave(_ filter: LiveFilter) {
        state.withLock { state in
            state.views[filter]?.screens -= 1
            if let view = state.views[filter], view.screens <= 0 {
                state.views[filter] = nil
                state.snapshots[filter] = nil
            }
        }
    }

    /// The next frame of every filter that has screens; events that came since the last one, and the numbers as they stand.
    ///
    /// With `onlyIfDue`, a frame without events is made once a second at most.
    func frames(onlyIfDue: Bool) -> [LiveFrame] {
        let now = context.clock.now
        return state.withLock { state in
            if state.replay == nil { state.rollups.advance(to: now) }
            // Also when the clock has stepped back.
            let isFull = abs(now.seconds(since: state.lastFull)) >= 1
            let span = stepReplay(&state)
            if onlyIfDue, !isFull, span == nil, state.views.values.allSatisfy({ $0.arcs.isEmpty && $0.rows.isEmpty }) { return [] }
            state.frameNumber += 1
            let withSensors = state.shownSensors != state.sensors.revision
            let hasLens = state.views.keys.contains { $0.hidesNoise }
            let scenes = Lensed(
                all: scene(&state, hidesNoise: false, withTops: isFull), quiet: scene(&state, hidesNoise: true, withTops: isFull && hasLens)
            )
            let frames = state.views.map { filter, view in
                let scene = scenes[hidesNoise: filter.hidesNoise]
                return LiveFrame(
                    filter: filter, number: state.frameNumber, upTo: scene.upTo, events: view.arcs.events,
                    json: scene.frame(
                        view.arcs, span: span.map { .times(from: $0.from, to: $0.to) } ?? .commits(after: view.after, upTo: scene.upTo),
                        rows: view.rows.suffix(Self.frameRows).lazy.map(\.json),
                        unlike: state.shownCountries[hidesNoise: filter.hidesNoise],
                        withSensors: withSensors,
                        isFull: isFull))
            }
            for filter in state.views.keys {
                state.views[filter] = View(after: state.rollups.cursor, screens: state.views[filter]?.screens ?? 0)
            }
            state.shownCountries = Lensed(all: scenes.all.numbers.tally.countries, quiet: scenes.quiet.numbers.tally.countries)
            state.shownSensors = state.sensors.revision
            if isFull { state.lastFull = now }
            return frames
        }
    }

    /// Moves the replay on by a frame and returns the event times it covers.
    private func stepReplay(_ state: inout State) -> (from: Timestamp, to: Timestamp)? {
        guard let replay = state.replay, !replay.isFinished else { return nil }
        let position = replay.position
        let frame = replay.tape.frames[position]
        state.replay?.tally += frame.tally
        state.replay?.position += 1
        // A tape's arcs are merged already: whoever has a query sees none, and is refused when it comes.
        for filter in state.views.keys where filter.query == nil {
            let shown = frame.shown(hidesNoise: filter.hidesNoise)
            state.views[filter]?.arcs = shown.arcs.filtered(filter, of: frame.tally.seen(hidesNoise: filter.hidesNoise, withTops: false))
            state.views[filter]?.rows = shown.rows.filter { filter.accepts($0.family, $0.type) }
        }
        return replay.tape.span(of: position)
    }

    private func numbers(_ state: inout State, hidesNoise: Bool, withTops: Bool) -> StageNumbers {
        guard let replay = state.replay else {
            var recent = state.shownEvents[hidesNoise: hidesNoise]
            return StageNumbers(
                tally: state.rollups.window.seen(hidesNoise: hidesNoise, withTops: withTops), window: state.rollups.windowBounds,
                rateNow: recent.perSecond(at: context.clock.now),
                rateHour: Double(state.rollups.lastHour[hidesNoise: hidesNoise]) / 3600, stored: state.stored)
        }
        let tally = replay.tally.seen(hidesNoise: hidesNoise, withTops: withTops)
        let index = max(0, replay.position - 1)
        let clock = replay.tape.span(of: index).to
        let start = replay.tape.window.lowerBound
        let recent = replay.tape.frames[max(0, index - 9)...index].reduce(0) {
            $0 + $1.tally.all.events - (hidesNoise ? $1.tally.noise.events : 0)
        }
        let tenFrames = clock.seconds(since: replay.tape.span(of: max(0, index - 9)).from)
        return StageNumbers(
            tally: tally, window: (start, clock), rateNow: Double(recent) / max(tenFrames, 0.001),
            rateHour: Double(tally.events) / max(clock.seconds(since: start), 1), stored: state.stored)
    }

    // MARK: Encoding

    private func scene(_ state: inout State, hidesNoise: Bool, withTops: Bool) -> StageScene {
        let numbers = numbers(&state, hidesNoise: hidesNoise, withTops: withTops)
        var scene = StageScene(
            upTo: state.rollups.cursor, clock: context.clock.now, playing: nil, numbers: numbers, sensors: state.sensors.sensors,
            context: context, ledgers: journal.ledgers)
        if let replay = state.replay {
            scene.clock = numbers.window.to
            scene.playing = StageScene.Playing(
                from: replay.tape.window.lowerBound, to: replay.tape.window.upperBound, speed: replay.tape.speed,
                state: replay.isFinished ? .finished : .playing)
        }
        return scene
    }

    private func encodeSnapshot(_ filter: LiveFilter, _ state: inout State) -> [UInt8] {
        let scene = scene(&state, hidesNoise: filter.hidesNoise, withTops: true)
        guard state.replay == nil else { return scene.snapshot(recent: []) }
        let predicate = filter.query?.predicate(at: context.clock.now)
        let recent = state.recent.lazy.filter { row in
            filter.accepts(row.ticker) && predicate.map { $0.matches(row.event) } ?? true
        }
        return scene.snapshot(recent: recent.map(\.ticker.json))
    }
}

/// Why a screen with a query is not served.
public enum LiveRefusal: Error, Sendable {
    /// A window is on all screens, whose arcs were merged before the query.
    case replaying
    /// ``LiveStage/maximumQueries`` others are followed.
    case tooManyQueries
}

/// Everything a screen shows.
public struct LiveSnapshot: Sendable {
    /// The last event it knows of.
    public let upTo: EventID
    /// The last frame it includes.
    public let frame: UInt64
    /// The ``LiveStage/generation`` it belongs to.
    public let generation: UInt64
    /// The snapshot.
    public let json: [UInt8]
}

/// A frame as it goes to the screens of one filter.
public struct LiveFrame: Sendable {
    /// The screens' filter.
    public let filter: LiveFilter
    /// Rises with every frame.
    public let number: UInt64
    /// The last event it knows of.
    public let upTo: EventID
    /// Events it covers.
    public let events: Int
    /// The frame.
    public let json: [UInt8]
}
