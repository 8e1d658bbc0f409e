import Journal
import Model
import TestKit
import Testing

@testable import Followers

@Suite struct ReplayTests {
    let fixture: StageFixture
    let window: ClosedRange<Timestamp>

    init() async throws {
        fixture = try StageFixture()
        var events = RandomEvents(seed: 51)
        let end = fixture.clock.now.adding(seconds: -1_000_000)
        for _ in 0..<8 { try await fixture.append(events.batch(400, around: end, spreadSeconds: 5000)) }
        let times = fixture.all.compactMap { $0.row.date(.timestamp) }.sorted()
        // Some lie outside, and two exactly on the ends.
        window = times[100]...times[times.count - 101]
    }

    @Test(arguments: [1, 7, 120])
    func `Every event of the window stands in exactly one frame, the one whose span holds its time`(seconds: Int) async throws {
        var sensors = SensorTable()
        let tape = try await ReplayTape(window: window, seconds: seconds, journal: fixture.journal, sensors: &sensors)
        #expect(tape.frames.count == seconds * ReplayTape.framesPerSecond)
        #expect(tape.span(of: 0).from == window.lowerBound)
        #expect(tape.span(of: tape.frames.count - 1).to > window.upperBound)
        let times = fixture.all.compactMap { $0.row.date(.timestamp) }
        var total = 0
        for (index, frame) in tape.frames.enumerated() {
            let span = tape.span(of: index)
            if index > 0 { #expect(span.from == tape.span(of: index - 1).to) }
            #expect(frame.tally.all.events == times.count { $0 >= span.from && $0 < span.to }, "frame \(index)")
            #expect(frame.shown(hidesNoise: false).rows.count <= ReplayTape.rowsPerFrame)
            #expect(frame.shown(hidesNoise: true).rows.allSatisfy { !$0.isNoise })
            total += frame.tally.all.events
        }
        #expect(total == times.count { window.contains($0) })
        await fixture.journal.close()
    }

    @Test func `At the end of a replay the totals are those of the window`() async throws {
        let stage = try await fixture.stage()
        try await fixture.feed(stage)
        let narrow = try LiveFilter(families: "attack", types: "scan")
        stage.enter(.standard)
        stage.enter(narrow)
        let lens = try LiveFilter(hidesNoise: true)
        stage.enter(lens)
        try await stage.play(window, seconds: 2)
        let generation = stage.generation
        var (expected, quiet) = (Tally(), Tally())
        var sensors = SensorTable()
        for (id, row) in fixture.all {
            let event = MapEvent(row, id: id, sensors: &sensors)
            guard window.contains(event.time) else { continue }
            expected.add(event, sensor: sensors.sensors[Int(event.sensor)].name)
            if row.string(.noiseKind) == nil { quiet.add(event, sensor: sensors.sensors[Int(event.sensor)].name) }
        }
        for _ in 0..<2 {
            var shown: [LiveFilter: Int] = [:]
            for _ in 0..<25 {
                for frame in stage.frames(onlyIfDue: false) {
                    let parsed = try Parsed(frame.json)
                    #expect(parsed.object["mode"] as? String == "replay")
                    #expect(parsed.list("ticker").count <= LiveStage.frameRows)
                    shown[frame.filter, default: 0] += parsed.integer("n")
                }
            }
            let snapshot = try Parsed(stage.snapshot(.standard).json)
            LiveStageTests.expect(snapshot, equals: expected)
            #expect((snapshot.object["replay"] as? [String: Any])?["state"] as? String == "finished")
            let inside = fixture.all.filter { $0.row.date(.timestamp).map { window.contains($0) } ?? false }
            #expect(shown[.standard] == inside.count { LiveFilter.standard.accepts($0.row) })
            #expect(shown[narrow] == inside.count { narrow.accepts($0.row) })
            #expect(shown[lens] == inside.count { lens.accepts($0.row) })
            LiveStageTests.expect(try Parsed(stage.snapshot(lens).json), equals: quiet)
            #expect(stage.restartReplay())
        }
        #expect(stage.generation > generation)
        #expect(stage.stopReplay() && !stage.stopReplay() && !stage.restartReplay())
        #expect(try Parsed(stage.snapshot(.standard).json).object["mode"] as? String == "live")
        await fixture.journal.close()
    }

    @Test func `A window of one instant can be played`() async throws {
        let instant = try #require(fixture.all[0].row.date(.timestamp))
        let stage = try await fixture.stage()
        try await stage.play(instant...instant, seconds: 1)
        for _ in 0..<12 { _ = stage.frames(onlyIfDue: false) }
        let count = fixture.all.count { $0.row.date(.timestamp) == instant }
        #expect(try Parsed(stage.snapshot(.everything).json).counts("totals")["events"] == count)
        await fixture.journal.close()
    }
}
