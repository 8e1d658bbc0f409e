import Journal
import KQL
import Model
import TestKit
import Testing

@testable import Followers

/// Screens that ask a query of what comes.
@Suite struct LiveQueryTests {
    @Test func `A query chooses arcs, rows and recent rows, and changes no number`() async throws {
        let fixture = try StageFixture()
        var events = RandomEvents(seed: 71)
        let stage = try await fixture.stage()
        let query = try LiveQuery("source.geo.country_iso_code: (DE or BR) and not destination.port: 22", now: fixture.clock.now)
        let filter = try LiveFilter(types: "scan,dos,exploit", query: query)
        stage.enter(filter)
        stage.enter(.standard)
        let predicate = query.predicate(at: fixture.clock.now)
        func wants(_ row: EventRow) -> Bool { filter.accepts(row) && predicate.matches(row) }
        var drawn = 0
        for round in 0..<12 {
            let before = fixture.all.count
            try await fixture.append(events.batch(150, around: fixture.clock.now, spreadSeconds: 100))
            try await fixture.feed(stage)
            let new = fixture.all[before...].filter { wants($0.row) }
            let frame = try #require(stage.frames(onlyIfDue: false).first { $0.filter == filter })
            let parsed = try Parsed(frame.json)
            #expect(parsed.integer("n") == new.count && frame.events == new.count, "round \(round)")
            try LiveStageTests.expect(arcs: parsed.list("arcs"), of: new)
            #expect(parsed.list("ticker").map { $0.first as? String } == new.suffix(LiveStage.frameRows).map(\.id.description))
            drawn += new.count
            fixture.clock.advance(seconds: 1)
        }
        #expect(drawn > 50)
        let snapshot = try Parsed(stage.snapshot(filter).json)
        LiveStageTests.expect(snapshot, equals: fixture.oracle())
        let newest = fixture.all.filter { LiveFilter.standard.accepts($0.row) }.suffix(LiveStage.recentRows)
        #expect(snapshot.list("recent").map { $0.first as? String } == newest.filter { wants($0.row) }.map(\.id.description))
        await fixture.journal.close()
    }

    @Test func `A query that says now moves on with the clock`() async throws {
        let fixture = try StageFixture()
        let stage = try await fixture.stage()
        let filter = try LiveFilter(query: try LiveQuery("@timestamp > now-1m", now: fixture.clock.now))
        stage.enter(filter)
        fixture.clock.advance(seconds: 100_000)
        try await fixture.append(SampleEvents.batch(0..<3, at: fixture.clock.now.adding(seconds: -30)))
        try await fixture.append(SampleEvents.batch(3..<8, at: fixture.clock.now.adding(seconds: -5000)))
        try await fixture.feed(stage)
        #expect(stage.frames(onlyIfDue: false).first?.events == 3)
        #expect(try Parsed(stage.snapshot(filter).json).list("recent").count == 3)
        fixture.clock.advance(seconds: 600)
        _ = stage.frames(onlyIfDue: false)
        #expect(try Parsed(stage.snapshot(filter).json).list("recent").isEmpty)
        await fixture.journal.close()
    }

    @Test func `Too many different queries are refused, equal ones and screens without are not`() async throws {
        let fixture = try StageFixture()
        let stage = try await fixture.stage()
        func filter(_ number: Int) throws -> LiveFilter {
            try LiveFilter(query: try LiveQuery("source.port: \(number)", now: fixture.clock.now))
        }
        for number in 0..<LiveStage.maximumQueries {
            #expect(stage.refusal(of: try filter(number)) == nil)
            stage.enter(try filter(number))
        }
        #expect(stage.refusal(of: try filter(999)) == .tooManyQueries)
        #expect(stage.refusal(of: try filter(3)) == nil && stage.refusal(of: .standard) == nil)
        stage.leave(try filter(5))
        #expect(stage.refusal(of: try filter(999)) == nil)
        await fixture.journal.close()
    }

    @Test func `While a window is on all screens, a query is refused`() async throws {
        let fixture = try StageFixture()
        var events = RandomEvents(seed: 72)
        try await fixture.append(events.batch(100, around: fixture.clock.now, spreadSeconds: 100))
        let stage = try await fixture.stage()
        let filter = try LiveFilter(query: try LiveQuery("source.port: 1", now: fixture.clock.now))
        stage.enter(filter)
        try await stage.play(fixture.clock.now.adding(seconds: -200)...fixture.clock.now, seconds: 1)
        #expect(stage.refusal(of: filter) == .replaying && stage.refusal(of: .standard) == nil)
        for _ in 0..<10 {
            for frame in stage.frames(onlyIfDue: false) { #expect(try Parsed(frame.json).list("arcs").isEmpty) }
        }
        await fixture.journal.close()
    }
}
