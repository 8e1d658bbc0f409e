import Journal
import KQL
import Model
import TestKit
import Testing

@testable import Followers

/// A stored window, played for one screen: every number is held against a count of its own.
@Suite struct ReplaySessionTests {
    let fixture: StageFixture
    let stage: LiveStage
    let window: Range<Timestamp>

    init() async throws {
        fixture = try StageFixture()
        var events = RandomEvents(seed: 61)
        let end = fixture.clock.now.adding(seconds: -1_000_000)
        // Every block has events of the whole time: what is committed says nothing of the order of playing.
        for _ in 0..<9 { try await fixture.append(events.batch(400, around: end, spreadSeconds: 3600)) }
        stage = try await fixture.stage()
        let times = fixture.all.compactMap { $0.row.date(.timestamp)?.milliseconds }.sorted()
        window = Timestamp(milliseconds: times[150])..<Timestamp(milliseconds: times[times.count - 151])
    }

    /// What a screen is told by the plan, in the order of messages.
    func play(_ plan: ReplayPlan) async throws -> (snapshot: Parsed, frames: [Parsed], session: ReplaySession) {
        var session = stage.replay(plan)
        let snapshot = try Parsed(try await session.begin())
        var frames: [Parsed] = []
        while let frame = try await session.step() { frames.append(try Parsed(frame.json)) }
        return (snapshot, frames, session)
    }

    /// The events of the window before a time, that the query matches.
    func events(before time: Timestamp, _ query: LiveQuery? = nil) -> [(id: EventID, row: EventRow)] {
        let predicate = query?.predicate(at: fixture.clock.now)
        return fixture.all.filter { _, row in
            guard let at = row.date(.timestamp), at >= window.lowerBound, at < min(time, window.upperBound) else { return false }
            return predicate.map { $0.matches(row) } ?? true
        }
    }

    func tally(_ events: [(id: EventID, row: EventRow)]) -> Tally {
        var tally = Tally()
        var sensors = SensorTable()
        for (id, row) in events {
            let event = MapEvent(row, id: id, sensors: &sensors)
            tally.add(event, sensor: sensors.sensors[Int(event.sensor)].name)
        }
        return tally
    }

    static func state(_ message: Parsed) -> String? { (message.object["replay"] as? [String: Any])?["state"] as? String }

    @Test(arguments: [60.0, 333.3, 600])
    func `At every moment the totals are those of the window up to the clock`(speed: Double) async throws {
        let plan = ReplayPlan(window: window, start: window.lowerBound, speed: speed)
        let (snapshot, frames, session) = try await play(plan)
        #expect(frames.count == plan.frameCount && session.isFinished)
        LiveStageTests.expect(snapshot, equals: Tally())
        #expect(Self.state(snapshot) == "playing" && snapshot.list("recent").isEmpty)
        var clock = Int(window.lowerBound.milliseconds)
        for (index, frame) in frames.enumerated() {
            let span = frame.object["span"] as? [String: Int] ?? [:]
            #expect(span["from"] == clock, "frames follow one another")
            clock = frame.integer("clock")
            #expect(span["to"] == clock && frame.object["mode"] as? String == "replay")
            let before = events(before: Timestamp(milliseconds: Int64(clock)))
            #expect(frame.counts("totals")["events"] == before.count, "frame \(index)")
            #expect(frame.counts("totals")["stored"] == fixture.all.count)
            let inside = before.filter { ($0.row.date(.timestamp)?.milliseconds ?? 0) >= span["from"] ?? 0 }
            #expect(frame.integer("n") == inside.count { LiveFilter.standard.accepts($0.row) })
            try LiveStageTests.expect(arcs: frame.list("arcs"), of: inside)
            let shown = inside.filter { $0.row.string(.eventFamily) != "record" }
            #expect(frame.list("ticker").count == min(shown.count, ReplayReader.rowsPerFrame))
            let times = frame.list("ticker").compactMap { $0[1] as? Int }
            #expect(times == times.sorted())
            #expect(Self.state(frame) == (index == frames.count - 1 ? "finished" : "playing"))
        }
        #expect(clock == Int(window.upperBound.milliseconds))
        // Countries come as changes: the last frame alone does not have all.
        let end = try #require(frames.last)
        let expected = tally(events(before: window.upperBound))
        #expect(end.counts("types") == (try await play(end: plan)).counts("types"))
        #expect(end.counts("totals")["attacks"] == expected.families[0])
        await fixture.journal.close()
    }

    /// What a screen is told that begins at the end.
    func play(end plan: ReplayPlan) async throws -> Parsed {
        try await play(ReplayPlan(window: plan.window, start: plan.window.upperBound, speed: plan.speed, filter: plan.filter)).snapshot
    }

    @Test func `Whoever begins in the middle has the numbers of whoever came from the start`() async throws {
        let speed = 400.0
        let whole = try await play(ReplayPlan(window: window, start: window.lowerBound, speed: speed)).frames
        for index in [0, 7, whole.count / 2, whole.count - 1] {
            let at = Timestamp(milliseconds: Int64(whole[index].integer("clock")))
            let (snapshot, frames, session) = try await play(ReplayPlan(window: window, start: at, speed: speed))
            LiveStageTests.expect(snapshot, equals: tally(events(before: at)))
            #expect(snapshot.integer("clock") == whole[index].integer("clock"))
            #expect(frames.map { $0.counts("totals") } == whole[(index + 1)...].map { $0.counts("totals") })
            let rows = snapshot.list("recent").compactMap { $0[1] as? Int }
            #expect(rows == rows.sorted() && rows.allSatisfy { $0 < snapshot.integer("clock") } && rows.count <= ReplaySession.recentRows)
            #expect(!rows.isEmpty && session.isFinished)
        }
        await fixture.journal.close()
    }

