import CSQLite
import Foundation
import Journal
import Model
import TestKit
import Testing

@Suite("Journal")
struct JournalTests {
    let folder = TemporaryFolder()
    let clock = ManualClock()

    func open(_ change: (inout JournalOptions) -> Void = { _ in }) throws -> EventJournal {
        var options = JournalOptions()
        change(&options)
        return try EventJournal(folder: folder.path, options: options, clock: clock.wallClock)
    }

    func append(
        _ numbers: Range<Int>, stream: String = "s", previous: UInt64 = 0, offset: UInt64? = nil, key: String? = nil, hash: UInt64 = 1
    ) -> JournalAppend {
        var ledger = Ledger()
        ledger.received = Int64(numbers.count)
        ledger.stored = Int64(numbers.count)
        let cursor = offset.map { StreamCursor(stream: stream, name: stream, format: "f", offset: $0) }
        return JournalAppend(
            source: "test", events: SampleEvents.batch(numbers), ledger: ledger, cursor: cursor, previousOffset: previous,
            origin: key.map { JournalAppend.Origin(key: $0, contentHash: hash) })
    }

    func numbers(_ journal: EventJournal, after cursor: EventID = .zero) async throws -> [Int] {
        var found: [Int] = []
        var cursor = cursor
        while let block = try await journal.next(after: cursor) {
            for row in block.firstIndex(after: cursor)..<block.events.count {
                found.append(SampleEvents.number(of: block.events[row]) ?? -1)
            }
            cursor = block.lastID
        }
        return found
    }

    @Test("What was appended is read back in order, from memory and from the file")
    func roundTrip() async throws {
        let journal = try open { $0.tailBytes = 2000 }
        for start in stride(from: 0, to: 300, by: 30) { _ = try await journal.append(append(start..<start + 30)) }
        #expect(try await numbers(journal) == Array(0..<300))
        #expect(journal.storedCount == 300)
        await journal.close()
        let again = try open()
        #expect(try await numbers(again) == Array(0..<300))
        #expect(again.ledgers["test"]?.stored == 300)
        #expect(again.storedCount == 300)
        let found = try await again.reading { reader throws(JournalError) -> (block: Block, index: Int)? in
            guard let block = try reader.next(after: .zero) else { return nil }
            return try reader.event(block.firstID)
        }
        #expect(found.map { String(decoding: $0.block.events.raw($0.index), as: UTF8.self) } == "raw 0")
    }

    @Test("Ids rise when the clock steps back, also over a restart")
    func clockStepsBack() async throws {
        let journal = try open()
        let first = try await journal.append(append(0..<10))
        clock.advance(seconds: -7200)
        let second = try await journal.append(append(10..<20))
        #expect(second.firstID > first.lastID ?? .zero)
        await journal.close()
        clock.advance(seconds: -7200)
        let again = try open()
        let third = try await again.append(append(20..<30))
        #expect(third.firstID > second.lastID ?? .zero)
        #expect(try await numbers(again) == Array(0..<30))
    }

    @Test("A cursor that does not follow the committed one is refused and changes nothing")
    func cursorContinuity() async throws {
        let journal = try open()
        _ = try await journal.append(append(0..<5, previous: 0, offset: 50))
        await #expect(throws: JournalError.self) { _ = try await journal.append(append(5..<9, previous: 40, offset: 90)) }
        _ = try await journal.append(append(5..<9, previous: 50, offset: 90))
        #expect(try await numbers(journal) == Array(0..<9))
        #expect(await journal.cursors(of: "test").map(\.offset) == [90])
        await journal.close()
        #expect(try await open().cursors(of: "test").map(\.offset) == [90])
    }

    @Test("A repeated origin key stores nothing and counts as duplicate; with other content it is refused")
    func originKey() async throws {
        let journal = try open()
        let first = try await journal.append(append(0..<4, key: "k"))
        let second = try await journal.append(append(0..<4, key: "k"))
        #expect(second.wasRepeated)
        #expect(second.firstID == first.firstID)
        await #expect(throws: JournalError.self) { _ = try await journal.append(append(0..<4, key: "k", hash: 2)) }
        let ledger = try #require(journal.ledgers["test"])
        #expect((ledger.received, ledger.stored, ledger.duplicate) == (8, 4, 4))
        #expect(ledger.isBalanced)
        clock.advance(seconds: 90_000)
        _ = try await journal.applyRetention()
        #expect(try await journal.append(append(0..<4, key: "k")).wasRepeated == false)
    }

    @Test("A new day and a full file start a new file that carries the state on")
    func rollOver() async throws {
        let journal = try open { $0.fileBytes = 100_000 }
        _ = try await journal.append(append(0..<10, previous: 0, offset: 10, key: "k"))
        clock.advance(seconds: 86_400)
        _ = try await journal.append(append(10..<20, previous: 10, offset: 20))
        #expect(try await journal.append(append(0..<10, key: "k")).wasRepeated)
        for n in 0..<20 { _ = try await journal.append(append(20 + n * 200..<20 + (n + 1) * 200)) }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sqlite") }
        #expect(files.count >= 3)
        await journal.close()
        let again = try open()
        #expect(try await numbers(again) == Array(0..<4020))
        #expect(await again.cursors(of: "test").map(\.offset) == [20])
        #expect(again.ledgers["test"]?.isBalanced == true)
    }

