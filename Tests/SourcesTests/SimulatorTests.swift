import Foundation
import Model
import Simulator
import Sources
import Synchronization
import Testing
import Wire

@Suite struct SimulatorTests {
    static let start = Timestamp(microseconds: 1_767_225_600_000_000)

    @Test func sameSeedSameRecordsHoweverAsked() throws {
        var whole = SimulatedWorld(seed: 3, start: Self.start)
        var parts = SimulatedWorld(seed: 3, start: Self.start)
        let end = Self.start.adding(seconds: 600)
        let expected = whole.next(until: end).map(\.bytes)
        var found: [[UInt8]] = []
        for second in 1...600 { found += parts.next(until: Self.start.adding(seconds: Double(second))).map(\.bytes) }
        #expect(found == expected)
        #expect(parts.oracle == whole.oracle)
        var other = SimulatedWorld(seed: 4, start: Self.start)
        #expect(other.next(until: end).map(\.bytes) != expected)
    }

    @Test func recordsAreJSONAndTheOracleCountsThem() throws {
        var world = SimulatedWorld(seed: 9, start: Self.start)
        let records = world.next(until: Self.start.adding(seconds: 900))
        var bySource: [String: Int] = [:]
        var bySensor: [String: Int] = [:]
        for record in records {
            let object = try #require(JSONSerialization.jsonObject(with: Data(record.bytes)) as? [String: Any])
            let sensor = try #require((object["host"] ?? object["sensor"]) as? String)
            #expect(sensor.hasPrefix("sim-"))
            #expect(String(decoding: record.bytes, as: UTF8.self).contains("simulated"))
            bySource[try #require(object["src_ip"] as? String), default: 0] += 1
            bySensor[sensor, default: 0] += 1
        }
        #expect(world.oracle.records == records.count)
        #expect(world.oracle.bySource == bySource)
        #expect(world.oracle.bySensor == bySensor)
        #expect(world.oracle.byType.values.reduce(0, +) == records.count)
        #expect(records.count > 900 * 12 && records.count < 900 * 40)
        #expect(zip(records, records.dropFirst()).allSatisfy { $0.time <= $1.time })
        let top = bySource.values.sorted(by: >)
        #expect(top[0] > 10 * top[top.count / 2])
    }

    @Test func benchmarkLinesAreJSONOfAboutAThousandBytes() throws {
        var generator = EVEGenerator(seed: 1)
        var bytes: [UInt8] = []
        generator.append(lines: 500, to: &bytes)
        let lines = bytes.split(separator: 0x0A)
        #expect(lines.count == 500)
        for line in lines { #expect(try JSONSerialization.jsonObject(with: Data(line)) is [String: Any]) }
        #expect((900...1100).contains(bytes.count / 500))
    }

    @Test func sourceFeedsWhatIsDue() async throws {
        let store = RecordingStore()
        let clock = Mutex(Self.start)
        let looks = Mutex(0)
        let source = SimulatorSource(
            rate: 100, seed: 5,
            ticker: {
                clock.withLock { $0 = $0.adding(seconds: 0.5) }
                let look = looks.withLock { looks in
                    looks += 1
                    return looks
                }
                if look > 20 { throw CancellationError() }
            }, now: { clock.withLock { $0 } })
        await #expect(throws: CancellationError.self) { try await source.run(into: RecordingIntake(store: store)) }
        var world = SimulatedWorld(seed: 5, start: Self.start, rate: 100)
        let expected = world.next(until: Self.start.adding(seconds: 10)).map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(store.texts.sorted() == expected.sorted())
        #expect(expected.count > 500)
    }

    @Test func replayKeepsPaceAndOrder() async throws {
        let folder = try ScratchFolder()
        let path = try folder.write("r.json", [0, 0, 2, 10, 9, 20].map { "{\"t\":\($0)}\n" }.joined())
        let store = RecordingStore()
        let clock = Mutex(Self.start)
        let waits = Mutex<[Double]>([])
        let source = ReplaySource(
            path: path, speed: 10,
            timeOf: { bytes in
                Int64(String(decoding: bytes, as: UTF8.self).filter(\.isNumber)).map { Timestamp(microseconds: $0 * 1_000_000) }
            },
            now: { clock.withLock { $0 } },
            wait: { seconds in
                waits.withLock { $0.append(seconds) }
                clock.withLock { $0 = $0.adding(seconds: seconds) }
            })
        try await source.run(into: RecordingIntake(store: store))
        #expect(store.texts == [0, 0, 2, 10, 9, 20].map { "{\"t\":\($0)}" })
        #expect(waits.withLock { $0.map { ($0 * 100).rounded() / 100 } } == [0.2, 0.8, 1.0])
    }

    @Test func standardInputIsReadToItsEnd() async throws {
        let store = RecordingStore()
        let pipe = Pipe()
        pipe.fileHandleForWriting.write(Data("{\"a\":1}\n{\"b\":2}".utf8))
        pipe.fileHandleForWriting.closeFile()
        try await StandardInputSource(descriptor: pipe.fileHandleForReading.fileDescriptor).run(into: RecordingIntake(store: store))
        #expect(store.texts == ["{\"a\":1}", "{\"b\":2}"])
    }
}
