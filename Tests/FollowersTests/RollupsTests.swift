import Journal
import Model
import TestKit
import Testing

@testable import Followers

@Suite struct RollupsTests {
    /// Counts into roll-ups and beside them.
    struct Counted {
        let folder = TemporaryFolder()
        let clock = ManualClock()
        var rollups: Rollups
        var events: [(event: MapEvent, sensor: String)] = []
        var source = RandomEvents(seed: 31)
        var path: String { folder.file("rollups.sqlite") }

        init() throws {
            rollups = try Rollups(path: folder.file("rollups.sqlite"), now: clock.now)
        }

        mutating func count(_ number: Int, spreadSeconds: Double) throws {
            var sensors = SensorTable()
            let batch = source.batch(number, around: clock.now, spreadSeconds: spreadSeconds)
            rollups.advance(to: clock.now)
            for row in 0..<number {
                let event = MapEvent(batch[row], id: EventID(Int64(events.count + 1)), sensors: &sensors)
                let sensor = sensors.sensors[Int(event.sensor)].name
                events.append((event, sensor))
                rollups.add(event, sensor: sensor)
            }
        }

        func oracle(upTo cursor: EventID = EventID(.max)) -> LensTally {
            var tally = LensTally()
            for (event, sensor) in events where event.id <= cursor && event.time.minute > clock.now.minute - Rollups.windowMinutes {
                tally.add(event, sensor: sensor)
            }
            return tally
        }

        var lastHour: [Int] {
            let shown = events.filter { $0.event.family != .record && $0.event.time.minute > clock.now.minute - 60 }
            return [shown.count, shown.count { !$0.event.isNoise }]
        }
    }

    @Test func `The window slides with the clock, with and without restarts`() throws {
        var counted = try Counted()
        for round in 0..<60 {
            try counted.count(50, spreadSeconds: round % 3 == 0 ? 3 * 86_400 : 7200)
            #expect(counted.rollups.window == counted.oracle())
            let lastHour = counted.rollups.lastHour
            #expect([lastHour.all, lastHour.quiet] == counted.lastHour)
            if round % 4 == 1 { try counted.rollups.save() }
            if round % 8 == 5 { counted.rollups = try Rollups(path: counted.path, now: counted.clock.now) }
            if round % 8 == 5 { counted.events.removeAll { $0.event.id > counted.rollups.cursor } }
            counted.clock.advance(seconds: [30, 61, 1800, 20_000][round % 4])
            counted.rollups.advance(to: counted.clock.now)
            #expect(counted.rollups.window == counted.oracle())
        }
        counted.clock.advance(seconds: 86_400)
        counted.rollups.advance(to: counted.clock.now)
        #expect(counted.rollups.window == LensTally())
    }

    @Test func `Without a save the cursor is that of the last save, so that the rest is counted again`() throws {
        var counted = try Counted()
        try counted.count(100, spreadSeconds: 1000)
        try counted.rollups.save()
        try counted.count(100, spreadSeconds: 1000)
        #expect(counted.rollups.cursor == EventID(200))
        let reopened = try Rollups(path: counted.path, now: counted.clock.now)
        #expect(reopened.cursor == EventID(100))
        #expect(reopened.window == counted.oracle(upTo: EventID(100)))
    }

    @Test func `A restart under a clock that stepped back counts right when the clock has caught up`() throws {
        var counted = try Counted()
        try counted.count(200, spreadSeconds: 1200)
        try counted.rollups.save()
        counted.clock.advance(seconds: -900)
        counted.rollups = try Rollups(path: counted.path, now: counted.clock.now)
        counted.clock.advance(seconds: 900)
        counted.rollups.advance(to: counted.clock.now)
        #expect(counted.rollups.window == counted.oracle())
    }

    @Test func `Events whose time lies ahead do not push the window`() throws {
        var counted = try Counted()
        counted.clock.advance(seconds: 7200)
        let ahead = counted.source.batch(20, around: counted.clock.now, spreadSeconds: 60)
        counted.clock.advance(seconds: -7200)
        var sensors = SensorTable()
        for row in 0..<20 { counted.rollups.add(MapEvent(ahead[row], id: EventID(Int64(row + 1)), sensors: &sensors), sensor: "") }
        #expect(counted.rollups.window.all.events == 20)
        #expect(counted.rollups.windowBounds.to <= counted.clock.now.adding(seconds: 60))
    }

    @Test func `A cursor ahead of the journal means another journal: everything is counted anew`() async throws {
        let fixture = try StageFixture()
        var rollups = try Rollups(path: fixture.folder.file("rollups.sqlite"), now: fixture.clock.now)
        var sensors = SensorTable()
        var events = RandomEvents(seed: 32)
        let foreign = events.batch(1, around: fixture.clock.now, spreadSeconds: 1)
        rollups.add(MapEvent(foreign[0], id: EventID(.max - 5), sensors: &sensors), sensor: "")
        try rollups.save()
        try await fixture.append(events.batch(100, around: fixture.clock.now, spreadSeconds: 1000))
        let stage = try await fixture.stage()
        #expect(stage.cursor == .zero)
        try await fixture.feed(stage)
        let snapshot = try Parsed(stage.snapshot(.standard).json)
        #expect(snapshot.counts("totals")["events"] == 100)
        await fixture.journal.close()
    }
}