    @Test("Retention unlinks whole files by age of commit and by size, never the newest")
    func retention() async throws {
        let journal = try open { $0.maximumAgeDays = 2 }
        var ends: [EventID] = []
        for day in 0..<5 {
            ends.append(try #require(try await journal.append(append(day * 10..<day * 10 + 10)).lastID))
            if day < 4 { clock.advance(seconds: 86_400) }
        }
        #expect(journal.removedUpTo == .zero)
        #expect(try await journal.applyRetention().count == 2)
        #expect(journal.removedUpTo == ends[1], "the last event that is gone, not the one before the first that is kept")
        #expect(try await numbers(journal) == Array(20..<50))
        #expect(journal.storedCount == 30)
        #expect(journal.ledgers["test"]?.stored == 50)
        await journal.close()
        let small = try open { $0.maximumBytes = 1 }
        #expect(small.removedUpTo == ends[1])
        #expect(try await small.applyRetention().count == 2)
        #expect(try await numbers(small) == Array(40..<50))
        #expect(small.removedUpTo == ends[3])
    }

    @Test("A follower waits for what is behind its cursor and is woken by the commit, by cancellation and by closing")
    func waiting() async throws {
        let journal = try open()
        let start = journal.head
        async let woken = journal.waitForCommit(after: start)
        let receipt = try await journal.append(append(0..<1))
        #expect(await woken == receipt.lastID)
        let head = journal.head
        let cancelled = Task { await journal.waitForCommit(after: head) }
        cancelled.cancel()
        #expect(await cancelled.value == nil)
        async let closed = journal.waitForCommit(after: head)
        await journal.close()
        #expect(await closed == nil)
        await #expect(throws: JournalError.self) { _ = try await journal.append(append(0..<1)) }
    }

    @Test("Appends that come at the same time are all stored, each once, with consecutive ids")
    func concurrentAppends() async throws {
        let journal = try open()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for n in 0..<200 {
                group.addTask {
                    let receipt = try await journal.append(append(n * 3..<n * 3 + 3))
                    return receipt.count
                }
            }
            var total = 0
            for try await count in group { total += count }
            #expect(total == 600)
        }
        #expect(try await numbers(journal).sorted() == Array(0..<600))
    }

    @Test("Two writers of one folder are refused; a reader is not")
    func oneWriter() async throws {
        let journal = try open()
        #expect(throws: JournalError.self) { try open() }
        _ = try await journal.append(append(0..<3))
        #expect(try JournalReader(folder: folder.path).count() == 3)
    }

    @Test("The newest events, paging by cursor, and event times are found over several files")
    func newest() async throws {
        let journal = try open { $0.tailBytes = 0 }
        for day in 0..<3 {
            _ = try await journal.append(append(day * 10..<day * 10 + 10))
            clock.advance(seconds: 86_400)
        }
        let cursor = try await journal.reading { reader throws(JournalError) in try reader.cursor(beforeNewest: 15) }
        #expect(try await numbers(journal, after: cursor) == Array(15..<30))
        let all = try await journal.reading { reader throws(JournalError) in try reader.cursor(beforeNewest: 1000) }
        #expect(try await numbers(journal, after: all) == Array(0..<30))
        let bounds = try #require(try await journal.reading { reader throws(JournalError) in try reader.timeBounds() })
        #expect(bounds.upperBound.seconds(since: bounds.lowerBound) == 29)
    }

    @Test("Damage stops loudly: at start in the newest file, when read in an older block")
    func damage() async throws {
        let journal = try open { $0.tailBytes = 0 }
        for n in 0..<20 { _ = try await journal.append(append(n * 200..<n * 200 + 200)) }
        await journal.close()
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".sqlite") })
        let path = folder.file(name)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for offset in stride(from: bytes.count / 2, to: bytes.count / 2 + 20_000, by: 7) { bytes[offset] ^= 0x5a }
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: JournalError.self) {
            _ = try open()
            _ = try JournalReader(folder: folder.path).verify()
        }
        try Data("not a database".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: JournalError.self) { _ = try open() }
    }

    @Test("A commit that fails is undone as a whole and can be repeated")
    func failedCommit() async throws {
        let journal = try open()
        _ = try await journal.append(append(0..<100, previous: 0, offset: 100))
        await journal.close()
        let limited = try open()
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".sqlite") })
        // Another connection holds the write lock for longer than the busy timeout: the commit fails as a whole.
        var other: OpaquePointer?
        #expect(sqlite3_open(folder.file(name), &other) == SQLITE_OK)
        #expect(sqlite3_exec(other, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK)
        await #expect(throws: JournalError.self) { _ = try await limited.append(append(100..<200, previous: 100, offset: 200)) }
        sqlite3_exec(other, "ROLLBACK", nil, nil, nil)
        sqlite3_close(other)
        _ = try await limited.append(append(100..<200, previous: 100, offset: 200))
        #expect(try await numbers(limited) == Array(0..<200))
        #expect(limited.ledgers["test"]?.stored == 200)
    }
}
