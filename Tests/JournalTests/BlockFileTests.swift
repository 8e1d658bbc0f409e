import CSQLite
import CZstd
import Foundation
import Model
import TestKit
import Testing

@testable import Journal

@Suite("Large blocks beside the journal's file")
struct BlockFileTests {
    let folder = TemporaryFolder()
    let clock = ManualClock()

    func open() throws -> EventJournal {
        var options = JournalOptions()
        options.tailBytes = 0
        return try EventJournal(folder: folder.path, options: options, clock: clock.wallClock)
    }

    /// Events whose raw records do not compress, so that 40 of them are a large block and one is a small one.
    func append(_ numbers: Range<Int>) -> JournalAppend {
        var random = SeededGenerator(seed: UInt64(numbers.lowerBound + 1))
        var batch = EventBatch()
        for number in numbers {
            batch.append(.message, "event \(number)")
            let raw = (0..<1024).map { _ in UInt8.random(in: 0...255, using: &random) }
            batch.endRow(raw: raw.span)
        }
        var ledger = Ledger()
        ledger.received = Int64(numbers.count)
        ledger.stored = Int64(numbers.count)
        return JournalAppend(source: "test", events: batch, ledger: ledger)
    }

    /// What the journal holds must be these events, whole.
    func expect(_ journal: EventJournal, holds numbers: Range<Int>) async throws {
        var next = numbers.lowerBound
        var cursor = EventID.zero
        while let block = try await journal.next(after: cursor) {
            for row in 0..<block.events.count {
                #expect(SampleEvents.number(of: block.events[row]) == next)
                #expect(block.events.raw(row).count == 1024)
                next += 1
            }
            cursor = block.lastID
        }
        #expect(next == numbers.upperBound)
    }

