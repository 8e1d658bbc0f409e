import CSQLite
import Foundation
import Model
import Synchronization
import TestKit
import Testing

@testable import Journal

@Suite("Compaction of past days")
struct CompactionTests {
    /// A journal with three days of small and large commits.
    static func filled(_ options: JournalOptions = JournalOptions()) async throws -> MixedJournal {
        let mixed = try MixedJournal(options: options)
        for _ in 0..<3 {
            for number in 0..<40 { try await mixed.append(number % 3 == 0 ? "arRpn" : "rr", rawBytes: 400) }
            try await mixed.append(String(repeating: "arr", count: 50), rawBytes: 600)
            mixed.clock.advance(seconds: 86_400)
        }
        try await mixed.append("ar")
        return mixed
    }

    @Test func `Every past file is written anew, once, with the same events in fewer bytes`() async throws {
        let mixed = try await Self.filled()
        let reader = try JournalReader(folder: mixed.folder.path)
        _ = try reader.verify()
        var progress: [Int64] = []
        let seen = Mutex<[Int64]>([])
        for _ in 0..<3 {
            let report = try #require(try await mixed.journal.compactNext { done, total in seen.withLock { $0 += [done, total] } })
            #expect(report.bytesAfter < report.bytesBefore && report.events == 272)
            try await mixed.check("\(report.file)")
        }
        progress = seen.withLock { $0 }
        #expect(progress == [272, 272, 272, 272, 272, 272])
        #expect(try await mixed.journal.compactNext() == nil, "today's file is not")
        #expect(try reader.verify().events == Int64(mixed.known.count), "who had the old blocks open reads the new ones")
        try await mixed.reopen()
        #expect(try await mixed.journal.compactNext() == nil, "also after a start")
        try await mixed.check()
    }

    @Test func `A day that is over is written anew although nothing new came`() async throws {
        let mixed = try MixedJournal()
        for _ in 0..<40 { try await mixed.append("ar", rawBytes: 400) }
        #expect(try await mixed.journal.compactNext() == nil)
        mixed.clock.advance(seconds: 86_400)
        #expect(try await mixed.journal.compactNext()?.events == 80)
        try await mixed.check()
    }

    @Test func `Retention and keeping go on behind it`() async throws {
        let mixed = try await Self.filled(ClassRetentionTests.limits(nil, nil, 1))
        let ids = mixed.known.filter { $0.retained == .records }.map(\.id)
        let wanted = [ids[0], ids[3], ids[100]]
        _ = try await mixed.journal.keep(ids: [wanted[0], wanted[1]])
        while try await mixed.journal.compactNext() != nil {}
        _ = try await mixed.journal.keep(ids: wanted)
        for index in mixed.known.indices where wanted.contains(mixed.known[index].id) { mixed.known[index].isKept = true }
        _ = try await mixed.journal.applyRetention()
        mixed.expire()
        try await mixed.check("removed")
        #expect(try JournalReader(folder: mixed.folder.path).keptIDs() == wanted)
        // Written anew once more, with what was kept.
        mixed.options.compactionLevel = 12
        try await mixed.reopen()
        #expect(try await mixed.journal.compactNext() != nil)
        try await mixed.check("again")
        #expect(try JournalReader(folder: mixed.folder.path).keptIDs() == wanted)
    }

    @Test func `A file that mixes all classes, from an earlier version, is divided, and only then retention reaches into it`() async throws
    {
        let mixed = try await Self.filled(ClassRetentionTests.limits(nil, nil, 1))
        await mixed.journal.close()
        let name = JournalFileName(day: mixed.clock.now.adding(seconds: -3 * 86_400).day, number: 0)
        try Self.mix(name, in: mixed.folder.path)
        try await mixed.reopen()
        try await mixed.check("mixed")
        #expect(try JournalReader(folder: mixed.folder.path).holdings().mixedEvents == 272)
        #expect(try await mixed.journal.applyRetention().isEmpty)
        mixed.options.compacts = false
        try await mixed.reopen()
        #expect(try await mixed.journal.compactNext()?.events == 272)
        #expect(try await mixed.journal.compactNext() == nil, "the others need not be")
        try await mixed.check("divided")
        #expect(try await mixed.journal.applyRetention().count == 2)
        mixed.expire()
        try await mixed.check("removed")
    }

    /// Writes a file as the second version had it: a block holds the events of a commit, whatever their class.
    static func mix(_ name: JournalFileName, in folder: String) throws {
        let path = JournalFolder(path: folder).path(of: name)
        let codec = try BlockCodec()
        let reader = try JournalFile(reading: path, name: name)
        var blocks: [Block] = []
        while let block = try reader.block(after: blocks.last?.lastID ?? .zero, codec: codec) { blocks.append(block) }
        let file = try JournalFile(writing: path, name: name, create: false)
        let before = try file.holdings().parts
        try file.transaction { () throws(JournalError) in
            try file.connection.execute("DELETE FROM block")
            for block in blocks {
                let packed = try PackedBlock(block.events, codec: codec)
                try file.insert(file.row(packed, block.ids, span: block.firstID, key: PartKey(retained: nil)))
            }
        }
        try file.dropParts(before)
        try file.connection.execute(
            """
            ALTER TABLE block DROP COLUMN class; ALTER TABLE block DROP COLUMN span; ALTER TABLE block DROP COLUMN last_id;
            ALTER TABLE block DROP COLUMN ids; ALTER TABLE block DROP COLUMN part; DROP TABLE kept;
            ALTER TABLE dead_letter DROP COLUMN format; ALTER TABLE dead_letter DROP COLUMN sensor; PRAGMA user_version = 2
            """)
    }

    @Test func `A cancelled compaction leaves the file as it was`() async throws {
        let mixed = try await Self.filled()
        let before = try mixed.files
        let compaction = FileCompaction(
            folder: JournalFolder(path: mixed.folder.path),
            name: try #require(JournalFileName(before.first { $0.hasSuffix("sqlite") } ?? "")),
            level: 9, witness: { _ in })
        let error = #expect(throws: JournalError.self) { _ = try compaction.run(isStopped: { true }, progress: { _, _ in }) }
        #expect(error?.code == .closed)
        #expect(try mixed.files == before)
        try await mixed.check()
    }
}