    @Test func `The query chooses everything, families and types choose arcs and rows`() async throws {
        let query = try LiveQuery("destination.port: 22 or source.geo.country_iso_code: DE", now: fixture.clock.now)
        let filter = try LiveFilter(families: "attack", types: "scan,dos", query: query)
        let (_, frames, _) = try await play(ReplayPlan(window: window, start: window.lowerBound, speed: 600, filter: filter))
        let matching = events(before: window.upperBound, query)
        #expect(frames.reduce(0) { $0 + $1.integer("n") } == matching.count { filter.accepts($0.row) })
        let end = try await play(end: ReplayPlan(window: window, start: window.lowerBound, speed: 600, filter: filter))
        LiveStageTests.expect(end, equals: tally(matching))
        #expect(matching.count > 100 && matching.count < events(before: window.upperBound).count)
        await fixture.journal.close()
    }

    private struct Taken: FrameSink {
        var events: [MapEvent] = []
        mutating func add(_ event: MapEvent, _: [SensorTable.Sensor]) { events.append(event) }
    }

    @Test(arguments: [40, 700])
    func `A slice holds few events, and shows the same`(limit: Int) async throws {
        let plan = ReplayPlan(window: window, start: window.lowerBound, speed: 200)
        var reader = ReplayReader(
            plan, upTo: fixture.journal.head, journal: fixture.journal, sensors: SensorTable(), now: fixture.clock.now, limit: limit)
        var found: [EventID] = []
        for frame in 0..<plan.frameCount {
            var taken = Taken()
            _ = try await reader.frame(frame, into: &taken)
            #expect(taken.events.allSatisfy { plan.frame(of: $0.time) == frame })
            found += taken.events.map(\.id)
        }
        // A block is read whole before it is seen whether it was too much.
        #expect(reader.mostHeld > 0 && reader.mostHeld <= limit + 400)
        #expect(Set(found).count == found.count)
        #expect(Set(found) == Set(events(before: window.upperBound).map(\.id)))
        await fixture.journal.close()
    }

    @Test func `A step ends where it was told to, and going on from there leaves nothing out`() async throws {
        var at = window.lowerBound
        var drawn = 0
        var steps = 0
        while at < window.upperBound {
            let (_, frames, session) = try await play(ReplayPlan(window: window, start: at, speed: 600, frames: 7))
            #expect(frames.count <= 7 && session.isOver)
            let last = try #require(frames.last)
            #expect(last.object["tops"] != nil, "the lists are those of where it stands")
            #expect(Self.state(last) == (session.isFinished ? "finished" : "paused"))
            drawn += frames.reduce(0) { $0 + $1.integer("n") }
            at = session.clock
            steps += 1
        }
        #expect(steps > 5)
        #expect(drawn == events(before: window.upperBound).count { LiveFilter.standard.accepts($0.row) })
        let still = try await play(ReplayPlan(window: window, start: window.lowerBound, speed: 600, frames: 0))
        #expect(still.frames.isEmpty && Self.state(still.snapshot) == "paused")
        await fixture.journal.close()
    }

    @Test func `What is committed after the beginning is not played`() async throws {
        var session = stage.replay(ReplayPlan(window: window, start: window.lowerBound, speed: 600))
        _ = try await session.begin()
        let known = events(before: window.upperBound).count
        var more = RandomEvents(seed: 62)
        try await fixture.append(more.batch(300, around: window.upperBound, spreadSeconds: 1000))
        var last: Parsed?
        while let frame = try await session.step() { last = try Parsed(frame.json) }
        #expect(last?.counts("totals")["events"] == known)
        let later = try await play(end: ReplayPlan(window: window, start: window.lowerBound, speed: 600))
        #expect(later.counts("totals")["events"] ?? 0 > known)
        let same = try await play(
            ReplayPlan(window: window, start: window.upperBound, speed: 600, upTo: session.upTo))
        #expect(same.snapshot.counts("totals")["events"] == known)
        #expect(same.snapshot.counts("totals")["stored"] == 3600)
        await fixture.journal.close()
    }

    @Test func `Nobody's replay ends between two blocks`() async throws {
        var session = stage.replay(ReplayPlan(window: window, start: window.upperBound, speed: 600)) { false }
        await #expect(throws: CancellationError.self) { try await session.begin() }
        await fixture.journal.close()
    }

    @Test(arguments: [1.0, 7.77, 59.94, 600, 1e8])
    func `Every time of the window lies in exactly one frame, whose bounds are whole milliseconds`(speed: Double) {
        let plan = ReplayPlan(window: window, start: window.lowerBound.adding(seconds: 1), speed: speed)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            let microseconds = Int64.random(in: window.lowerBound.microseconds...window.upperBound.microseconds, using: &random)
            let time = Timestamp(microseconds: microseconds)
            guard let frame = plan.frame(of: time) else {
                #expect(time < plan.start || time >= window.upperBound)
                continue
            }
            #expect(plan.time(of: frame) <= time && time < plan.time(of: frame + 1) && frame < plan.frameCount)
            #expect(plan.time(of: frame).microseconds % 1000 == 0)
        }
        #expect(plan.time(of: plan.frameCount) == window.upperBound)
    }
}