    func path(_ suffix: String) throws -> String {
        folder.file(try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(suffix) }))
    }

    func size(_ suffix: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path(suffix))[.size] as? Int)
    }

    @Test func `Large and small blocks are read back in order, also after a start`() async throws {
        let journal = try open()
        var start = 0
        for count in [1, 40, 2, 200, 1, 40] {
            _ = try await journal.append(append(start..<start + count))
            start += count
        }
        try await expect(journal, holds: 0..<start)
        #expect(try size(".blocks") > 280 * 1024)
        await journal.close()
        let again = try open()
        _ = try await again.append(append(start..<start + 50))
        try await expect(again, holds: 0..<start + 50)
        #expect(try await again.reading { reader throws(JournalError) in try reader.verify() }.events == Int64(start + 50))
        await again.close()
    }

    @Test func `What was written without its commit is cut off at the next start`() async throws {
        let journal = try open()
        _ = try await journal.append(append(0..<40))
        await journal.close()
        let committed = try size(".blocks")
        let handle = try #require(FileHandle(forWritingAtPath: try path(".blocks")))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(repeating: 0x5a, count: 100_001))
        try handle.close()
        let again = try open()
        #expect(try size(".blocks") == committed)
        _ = try await again.append(append(40..<80))
        try await expect(again, holds: 0..<80)
        await again.close()
    }

    @Test func `A file that lost committed blocks stops the start, and says which`() async throws {
        let journal = try open()
        _ = try await journal.append(append(0..<40))
        await journal.close()
        let blocks = try path(".blocks")
        #expect(truncate(blocks, 1000) == 0)
        let error = #expect(throws: JournalError.self) { _ = try open() }
        #expect(error?.code == .damaged && error?.description.contains(blocks) == true)
    }

    @Test func `A damaged block is noticed when it is read`() async throws {
        let journal = try open()
        _ = try await journal.append(append(0..<40))
        await journal.close()
        let handle = try #require(FileHandle(forUpdatingAtPath: try path(".blocks")))
        try handle.seek(toOffset: 20_000)
        try handle.write(contentsOf: Data([1, 2, 3, 4]))
        try handle.close()
        let again = try open()
        let error = await #expect(throws: JournalError.self) { _ = try await again.next(after: .zero) }
        #expect(error?.code == .damaged)
        await again.close()
    }

    @Test func `A commit that fails leaves no large block behind`() async throws {
        let journal = try open()
        _ = try await journal.append(append(0..<40))
        let committed = try size(".blocks")
        var other: OpaquePointer?
        #expect(sqlite3_open(try path(".sqlite"), &other) == SQLITE_OK)
        // A table that takes no more rows: the transaction fails behind its large block.
        #expect(
            sqlite3_exec(
                other, "CREATE TRIGGER refuse BEFORE INSERT ON block BEGIN SELECT RAISE(ABORT, 'refused'); END", nil, nil, nil) == SQLITE_OK
        )
        await #expect(throws: JournalError.self) { _ = try await journal.append(append(40..<4000)) }
        #expect(try size(".blocks") == committed)
        #expect(sqlite3_exec(other, "DROP TRIGGER refuse", nil, nil, nil) == SQLITE_OK)
        sqlite3_close(other)
        _ = try await journal.append(append(40..<80))
        try await expect(journal, holds: 0..<80)
        await journal.close()
    }

    @Test func `Retention takes the large blocks along`() async throws {
        var options = JournalOptions()
        options.maximumAgeDays = 1
        let journal = try EventJournal(folder: folder.path, options: options, clock: clock.wallClock)
        _ = try await journal.append(append(0..<40))
        clock.advance(seconds: 3 * 86_400)
        _ = try await journal.append(append(40..<80))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count { $0.hasSuffix(".blocks") } == 2)
        #expect(try await journal.applyRetention().count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count { $0.hasSuffix(".blocks") } == 1)
        await journal.close()
    }

    @Test func `A file of the first version is read as it is, and brought up to date by its writer`() async throws {
        let journal = try open()
        for number in 0..<3 { _ = try await journal.append(append(number..<number + 1)) }
        await journal.close()
        var database: OpaquePointer?
        #expect(sqlite3_open(try path(".sqlite"), &database) == SQLITE_OK)
        // Both parts of a blob were one frame then.
        let block = try #require(try JournalReader(folder: folder.path).next(after: .zero))
        let rows = Self.frame([UInt8(block.events.bytes.count)] + block.events.bytes)
        let raw = Self.frame([0x80, 0x08] + block.events.rawBytes)
        let hex = { (bytes: [UInt8]) in bytes.map { String(format: "%02x", $0) }.joined() }
        let update = "UPDATE block SET rows = x'\(hex(rows))', raw = x'\(hex(raw))' WHERE first_id = \(block.firstID.value)"
        for sql in [
            update, "ALTER TABLE block DROP COLUMN place", "ALTER TABLE block DROP COLUMN rows_bytes",
            "ALTER TABLE block DROP COLUMN raw_bytes", "ALTER TABLE block DROP COLUMN class", "ALTER TABLE block DROP COLUMN span",
            "ALTER TABLE block DROP COLUMN last_id", "ALTER TABLE block DROP COLUMN ids", "ALTER TABLE block DROP COLUMN part",
            "DROP TABLE kept", "ALTER TABLE dead_letter DROP COLUMN format", "ALTER TABLE dead_letter DROP COLUMN sensor",
            "PRAGMA user_version = 1",
        ] { #expect(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK, "\(sql)") }
        sqlite3_close(database)
        #expect(try JournalReader(folder: folder.path).verify().events == 3)
        let reader = try JournalReader(folder: folder.path)
        #expect(try reader.next(after: .zero)?.firstID == block.firstID)
        let again = try open()
        try await expect(again, holds: 0..<3)
        _ = try await again.append(append(3..<43))
        try await expect(again, holds: 0..<43)
        // A reader that opened the old version sees the large block of the new one.
        #expect(try reader.verify().events == 43)
        await again.close()
    }

    private static func frame(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { buffer, count in
            count = ZSTD_compress(buffer.baseAddress, buffer.count, bytes, bytes.count, 1)
        }
    }
}
