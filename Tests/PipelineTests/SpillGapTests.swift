import Journal
import Logging
import Model
import Sources
import TestKit
import Testing

@testable import Pipeline

/// Entries on disk whose predecessors were in memory only when the process was killed.
@Suite(.timeLimit(.minutes(5))) struct SpillGapTests {
    /// Feeds lines, one a batch, from its cursor; the first time from `beginning`, as one whose first lines are still in flight.
    private struct Lines: Source {
        let lines: [String]
        var beginning: UInt64 = 0
        let clock: ManualClock

        func run(into intake: any Intake) async throws {
            let known = try await intake.cursors().first { $0.stream == "stream" }
            let cursor = known ?? StreamCursor(stream: "stream", name: "x.test", format: "test", offset: beginning)
            let lane = try await intake.open(StreamDescription(id: "stream", name: "x.test", cursor: cursor))
            var offset: UInt64 = 0
            var tickets: [Ticket] = []
            for line in lines {
                let bytes = Array(line.utf8) + [10]
                let end = offset + UInt64(bytes.count)
                if offset >= cursor.offset {
                    tickets.append(
                        try await lane.accept(
                            RawBatch(
                                bytes: bytes, records: [0..<bytes.count - 1], startOffset: offset, endOffset: end, arrival: clock.now)))
                }
                offset = end
            }
            for ticket in tickets { _ = try await ticket.committed }
        }
    }

    @Test func `A source with nothing more to hand on reads again what was lost before the queue`() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let folder = TemporaryFolder()
        let clock = ManualClock()
        let lines = (0..<10).map { "s\($0)" }
        var settings = SourceSettings(name: "s", format: "test")
        settings.overload = .spill(bytes: 1 << 20)
        do {
            let test = try TestPipeline(folder: folder, clock: clock, inFlightBytes: 200, spills: true)
            #expect(test.pipeline.gate.tryEnter(200))
            let intake = test.pipeline.intake(for: settings)
            let source = Lines(lines: lines, beginning: 15, clock: clock)
            let task = Task { try await SourceSupervisor(source, intake: intake, logger: logger).run() }
            await GateTests.settle { intake.meter.status.spill?.batches == 5 }
            task.cancel()
            try await task.value
            #expect(test.journal.ledgers["s"] == nil)
            await test.journal.close()
        }
        let test = try TestPipeline(folder: folder, clock: clock, spills: true)
        let supervisor = SourceSupervisor(
            Lines(lines: lines, clock: clock), intake: test.pipeline.intake(for: settings), logger: logger, wait: { _ in })
        try await supervisor.run()
        #expect(try await test.stored().map(\.message) == lines)
        let ledger = try #require(test.journal.ledgers["s"])
        #expect(ledger.isBalanced && ledger.received == 10 && ledger.stored == 10)
        await test.journal.close()
    }
}
