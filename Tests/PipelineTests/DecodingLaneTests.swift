import Journal
import Model
import Sources
import TestKit
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(5))) struct DecodingLaneTests {
    @Test func `The books balance and the cursor tells how far, over random batches and restarts`() async throws {
        var random = SeededGenerator(seed: 11)
        let folder = TemporaryFolder()
        let clock = ManualClock()
        var lines: [String] = []
        for number in 0..<3000 { lines.append("\(["s", "s", "s", "d", "f", "n", "x", ""].randomElement(using: &random) ?? "")\(number)") }
        var next = 0
        var duplicates: Int64 = 0
        while next < lines.count {
            let test = try TestPipeline(folder: folder, clock: clock, inFlightBytes: 500)
            let cursor = await test.journal.cursors(of: "test").first
            var offset = cursor?.offset ?? 0
            #expect(offset == lines[..<next].reduce(0) { $0 + UInt64($1.utf8.count) + 1 }, "the cursor stands behind the last batch")
            let lane = try await test.lane(cursor: cursor)
            var tickets: [(Ticket, ArraySlice<String>)] = []
            for _ in 0..<20 where next < lines.count {
                let slice = lines[next..<min(lines.count, next + Int.random(in: 0...60, using: &random))]
                var batch = test.batch(Array(slice), at: offset)
                if Int.random(in: 0..<4, using: &random) == 0, !slice.isEmpty {
                    batch.duplicates = Int.random(in: 1...9, using: &random)
                    duplicates += Int64(batch.duplicates)
                }
                tickets.append((try await lane.accept(batch), slice))
                offset = batch.endOffset
                next = slice.endIndex
            }
            for (ticket, slice) in tickets {
                let verdict = try await ticket.committed
                #expect(verdict.records.count == slice.count)
                for (line, record) in zip(slice, verdict.records) { #expect(Self.fits(record, line), "\(line): \(record)") }
            }
            let ledger = test.journal.ledgers["test"] ?? Ledger()
            let done = lines[..<next]
            let count = { (letter: Character) in Int64(done.count { $0.first == letter }) }
            #expect(ledger.isBalanced)
            #expect(ledger.stored == count("s") + 2 * count("d"))
            #expect(ledger.filtered == count("f"))
            #expect(ledger.deadLettered == Int64(done.count) - count("s") - count("d") - count("f") - count("n"))
            #expect(ledger.duplicate == duplicates)
            #expect(await test.journal.cursors(of: "test").first?.records == UInt64(ledger.received - duplicates))
            #expect(test.pipeline.inFlight.bytes == 0 && test.pipeline.inFlight.peak <= 600)
            await test.journal.close()
        }
        let test = try TestPipeline(folder: folder, clock: clock)
        let stored = try await test.stored()
        #expect(stored.map(\.message) == lines.flatMap { $0.first == "s" ? [$0] : $0.first == "d" ? [$0, $0 + "'"] : [] })
        // The decoder's state went on from where it was: it has seen each record once.
        for (message, sequence) in stored { if let sequence { #expect(lines[Int(sequence) - 1] == message) } }
        let letters = try await test.journal.reading { reader throws(JournalError) in try reader.deadLetters(limit: 10_000).map(\.letter) }
        for letter in letters { #expect(lines.contains(String(decoding: letter.bytes, as: UTF8.self))) }
        await test.journal.close()
    }

    static func fits(_ verdict: BatchVerdict.Verdict, _ line: String) -> Bool {
        switch line.first {
        case "s": verdict == .stored(1)
        case "d": verdict == .stored(2)
        case "f": verdict == .filtered
        case "n": verdict == .notARecord
        default: if case .deadLettered = verdict { true } else { false }
        }
    }

    @Test func `A repeated key stores nothing, and with other content it is refused`() async throws {
        let test = try TestPipeline()
        let lane = try await test.lane("")
        let first = try await lane.accept(test.batch(["s1", "f2"], key: "k")).committed
        #expect(first.firstID != nil && first.records == [.stored(1), .filtered])
        let again = try await test.lane("").accept(test.batch(["s1", "f2"], key: "k")).committed
        #expect(again.records == [.duplicate, .duplicate] && again.firstID == nil)
        await #expect(throws: IntakeError.self) { try await test.lane("").accept(test.batch(["s3"], key: "k")).committed }
        let ledger = try #require(test.journal.ledgers["test"])
        #expect(ledger.isBalanced && ledger.stored == 1 && ledger.duplicate == 2)
        #expect(try await test.stored().count == 1)
        await test.journal.close()
    }

    @Test func `After a refused commit the lane is broken, and reopening from the committed cursor loses nothing`() async throws {
        let test = try TestPipeline()
        let lane = try await test.lane()
        let first = test.batch(["s1"])
        _ = try await lane.accept(first).committed
        // Another lane moves the stream on, so that the commit of the first does not follow.
        let rival = try await test.lane(cursor: await test.journal.cursors(of: "test").first)
        let second = test.batch(["s2"], at: first.endOffset)
        _ = try await rival.accept(second).committed
        let third = test.batch(["s3"], at: second.endOffset)
        let refused = try await lane.accept(third)
        await #expect(throws: IntakeError.self) { try await refused.committed }
        await #expect(throws: IntakeError.self) { try await lane.accept(third) }
        #expect(test.pipeline.inFlight.bytes == 0, "a refused batch gives its room back")
        let cursor = try #require(await test.journal.cursors(of: "test").first)
        #expect(cursor.offset == second.endOffset)
        _ = try await test.lane(cursor: cursor).accept(third).committed
        #expect(try await test.stored().map(\.message) == ["s1", "s2", "s3"])
        #expect(test.journal.ledgers["test"]?.isBalanced == true)
        await test.journal.close()
    }

    @Test func `A batch that comes after the journal is closed is refused`() async throws {
        let test = try TestPipeline()
        let lane = try await test.lane()
        await test.journal.close()
        let ticket = try await lane.accept(test.batch(["s1"]))
        let error = await #expect(throws: IntakeError.self) { try await ticket.committed }
        #expect(error?.code == .closed)
        #expect(test.pipeline.inFlight.bytes == 0)
    }

    @Test func `A full pipeline is told at once by tryAccept`() async throws {
        let test = try TestPipeline(inFlightBytes: 1000)
        let lane = try await test.lane("")
        #expect(test.pipeline.gate.tryEnter(1000))
        #expect(try await lane.tryAccept(test.batch(["s1"])) == nil)
        test.pipeline.gate.leave(1000)
        #expect(try await lane.tryAccept(test.batch(["s1"])) != nil)
        await test.journal.close()
    }

    @Test func `An oversized record becomes a dead letter that states its length`() async throws {
        let test = try TestPipeline()
        var batch = test.batch(["s1", "s2"])
        batch.oversized = [1: 5_000_000]
        let verdict = try await test.lane().accept(batch).committed
        #expect(verdict.records.first == .stored(1))
        let letters = try await test.journal.reading { reader throws(JournalError) in try reader.deadLetters(limit: 10).map(\.letter) }
        #expect(letters.map(\.length) == [5_000_000] && letters.first?.reason == "too_long" && letters.first?.offset == 3)
        await test.journal.close()
    }

    @Test func `A stream finds its format by name, by detection, or not at all`() async throws {
        let test = try TestPipeline()
        let intake = test.pipeline.intake(for: SourceSettings(name: "other"))
        #expect(try await intake.open(StreamDescription(id: "a", name: "a.test")).format == "test")
        #expect(try await intake.open(StreamDescription(id: "a", name: "a", format: "test")).format == "test")
        for stream in [
            StreamDescription(id: "a", name: "a.log"), StreamDescription(id: "a", name: "a.test", format: "tset"),
            StreamDescription(id: "a", name: "a", cursor: StreamCursor(stream: "a", name: "a", format: "test", decoderState: [1])),
        ] {
            await #expect(throws: IntakeError.self) { try await intake.open(stream) }
        }
        await test.journal.close()
    }
}
