import CSQLite
import Foundation
import Model
import TestKit
import Testing

@testable import Journal

@Suite("Dead letters") struct DeadLetterTests {
    let folder = TemporaryFolder()
    let clock = ManualClock()

    func open() throws -> EventJournal { try EventJournal(folder: folder.path, clock: clock.wallClock) }

    func letter(_ number: Int, source: String = "s", reason: String = "bad_time", format: String = "f") -> DeadLetter {
        DeadLetter(
            source: source, stream: "stream", offset: UInt64(number), reason: reason, detail: "no time", bytes: Array("raw \(number)".utf8),
            length: UInt64("raw \(number)".utf8.count), arrival: clock.now, format: format, sensor: "lab")
    }

    func bury(_ letters: [DeadLetter], in journal: EventJournal) async throws {
        for letter in letters {
            var ledger = Ledger()
            (ledger.received, ledger.deadLettered) = (1, 1)
            _ = try await journal.append(JournalAppend(source: letter.source, events: EventBatch(), deadLetters: [letter], ledger: ledger))
        }
    }

    /// The append that makes one event of a letter.
    func retry(_ id: DeadLetterID, number: Int) -> JournalAppend {
        var ledger = Ledger()
        (ledger.stored, ledger.deadLettered) = (1, -1)
        var append = JournalAppend(source: "s", events: SampleEvents.batch(number..<number + 1), ledger: ledger)
        append.retries = id
        return append
    }

    func letters(_ journal: EventJournal, _ filter: DeadLetterFilter = DeadLetterFilter()) async throws -> [StoredDeadLetter] {
        try await journal.reading { reader throws(JournalError) in try reader.deadLetters(filter, limit: 1000) }
    }

    func counts(_ journal: EventJournal) async throws -> [String: Int] {
        try await journal.reading { reader throws(JournalError) in try reader.deadLetterCounts() }
    }

    @Test func `Names are those of files and rows, and nothing else is one`() throws {
        let id = try #require(DeadLetterID("2026-11-21.0003-17"))
        #expect(id.description == "2026-11-21.0003-17" && id.row == 17)
        for text in [
            "", "1", "2026-11-21.0003", "2026-11-21.0003-0", "2026-11-21.0003--1", "2026-11-21.3-17", "2026-13-21.0003-1", "../x-1",
            "2026-11-21.0003-017",
        ] {
            #expect(DeadLetterID(text) == nil, "\(text)")
        }
    }

    @Test func `Pages and filters go through all files, in both directions`() async throws {
        let journal = try open()
        for day in 0..<3 {
            try await bury(
                (0..<5).map { letter(day * 5 + $0, source: $0 == 4 ? "t" : "s", reason: $0 == 3 ? "bad_value" : "bad_time") }, in: journal)
            clock.advance(seconds: 86_400)
        }
        let all = try await letters(journal)
        #expect(all.map(\.letter.offset) == (0..<15).reversed().map(UInt64.init))
        #expect(all.first?.letter.format == "f" && all.first?.letter.sensor == "lab")
        var (seen, edge): ([UInt64], DeadLetterID?) = ([], nil)
        repeat {
            let from = edge
            let page = try await journal.reading { reader throws(JournalError) in try reader.deadLetters(before: from, limit: 4) }
            seen += page.map(\.letter.offset)
            edge = page.last?.id
        } while edge != nil
        #expect(seen == all.map(\.letter.offset))
        let middle = all[7].id
        let rest = try await journal.reading { reader throws(JournalError) in
            try reader.deadLetters(DeadLetterFilter(), after: middle, limit: 100)
        }
        #expect(rest.map(\.letter.offset) == (8..<15).map(UInt64.init))
        #expect(try await letters(journal, DeadLetterFilter(source: "t")).count == 3)
        #expect(try await letters(journal, DeadLetterFilter(reason: "bad_value")).count == 3)
        #expect(try await letters(journal, DeadLetterFilter(format: "other")).isEmpty)
        #expect(try await counts(journal) == ["s": 12, "t": 3])
        await journal.close()
    }

    @Test func `A letter becomes an event once, whichever file it lies in, and the books move with it`() async throws {
        let journal = try open()
        try await bury([letter(1), letter(2)], in: journal)
        clock.advance(seconds: 86_400)
        try await bury([letter(3), letter(4)], in: journal)
        let all = try await letters(journal)
        for stored in all.prefix(3) {
            let receipt = try await journal.append(retry(stored.id, number: Int(stored.letter.offset)))
            #expect(receipt.count == 1 && !receipt.wasRepeated)
            let again = try await journal.append(retry(stored.id, number: 99))
            #expect(again.wasRepeated && again.count == 0)
        }
        #expect(try await letters(journal).map(\.letter.offset) == [1])
        #expect(try await counts(journal) == ["s": 1])
        let ledger = try #require(journal.ledgers["s"])
        #expect(ledger.isBalanced && ledger.received == 4 && ledger.stored == 3 && ledger.deadLettered == 1)
        let gone = try #require(DeadLetterID("2020-01-01.0000-1"))
        #expect(try await journal.append(retry(gone, number: 99)).wasRepeated)
        await journal.close()
        let reopened = try open()
        #expect(try await letters(reopened).map(\.letter.offset) == [1] && reopened.ledgers["s"] == ledger && reopened.storedCount == 3)
        await reopened.close()
    }

    @Test func `A letter that is marked and was not removed is hidden, refused, and removed at the next start`() async throws {
        let journal = try open()
        try await bury([letter(1), letter(2)], in: journal)
        clock.advance(seconds: 86_400)
        try await bury([letter(3)], in: journal)
        let old = try #require(try await letters(journal).last)
        await journal.close()
        // What a kill between the commit of the events and the removal of the letter leaves behind.
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sqlite") }.sorted()
        let last = try #require(names.last)
        let name = try #require(JournalFileName(last))
        let newest = try JournalFile(writing: folder.file(last), name: name, create: false)
        try newest.transaction { () throws(JournalError) in try newest.markRetried(old.id) }
        let reader = try JournalReader(folder: folder.path)
        #expect(try reader.deadLetters(limit: 10).map(\.letter.offset) == [3, 2])
        #expect(try reader.deadLetter(old.id) == nil && reader.deadLetterCounts() == ["s": 2])
        // The mark outlives the window of origin keys and the day.
        try newest.forgetOrigins(before: Timestamp(microseconds: .max - 1))
        #expect(try newest.retriedLetters() == [old.id])
        clock.advance(seconds: 10 * 86_400)
        let reopened = try open()
        #expect(try newest.retriedLetters().isEmpty, "the mark is gone")
        #expect(try await letters(reopened).map(\.letter.offset) == [3, 2])
        #expect(try await reopened.append(retry(old.id, number: 1)).wasRepeated)
        await reopened.close()
    }
}
