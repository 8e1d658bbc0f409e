import Journal
import Model
import TestKit
import Testing

@testable import Followers

@Suite struct LiveStageTests {
    static func expect(_ snapshot: Parsed, equals tally: Tally, sourceLocation: SourceLocation = #_sourceLocation) {
        let totals = snapshot.counts("totals")
        #expect(totals["events"] == tally.events, sourceLocation: sourceLocation)
        for family in [(EventFamily.attack, "attacks"), (.post, "posts"), (.record, "records")] {
            #expect(totals[family.1] == tally.families[Int(family.0.rawValue)], sourceLocation: sourceLocation)
        }
        for type in AttackType.allCases {
            #expect(snapshot.counts("types")[type.name] ?? 0 == tally.types[Int(type.rawValue)], sourceLocation: sourceLocation)
        }
        for severity in AttackSeverity.allCases {
            #expect(snapshot.counts("severity")[severity.name] == tally.severities[Int(severity.rawValue)], sourceLocation: sourceLocation)
        }
        let countries = Dictionary(uniqueKeysWithValues: tally.countries.map { ($0.key.description, $0.value) })
        #expect(snapshot.counts("countries") == countries, sourceLocation: sourceLocation)
        #expect(
            snapshot.counts("unplaced") == ["private": tally.privateSources, "unmapped": tally.unmappedSources],
            sourceLocation: sourceLocation)
        let tops = snapshot.object["tops"] as? [String: [[Any]]] ?? [:]
        #expect(
            tops["countries"]?.reduce(0) { $0 + ($1.last as? Int ?? 0) } == tally.countries.values.reduce(0, +),
            sourceLocation: sourceLocation)
        #expect(
            tops["addresses"]?.reduce(0) { $0 + ($1.last as? Int ?? 0) } == tally.addresses.values.reduce(0) { $0 + $1.count },
            sourceLocation: sourceLocation)
        #expect(tops["ports"]?.reduce(0) { $0 + ($1.last as? Int ?? 0) } == tally.ports.values.reduce(0, +), sourceLocation: sourceLocation)
        #expect(
            tops["sensors"]?.reduce(0) { $0 + ($1.last as? Int ?? 0) } == tally.sensors.values.reduce(0, +), sourceLocation: sourceLocation)
    }

    @Test func `Snapshots and the sum of frames equal a count of their own, whatever the filter`() async throws {
        let fixture = try StageFixture()
        var events = RandomEvents(seed: 41)
        let stage = try await fixture.stage()
        let narrow = try LiveFilter(families: "attack", types: "scan,dos", hidesNoise: true)
        let filters = [
            .standard, try LiveFilter(families: "attack", types: "scan,dos"), .everything, narrow, try LiveFilter(hidesNoise: true),
        ]
        for filter in filters { stage.enter(filter) }
        var lastUpTo = [LiveFilter: String]()
        for round in 0..<30 {
            let before = fixture.all.count
            for _ in 0..<Int.random(in: 0...3, using: &events.random) {
                let count = Int.random(in: 1...200, using: &events.random)
                try await fixture.append(events.batch(count, around: fixture.clock.now, spreadSeconds: round % 2 == 0 ? 100 : 200_000))
            }
            try await fixture.feed(stage)
            let new = fixture.all[before...]
            let frames = stage.frames(onlyIfDue: false)
            #expect(Set(frames.map(\.filter)) == Set(filters))
            for frame in frames {
                let parsed = try Parsed(frame.json)
                let wanted = new.filter { frame.filter.accepts($0.row) }
                #expect(parsed.integer("n") == wanted.count && frame.events == wanted.count)
                #expect(frame.upTo == stage.cursor)
                let span = parsed.object["span"] as? [String: String] ?? [:]
                #expect(span["after"] == lastUpTo[frame.filter] ?? "0")
                #expect(span["upTo"] == stage.cursor.description)
                lastUpTo[frame.filter] = span["upTo"]
                try Self.expect(arcs: parsed.list("arcs"), of: wanted)
                let ticker = parsed.list("ticker")
                let rows = wanted.filter { $0.row.string(.eventFamily) != "record" }
                #expect(ticker.count <= LiveStage.frameRows)
                if frame.filter != .everything {
                    #expect(ticker.map { $0.first as? String } == rows.suffix(LiveStage.frameRows).map(\.id.description))
                }
            }
            let shown = fixture.all.filter { LiveFilter.standard.accepts($0.row) }.suffix(LiveStage.recentRows)
            for filter in filters {
                let snapshot = try Parsed(stage.snapshot(filter).json)
                Self.expect(snapshot, equals: fixture.oracle(hidesNoise: filter.hidesNoise))
                #expect(snapshot.counts("totals")["stored"] == fixture.all.count)
                let recent = shown.filter { filter.accepts($0.row) }
                #expect(snapshot.list("recent").map { $0.first as? String } == recent.map(\.id.description))
            }
            fixture.clock.advance(seconds: [0.1, 1, 65, 40_000][round % 4])
            // The window moves with the next frame.
            _ = stage.frames(onlyIfDue: false)
        }
        await fixture.journal.close()
    }

    /// The arcs of a frame are the placed attacks, merged by place, sensor and type.
    static func expect(arcs: [[Any]], of events: [(id: EventID, row: EventRow)]) throws {
        var expected: [String: Int] = [:]
        for (_, row) in events where row.string(.eventFamily) == "attack" {
            guard let point = row.point(.sourceLocation) else { continue }
            let key =
                "\(Double(point.latitude)) \(Double(point.longitude)) \(row.string(.observerName) ?? "") \(row.string(.attackType) ?? "")"
            expected[key, default: 0] += 1
        }
        var found: [String: Int] = [:]
        for arc in arcs {
            try #require(arc.count == 8)
            let key = "\(arc[0] as? Double ?? -1) \(arc[1] as? Double ?? -1) \(arc[4] as? String ?? "") \(arc[5] as? String ?? "")"
            #expect(found[key] == nil, "one arc per key")
            found[key] = arc[7] as? Int
        }
        #expect(found == expected)
    }

    @Test func `Frames keep a screen with a lens at the numbers of one that comes anew`() async throws {
        let fixture = try StageFixture()
        var events = RandomEvents(seed: 43)
        let stage = try await fixture.stage()
        let lens = try LiveFilter(hidesNoise: true)
        stage.enter(.standard)
        stage.enter(lens)
        var countries: [LiveFilter: [String: Int]] = [:]
        for round in 0..<24 {
            try await fixture.append(
                events.batch(Int.random(in: 0...40, using: &events.random), around: fixture.clock.now, spreadSeconds: 900))
            try await fixture.feed(stage)
            for frame in stage.frames(onlyIfDue: false) {
                let parsed = try Parsed(frame.json)
                countries[frame.filter, default: [:]].merge(parsed.counts("countries")) { $1 }
                countries[frame.filter] = countries[frame.filter]?.filter { $0.value > 0 }
                let fresh = try Parsed(stage.snapshot(frame.filter).json)
                #expect(countries[frame.filter] == fresh.counts("countries"))
                for (key, value) in parsed.numbers where key != "countries" { #expect(value == fresh.numbers[key], "\(key)") }
            }
            let (all, quiet) = (try Parsed(stage.snapshot(.standard).json), try Parsed(stage.snapshot(lens).json))
            let hidden = fixture.oracle().events - fixture.oracle(hidesNoise: true).events
            #expect((all.counts("totals")["events"] ?? 0) - (quiet.counts("totals")["events"] ?? 0) == hidden)
            fixture.clock.advance(seconds: [1, 30, 700, 80_000][round % 4])
            // The window moves with the next frame.
            for frame in stage.frames(onlyIfDue: false) {
                countries[frame.filter]?.merge(try Parsed(frame.json).counts("countries")) { $1 }
            }
        }
        await fixture.journal.close()
    }

    @Test func `A stage after a restart and a fresh one tell the same numbers`() async throws {
        let fixture = try StageFixture()
        var events = RandomEvents(seed: 42)
        var first: LiveStage? = try await fixture.stage()
        for round in 0..<10 {
            try await fixture.append(events.batch(500, around: fixture.clock.now, spreadSeconds: 100_000))
            if let first { try await fixture.feed(first) }
            if round == 4 { try first?.save() }
            fixture.clock.advance(seconds: 700)
        }
        first = nil
        let restarted = try await fixture.stage()
        let fresh = try await fixture.stage("other.sqlite")
        #expect(restarted.cursor == fixture.all[2499].id, "what was not saved is counted again")
        try await fixture.feed(restarted)
        try await fixture.feed(fresh)
        for _ in 0..<3 {
            _ = restarted.frames(onlyIfDue: false)
            _ = fresh.frames(onlyIfDue: false)
            let (a, b) = (try Parsed(restarted.snapshot(.standard).json), try Parsed(fresh.snapshot(.standard).json))
            #expect(a.numbers == b.numbers)
            #expect(a.list("recent").map { $0.first as? String } == b.list("recent").map { $0.first as? String })
            Self.expect(a, equals: fixture.oracle())
            fixture.clock.advance(seconds: 3000)
        }
        await fixture.journal.close()
    }

    @Test func `A frame tells only the countries that changed, and zero once when one has left the window`() async throws {
        let fixture = try StageFixture()
        let stage = try await fixture.stage()
        stage.enter(.standard)
        func frame() async throws -> [String: Int] {
            try await fixture.feed(stage)
            return try Parsed(try #require(stage.frames(onlyIfDue: false).first).json).counts("countries")
        }
        var batch = EventBatch()
        batch.append(.timestamp, fixture.clock.now)
        batch.append(.eventFamily, "attack")
        batch.append(.sourceCountryCode, "CN")
        batch.endRowWithoutRaw()
        try await fixture.append(batch)
        #expect(try await frame() == ["CN": 1])
        #expect(try await frame() == [:])
        fixture.clock.advance(seconds: 86_400)
        #expect(try await frame() == ["CN": 0])
        #expect(try await frame() == [:])
        await fixture.journal.close()
    }

    @Test func `A quiet stage sends a frame once a second`() async throws {
        let fixture = try StageFixture()
        let stage = try await fixture.stage()
        stage.enter(.standard)
        #expect(stage.frames(onlyIfDue: true).count == 1)
        for _ in 0..<9 {
            fixture.clock.advance(seconds: 0.1)
            #expect(stage.frames(onlyIfDue: true).isEmpty)
        }
        fixture.clock.advance(seconds: 0.11)
        #expect(stage.frames(onlyIfDue: true).count == 1)
        stage.leave(.standard)
        #expect(stage.frames(onlyIfDue: false).isEmpty, "nobody looks")
        await fixture.journal.close()
    }

    @Test func `The rate is that of the last ten seconds`() async throws {
        let fixture = try StageFixture()
        let stage = try await fixture.stage()
        try await fixture.append(SampleEvents.batch(0..<50, at: fixture.clock.now.adding(seconds: -100)))
        try await fixture.feed(stage)
        func now() throws -> Double? { (try Parsed(stage.snapshot(.standard).json).object["rate"] as? [String: Double])?["now"] }
        #expect(try now() == 5)
        fixture.clock.advance(seconds: 11)
        _ = stage.frames(onlyIfDue: false)
        #expect(try now() == 0)
        await fixture.journal.close()
    }
}
