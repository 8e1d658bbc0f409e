import Formats
import Foundation
import Journal
import Logging
import Model
import ServiceLifecycle
import Sources
import Synchronization
import TestKit
import Testing

@testable import Pipeline

/// What waits on disk is decoded as if nothing had happened: by a decoder that has seen all of its stream, and for a source that is gone.
@Suite(.timeLimit(.minutes(5))) struct SpillStateTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let names = ["a", "b", "c"]
    /// What goes straight to the journal, and what waits on disk: the lines of three connections.
    private static let straight = names.flatMap { name in (1...3).map { (name, "s\(name)\($0)") } }
    private static let waiting = (4...20).flatMap { number in names.map { ($0, "s\($0)\(number)") } }
    private static let total = Int64(straight.count + waiting.count)

    private func settings(_ policy: OverloadPolicy = .spill(bytes: 1 << 20)) -> SourceSettings {
        var settings = SourceSettings(name: "s", format: "test", sensor: "lab", zoneMinutes: 60)
        settings.overload = policy
        return settings
    }

    /// Looks until the condition holds; the suite's time limit ends a wait that is in vain.
    private func until(_ condition: () -> Bool) async throws {
        while !condition() {
            try Task.checkCancellation()
            await GateTests.settle(condition)
        }
    }

    /// Feeds connections, which have no id, line by line: the first lines become durable, then the room is taken away.
    private struct Connections: Source {
        let clock: ManualClock
        let takeRoom: @Sendable () -> Void

        func run(into intake: any Intake) async throws {
            var lanes: [String: any Lane] = [:]
            for name in names { lanes[name] = try await intake.open(StreamDescription(id: "", name: name)) }
            for (lines, isLast) in [(straight, false), (waiting, true)] {
                for (name, line) in lines {
                    let bytes = Array(line.utf8)
                    let batch = RawBatch(
                        bytes: bytes, records: [0..<bytes.count], startOffset: 0, endOffset: UInt64(bytes.count), arrival: clock.now)
                    _ = try await lanes[name]?.accept(batch).committed
                }
                if !isLast { takeRoom() }
            }
        }
    }

    /// Has nothing to say until it is cancelled.
    private struct NoSource: Source {
        func run(into intake: any Intake) async throws {
            let (nothing, end) = AsyncStream<Void>.makeStream()
            for await _ in nothing {}
            end.finish()
            throw CancellationError()
        }
    }

    /// Leaves a folder as a killed process does whose connections wait on disk.
    private func leaveWaiting(in folder: TemporaryFolder, _ clock: ManualClock) async throws {
        let test = try TestPipeline(folder: folder, clock: clock, inFlightBytes: 1000, spills: true)
        let gate = test.pipeline.gate
        let intake = test.pipeline.intake(for: settings())
        let source = Connections(clock: clock) { #expect(gate.tryEnter(1000)) }
        let run = Task { [logger] in try await SourceSupervisor(source, intake: intake, logger: logger).run() }
        try await until { intake.meter.status.spill?.batches == Self.waiting.count }
        run.cancel()
        try await run.value
        #expect(test.journal.ledgers["s"]?.stored == Int64(Self.straight.count))
        await test.journal.close()
    }

    private func check(_ test: TestPipeline) async throws {
        let stored = try await test.stored()
        for name in Self.names {
            let own = stored.filter { $0.message.hasPrefix("s\(name)") }
            #expect(own.map(\.message) == (1...20).map { "s\(name)\($0)" })
            #expect(own.map(\.sequence) == (1...20).map { Int64($0) }, "one decoder has seen all of connection \(name)")
        }
        #expect(test.journal.ledgers["s"]?.isBalanced == true && test.journal.ledgers["s"]?.received == Self.total)
    }

    /// The process dies again and again while what waits is stored: each event has the number that its connection's decoder gives it.
    @Test(arguments: 0..<5) func `A connection's decoder goes on where it stood before the kill`(seed: UInt64) async throws {
        let folder = TemporaryFolder()
        let clock = ManualClock()
        var random = SeededGenerator(seed: seed)
        try await leaveWaiting(in: folder, clock)
        var received = Int64(0)
        while received < Self.total {
            let test = try TestPipeline(folder: folder, clock: clock, inFlightBytes: 1000, spills: true)
            let intake = test.pipeline.intake(for: settings())
            let run = Task { [logger] in try await SourceSupervisor(NoSource(), intake: intake, logger: logger).run() }
            let goal = min(Self.total, (test.journal.ledgers["s"]?.received ?? 0) + Int64.random(in: 1...9, using: &random))
            try await until { test.journal.ledgers["s"]?.received ?? 0 >= goal }
            run.cancel()
            try await run.value
            received = test.journal.ledgers["s"]?.received ?? 0
            await test.journal.close()
        }
        let test = try TestPipeline(folder: folder, clock: clock)
        try await check(test)
        await test.journal.close()
    }

    @Test func `What waits of a source that is no longer configured is stored under its name`() async throws {
        let folder = TemporaryFolder()
        let clock = ManualClock()
        try await leaveWaiting(in: folder, clock)
        let test = try TestPipeline(folder: folder, clock: clock, inFlightBytes: 1000, spills: true)
        #expect(try test.pipeline.retiredQueues(besides: ["s"], logger: logger).isEmpty)
        let retired = try test.pipeline.retiredQueues(besides: ["other"], logger: logger)
        #expect(retired.map(\.name) == ["s"])
        for queue in retired { try await queue.run() }
        try await check(test)
        #expect(test.pipeline.settings(of: "s")?.sensor == "lab" && test.pipeline.settings(of: "s")?.zoneMinutes == 60)
        #expect(!FileManager.default.fileExists(atPath: folder.file("spill/s")))
        #expect(try test.pipeline.retiredQueues(besides: [], logger: logger).isEmpty)
        await test.journal.close()
    }

    @Test func `The settings of a queue are read back as they were`() throws {
        let folder = TemporaryFolder()
        var settings = settings()
        settings.keywords = try Keywords(["zero day", "#infosec"])
        settings.clockToleranceSeconds = nil
        try SpillSettings(settings).write(into: folder.path)
        let read = try #require(SpillSettings(folder: folder.path))
        #expect(read == SpillSettings(settings))
        var applied = SourceSettings(name: "s")
        read.apply(to: &applied)
        #expect(applied.keywords == settings.keywords && applied.clockToleranceSeconds == nil && applied.sensor == "lab")
        try Data("{".utf8).write(to: URL(fileURLWithPath: folder.file("source.json")))
        #expect(SpillSettings(folder: folder.path) == nil)
    }

    /// What an earlier version wrote is read; what a later one may write is said, not skipped.
    @Test func `Entries of other versions are never skipped in silence`() throws {
        let folder = TemporaryFolder()
        let clock = ManualClock()
        var batch = RawBatch(bytes: Array("abc".utf8), records: [0..<3], startOffset: 0, endOffset: 3, arrival: clock.now)
        let stream = StreamDescription(id: "", name: "n", format: "test")
        let plain = SpillEntry(stream: stream, key: "k", previousOffset: 0, batch: batch).bytes
        // The first version's entry is the second's without its beginning: version, no state, no labels, no sensor.
        let old = try #require(SpillEntry(Array(plain.dropFirst(4 * 8))))
        #expect(old.bytes == plain)
        batch.labels = [RawBatch.Label(key: "team", value: "red")]
        batch.sensorOtherwise = "lab"
        let full = SpillEntry(stream: stream, key: "k", previousOffset: 0, decoderState: [1, 2, 3], batch: batch)
        let read = try #require(SpillEntry(full.bytes))
        #expect(read.bytes == full.bytes && read.decoderState == [1, 2, 3] && read.batch.labels == batch.labels)
        for length in 0..<full.bytes.count { #expect(SpillEntry(Array(full.bytes[..<length])) == nil) }
        // An entry that is whole, but of another form.
        let queue = folder.file("q")
        let files = try SpillFiles(folder: queue, committed: 0) { _, _ in }
        _ = try files.append(full)
        let path = "\(queue)/" + String(repeating: "0", count: 19) + "1.spill"
        var later = SpillWriter()
        later.number(UInt64.max - 2)
        var head = SpillWriter()
        head.number(2)
        head.number(UInt64(later.bytes.count))
        head.number(fnv1a64(later.bytes))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(head.bytes + later.bytes))
        try handle.close()
        let error = #expect(throws: IntakeError.self) { try SpillFiles(folder: queue, committed: 0) { _, _ in } }
        #expect(error?.detail.contains("written by another version") == true)
        // Once it is committed it does not matter.
        _ = try SpillFiles(folder: queue, committed: 2) { _, _ in Issue.record("nothing waits") }
    }
}
