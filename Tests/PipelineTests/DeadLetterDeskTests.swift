import Journal
import Model
import Sources
import TestKit
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(5))) struct DeadLetterDeskTests {
    /// Buries lines under a source, as a lane whose format does not understand them does.
    func bury(_ lines: [String], _ test: TestPipeline, length: UInt64? = nil) async throws {
        for (offset, line) in lines.enumerated() {
            var ledger = Ledger()
            (ledger.received, ledger.deadLettered) = (1, 1)
            let letter = DeadLetter(
                source: "s", stream: "x.test", offset: UInt64(offset), reason: "bad_value", detail: "", bytes: Array(line.utf8),
                length: length ?? UInt64(line.utf8.count), arrival: test.clock.now, format: "test", sensor: "lab")
            _ = try await test.journal.append(JournalAppend(source: "s", events: EventBatch(), deadLetters: [letter], ledger: ledger))
        }
    }

    @Test func `Letters that are understood now become what they are, with their arrival, and the books stay balanced`() async throws {
        let test = try TestPipeline()
        let arrival = test.clock.now
        try await bury(["s1", "d2", "f3", "n4", "x5"], test)
        test.clock.advance(seconds: 86_400)
        try await bury(["s6"], test)
        let desk = DeadLetterDesk(test.pipeline)
        let done = try await desk.retry(DeadLetterFilter(source: "s"), limit: 100)
        #expect(done.letters == 6 && done.retried == 3 && done.stored == 4 && done.filtered == 2 && done.deadLettered == ["bad_value": 1])
        #expect(done.next == nil && done.gone == 0)
        let ledger = try #require(test.journal.ledgers["s"])
        #expect(ledger.isBalanced && ledger.stored == 4 && ledger.filtered == 1 && ledger.deadLettered == 1 && ledger.received == 6)
        #expect(Set(try await test.stored().map(\.message)) == ["s1", "d2", "d2'", "s6"])
        var times: [String: Timestamp] = [:]
        var cursor = EventID.zero
        while let block = try await test.journal.next(after: cursor) {
            cursor = block.lastID
            for row in 0..<block.events.count { times[block.events[row].string(.message) ?? ""] = block.events[row].date(.timestamp) }
        }
        #expect(times["s1"] == arrival)
        let again = try await desk.retry(DeadLetterFilter(), limit: 100)
        #expect(again.letters == 1 && again.retried == 0)
        await test.journal.close()
    }

    @Test func `Pages go on where the last ended; what was cut or is gone is told`() async throws {
        let test = try TestPipeline()
        try await bury((0..<7).map { "s\($0)" }, test)
        let desk = DeadLetterDesk(test.pipeline)
        let first = try await desk.retry(DeadLetterFilter(), limit: 4)
        #expect(first.retried == 4 && first.next != nil)
        let second = try await desk.retry(DeadLetterFilter(), after: first.next, limit: 4)
        #expect(second.retried == 3 && second.next == nil)
        try await bury(["s9"], test, length: 100_000)
        let cut = try #require(try await test.journal.reading { reader throws(JournalError) in try reader.deadLetters(limit: 1) }.first)
        #expect(try await desk.retry(cut.id) == .cut(kept: 2, length: 100_000))
        #expect(try await desk.retry(try #require(first.next)) == .gone)
        #expect(try await desk.retry(cut.id, as: "none") == .cut(kept: 2, length: 100_000))
        await test.journal.close()
    }
}
