import Model
import TestKit
import Testing

@testable import Followers

@Suite struct TallyTests {
    static func tally(seed: UInt64, _ count: Int) -> LensTally {
        var events = RandomEvents(seed: seed)
        var sensors = SensorTable()
        var tally = LensTally()
        let batch = events.batch(count, around: Timestamp(milliseconds: 1_780_000_000_000), spreadSeconds: 100)
        for row in 0..<count {
            let event = MapEvent(batch[row], id: EventID(Int64(row + 1)), sensors: &sensors)
            tally.add(event, sensor: sensors.sensors[Int(event.sensor)].name)
        }
        return tally
    }

    @Test func `A tally survives its bytes`() {
        #expect(TallyCodec.decode(TallyCodec.encode(LensTally())) == LensTally())
        for seed in 0..<50 {
            let tally = Self.tally(seed: UInt64(seed), seed * 7)
            #expect(TallyCodec.decode(TallyCodec.encode(tally)) == tally)
        }
    }

    @Test func `Damaged bytes are refused or read, and never trap`() {
        var random = SeededGenerator(seed: 21)
        let good = TallyCodec.encode(Self.tally(seed: 3, 200))
        for _ in 0..<5000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
            _ = TallyCodec.decode(bytes)
        }
        for cut in 0..<good.count { #expect(TallyCodec.decode(Array(good[..<cut])) == nil) }
        #expect(TallyCodec.decode(good + [0]) == nil)
    }

    @Test func `What is added and taken away again leaves nothing`() {
        var sum = LensTally()
        for seed in 0..<10 { sum += Self.tally(seed: UInt64(seed), 100) }
        #expect(sum.all.events == 1000 && sum.noise.events > 100)
        for seed in 0..<10 { sum -= Self.tally(seed: UInt64(seed), 100) }
        #expect(sum == LensTally())
        #expect(sum.all.isEmpty)
    }

    @Test func `What a lens leaves is what a count of the other events finds`() {
        for seed in 0..<40 {
            var events = RandomEvents(seed: UInt64(seed))
            var sensors = SensorTable()
            var (counted, everything, quiet) = (LensTally(), Tally(), Tally())
            let batch = events.batch(seed * 11, around: Timestamp(milliseconds: 1_780_000_000_000), spreadSeconds: 100)
            for row in 0..<batch.count {
                let event = MapEvent(batch[row], id: EventID(Int64(row + 1)), sensors: &sensors)
                let sensor = sensors.sensors[Int(event.sensor)].name
                // Some addresses come when there is room for no more of them.
                let admits = row % 5 > 0
                counted.add(event, sensor: sensor, admitsAddress: admits)
                everything.add(event, sensor: sensor, admitsAddress: admits)
                guard batch[row].string(.noiseKind) == nil else { continue }
                quiet.add(event, sensor: sensor, admitsAddress: event.address.map { everything.addresses[$0] != nil } ?? true)
            }
            #expect(counted.seen(hidesNoise: false, withTops: true) == everything)
            #expect(counted.seen(hidesNoise: true, withTops: true) == quiet)
            quiet.forgetTops()
            guard !counted.noise.isEmpty else { continue }
            #expect(counted.seen(hidesNoise: true, withTops: false) == quiet)
        }
    }

    @Test func `Tops are the largest, and equals stand in a fixed order`() {
        var random = SeededGenerator(seed: 22)
        for _ in 0..<200 {
            let counts = (0..<Int.random(in: 0...60, using: &random)).map { (key: $0, value: Int.random(in: 1...9, using: &random)) }
                .shuffled(using: &random)
            let expected = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.prefix(20)
            let top = Tally.top(counts, 20, <)
            #expect(top.map(\.key) == expected.map(\.key))
            #expect(top.map(\.count) == expected.map(\.value))
        }
    }
}

@Suite struct LiveFilterTests {
    @Test func `The default is attacks and posts of every type`() throws {
        #expect(try LiveFilter() == .standard)
        #expect(try LiveFilter(families: "post,attack") == .standard)
        #expect(try LiveFilter(families: "attack,post,record") != .standard)
        let filter = try LiveFilter(families: "attack,record", types: "scan,dos")
        #expect(filter.accepts(.attack, .scan) && filter.accepts(.attack, .dos) && filter.accepts(.record, nil))
        #expect(!filter.accepts(.attack, .web) && !filter.accepts(.post, nil))
    }

    @Test func `Rows are judged by family and type`() throws {
        var events = RandomEvents(seed: 23)
        let batch = events.batch(300, around: Timestamp(milliseconds: 0), spreadSeconds: 1)
        let filter = try LiveFilter(families: "attack", types: "scan,exploit")
        let lens = try LiveFilter(hidesNoise: true)
        #expect(lens != .standard)
        for row in 0..<batch.count {
            let (family, type) = (batch[row].string(.eventFamily), batch[row].string(.attackType))
            #expect(filter.accepts(batch[row]) == (family == "attack" && (type == "scan" || type == "exploit")))
            #expect(LiveFilter.everything.accepts(batch[row]))
            #expect(LiveFilter.standard.accepts(batch[row]) == (family != "record"))
            #expect(lens.accepts(batch[row]) == (family != "record" && batch[row].string(.noiseKind) == nil))
        }
    }

    @Test(
        arguments: [("attacks", nil, "families", "attacks"), (nil, "scan,<b>", "types", "<b>"), (nil, "web,scan,web", "types", "web")]
            as [(String?, String?, String, String)])
    func `A name that does not exist, or stands twice, is told`(families: String?, types: String?, parameter: String, value: String) {
        let error = #expect(throws: LiveFilterError.self) { try LiveFilter(families: families, types: types) }
        #expect(error?.parameter == parameter && error?.value == value && error?.allowed.isEmpty == false)
    }
}
