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

/// What every policy keeps under overload: the books, the order of each stream, and every record that is not given up.
@Suite(.timeLimit(.minutes(5))) struct OverloadTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A source that feeds given lines, one a batch, from where its cursor stands.
    final class LineSource: Source {
        let lines: [String]
        let id: String
        let clock: ManualClock
        let fed = Mutex(0)
        let isHeld = Mutex(false)

        init(_ lines: [String], id: String = "stream", clock: ManualClock) {
            self.lines = lines
            self.id = id
            self.clock = clock
        }

        func run(into intake: any Intake) async throws {
            let cursor = try await intake.cursors().first { $0.stream == id }
            let lane = try await intake.open(StreamDescription(id: id, name: "x.test", cursor: cursor))
            var offset: UInt64 = 0
            var tickets: [Ticket] = []
            for line in lines {
                let end = offset + UInt64(line.utf8.count) + 1
                if offset >= cursor?.offset ?? 0 {
                    let bytes = Array(line.utf8) + [10]
                    tickets.append(
                        try await lane.accept(
                            RawBatch(
                                bytes: bytes, records: [0..<bytes.count - 1], startOffset: offset, endOffset: end, arrival: clock.now)))
                    fed.withLock { $0 += 1 }
                }
                offset = end
            }
            for ticket in tickets { _ = try await ticket.committed }
        }
    }

    private func settings(_ policy: OverloadPolicy) -> SourceSettings {
        var settings = SourceSettings(name: "s", format: "test")
        settings.overload = policy
        return settings
    }

    private func lines(_ count: Int) -> [String] { (0..<count).map { ($0 % 7 == 3 ? "x" : $0 % 5 == 2 ? "f" : "s") + "\($0)" } }

    @Test func `A source that sheds goes on, and counts exactly what it gave up`() async throws {
        let test = try TestPipeline(inFlightBytes: 1000)
        #expect(test.pipeline.gate.tryEnter(1000))
        let source = LineSource(lines(70), clock: test.clock)
        try await SourceSupervisor(source, intake: test.pipeline.intake(for: settings(.shed)), logger: logger).run()
        var ledger = try #require(test.journal.ledgers["s"])
        #expect(ledger.isBalanced && ledger.received == 70 && ledger.stored == 0 && ledger.deadLettered == 0)
        #expect(ledger.filtered == Int64(source.lines.count { $0.hasPrefix("f") }) && ledger.shed == 70 - ledger.filtered)
        #expect(test.pipeline.sources.first?.state == .finished)
        test.pipeline.gate.leave(1000)
        // What was given up is not read again; what comes when there is room is stored, by a decoder that has seen every record.
        let more = LineSource(source.lines + ["s70"], clock: test.clock)
        try await SourceSupervisor(more, intake: test.pipeline.intake(for: settings(.shed)), logger: logger).run()
        ledger = try #require(test.journal.ledgers["s"])
        #expect(ledger.isBalanced && ledger.received == 71 && ledger.stored == 1)
        let stored = try await test.stored()
        #expect(stored.map(\.message) == ["s70"] && stored.map(\.sequence) == [71])
        await test.journal.close()
    }

    @Test func `A source that spills goes on while there is no room, and all of it reaches the journal in order`() async throws {
        let test = try TestPipeline(inFlightBytes: 1000, spills: true)
        #expect(test.pipeline.gate.tryEnter(1000))
        let source = LineSource(lines(70), clock: test.clock)
        let intake = test.pipeline.intake(for: settings(.spill(bytes: 1 << 20)))
        let task = Task { [logger] in try await SourceSupervisor(source, intake: intake, logger: logger).run() }
        await GateTests.settle { source.fed.withLock { $0 } == 70 }
        #expect(test.journal.ledgers["s"] == nil)
        await GateTests.settle { intake.meter.status.spill?.batches == 70 }
        test.pipeline.gate.leave(1000)
        try await task.value
        try await check(test, source.lines)
        #expect(intake.meter.status.spill?.batches == 0 && intake.meter.status.spill?.bytes == 0)
        await test.journal.close()
    }

    @Test func `What waits on disk survives the process, and neither it nor its source's records are stored twice`() async throws {
        let folder = TemporaryFolder()
        let clock = ManualClock()
        var random = SeededGenerator(seed: 7)
        let all = lines(400)
        for round in 1...20 {
            let test = try TestPipeline(folder: folder, clock: clock, inFlightBytes: 200, spills: true)
            let fed = min(all.count, round * 25)
            let held = Int.random(in: 0...2, using: &random)
            if held > 0 { #expect(test.pipeline.gate.tryEnter(200)) }
            let source = LineSource(Array(all[..<fed]), clock: clock)
            let intake = test.pipeline.intake(for: settings(.spill(bytes: 1 << 20)))
            let task = Task { [logger] in try await SourceSupervisor(source, intake: intake, logger: logger).run() }
            let committed = test.journal.ledgers["s"]?.received ?? 0
            if held == 0 {
                await GateTests.settle { test.journal.ledgers["s"]?.received ?? 0 > committed || fed == Int(committed) }
            } else {
                await GateTests.settle { intake.meter.status.spill?.batches ?? 0 > 0 || fed == Int(committed) }
            }
            if held == 2 { test.pipeline.gate.leave(200) }
            task.cancel()
            try await task.value
            #expect(test.journal.ledgers["s"]?.isBalanced ?? true)
            await test.journal.close()
        }
        let test = try TestPipeline(folder: folder, clock: clock, spills: true)
        let source = LineSource(all, clock: clock)
        try await SourceSupervisor(source, intake: test.pipeline.intake(for: settings(.block)), logger: logger).run()
        try await check(test, all)
        await test.journal.close()
    }

    @Test func `A full queue on disk holds the source up`() async throws {
        let test = try TestPipeline(inFlightBytes: 1000, spills: true)
        #expect(test.pipeline.gate.tryEnter(1000))
        let source = LineSource(lines(500), clock: test.clock)
        let intake = test.pipeline.intake(for: settings(.spill(bytes: 4096)))
        let task = Task { [logger] in try await SourceSupervisor(source, intake: intake, logger: logger).run() }
        await GateTests.settle { intake.meter.status.spill?.bytes ?? 0 >= 3900 }
        #expect(source.fed.withLock { $0 } < 500 && intake.meter.status.spill?.bytes ?? .max <= 4400)
        test.pipeline.gate.leave(1000)
        try await task.value
        try await check(test, source.lines)
        await test.journal.close()
    }

    /// Every line is booked once, and stored once in order, by one decoder.
    private func check(_ test: TestPipeline, _ lines: [String]) async throws {
        let ledger = try #require(test.journal.ledgers["s"])
        #expect(ledger.isBalanced && ledger.received == Int64(lines.count) && ledger.duplicate == 0 && ledger.shed == 0)
        let stored = try await test.stored()
        let expected = lines.enumerated().filter { $0.element.hasPrefix("s") }
        #expect(stored.map(\.message) == expected.map(\.element))
        #expect(stored.map(\.sequence) == expected.map { Int64($0.offset + 1) })
    }

    @Test func `An entry is read back as it was written, and damage is told from a cut`() throws {
        let folder = TemporaryFolder()
        let clock = ManualClock()
        var batch = RawBatch(
            bytes: Array("abc\ndef".utf8), records: [0..<3, 4..<7], startOffset: 10, endOffset: 17, identity: [1, 2], framerState: [3],
            oversized: [1: 99], arrival: clock.now, duplicates: 2, fileTime: clock.now, sensor: "lab", originKey: "k")
        batch.shed = 4
        batch.refused = [0: DecodeError(.badValue, "no")]
        let stream = StreamDescription(id: "i", name: "n", format: "test")
        let entry = SpillEntry(stream: stream, key: "k", previousOffset: 5, batch: batch)
        var files = try SpillFiles(folder: folder.file("q"), committed: 0) { _, _ in Issue.record("found something") }
        for _ in 0..<3 { _ = try files.append(entry) }
        let bytes = files.bytes
        #expect(try files.read(files.places[1]).bytes == entry.bytes)
        let name = try #require(try SpillFiles.list(folder.file("q")).first)
        let path = folder.file("q") + "/" + String(repeating: "0", count: 19) + "\(name).spill"
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.truncate(atOffset: UInt64(bytes - 1))
        try handle.close()
        var found: [UInt64] = []
        files = try SpillFiles(folder: folder.file("q"), committed: 1) { place, read in
            found.append(place.number)
            #expect(read.bytes == entry.bytes)
        }
        #expect(found == [2], "the first is committed, the last was cut")
        #expect(try files.append(entry).number == 3)
        try files.remove([2, 3])
        #expect(files.bytes == 0)
        #expect(try SpillFiles.list(folder.file("q")).isEmpty)
        for length in 0..<entry.bytes.count { #expect(SpillEntry(Array(entry.bytes[..<length])) == nil) }
    }
}
