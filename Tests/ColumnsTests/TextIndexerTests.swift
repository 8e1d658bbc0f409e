import Foundation
import Journal
import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// The index of words follows the segments: it goes on behind a restart, and what is damaged, old or gone is made again.
@Suite struct TextIndexerTests {
    /// 210 events, three sealed segments of 60, all indexed.
    private static func indexed(seed: UInt64) async throws -> (fixture: ColumnFixture, files: [String]) {
        let fixture = try ColumnFixture(seed: seed)
        var texts = RandomTexts(seed: seed)
        try await fixture.append(texts.batch(210))
        let store = try await fixture.store(fullRows: 60)
        try await TextIndexer(store).catchUp()
        #expect(store.textProgress.segments == 3)
        return (fixture, try files(fixture))
    }

    private static func files(_ fixture: ColumnFixture, _ ending: String = ".words") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.folder.file("columns")).sorted()
            .filter { $0.hasSuffix(ending) }.map { fixture.folder.file("columns/\($0)") }
    }

    private static func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    private static func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    private static func expectRight(_ store: ColumnStore, _ fixture: ColumnFixture, _ about: Comment) throws {
        for text in ["message: login", "post.text: \"login failed\"", "payload.text: n1*", "not message: *o*", "payload.text: nothing"] {
            let scope = QueryScope(try KQLPredicate(parsing: text, options: QueryOptions(now: MixedEvents.end)))
            #expect(try QueryEngine(store, width: 2).count(scope).value == fixture.events(scope).count, "\(about): \(text)")
        }
    }

    @Test func `A start takes the index that is there and makes what is missing`() async throws {
        let (fixture, files) = try await Self.indexed(seed: 80)
        let kept = try Self.read(files[0])
        let again = try await fixture.store(fullRows: 60)
        #expect(again.textProgress == TextProgress(indexed: 180, sealed: 180, events: 210, bytes: again.textProgress.bytes, segments: 3))
        #expect(try await !TextIndexer(again).step())
        for file in files.dropFirst() { try FileManager.default.removeItem(atPath: file) }
        let third = try await fixture.store(fullRows: 60)
        #expect(third.textProgress.segments == 1)
        try Self.expectRight(third, fixture, "a third is indexed")
        try await TextIndexer(third).catchUp()
        #expect(try Self.files(fixture) == files && Self.read(files[0]) == kept && third.textProgress.segments == 3)
        try Self.expectRight(third, fixture, "made again")
    }

    @Test func `A file that is cut, changed, of another revision or of another segment is not used and is made again`() async throws {
        let (fixture, files) = try await Self.indexed(seed: 81)
        let (whole, other) = (try Self.read(files[1]), try Self.read(files[2]))
        var damaged = [other, [], [0], Array(whole.dropLast()), Array(whole.dropFirst()), Array(whole[..<(whole.count / 2)])]
        for at in [0, 8, 12, 16, 24, 32, 40, 48, 56] {
            var bytes = whole
            bytes[whole.count - TextIndexFile.endBytes + at] ^= 1
            damaged.append(bytes)
        }
        // The directory is in front of the end.
        var directory = whole
        directory[whole.count - TextIndexFile.endBytes - 20] ^= 0x40
        damaged.append(directory)
        for (number, bytes) in damaged.enumerated() {
            try Self.write(bytes, files[1])
            let store = try await fixture.store(fullRows: 60)
            #expect(store.textProgress.segments == 2, "\(number)")
            try Self.expectRight(store, fixture, "case \(number)")
            let indexer = TextIndexer(store)
            try await indexer.catchUp()
            #expect(store.textProgress.segments == 3 && indexer.failure == nil)
        }
        let store = try await fixture.store(fullRows: 60)
        #expect(store.textProgress.segments == 3)
    }

    @Test func `A changed byte of a table is noticed at its first use, and the texts are searched instead`() async throws {
        let (fixture, files) = try await Self.indexed(seed: 82)
        let whole = try Self.read(files[1])
        var random = SeededGenerator(seed: 83)
        let directory = whole.withUnsafeBytes {
            Int($0.loadUnaligned(fromByteOffset: whole.count - TextIndexFile.endBytes + 32, as: UInt64.self))
        }
        for _ in 0..<8 {
            var bytes = whole
            bytes[Int.random(in: 0..<directory, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try Self.write(bytes, files[1])
            let store = try await fixture.store(fullRows: 60)
            #expect(store.textProgress.segments == 3)
            try Self.expectRight(store, fixture, "a changed table")
            #expect(store.textProgress.segments == 2)
            try await TextIndexer(store).catchUp()
            #expect(store.textProgress.segments == 3)
            try Self.expectRight(store, fixture, "made again")
        }
    }

    @Test func `Files without a segment are removed, what is not of the index is left alone`() async throws {
        let (fixture, files) = try await Self.indexed(seed: 84)
        let notes = fixture.folder.file("columns/notes.txt")
        try Self.write([1], notes)
        let strays = [fixture.folder.file("columns/1-2.words"), files[0] + ".new"]
        for stray in strays { try Self.write([1], stray) }
        let segments = try Self.files(fixture, ".columns")
        _ = try await TextIndexer(try await fixture.store(fullRows: 60)).step()
        #expect(strays.allSatisfy { !FileManager.default.fileExists(atPath: $0) } && FileManager.default.fileExists(atPath: notes))
        #expect(try Self.files(fixture) == files && Self.files(fixture, ".columns") == segments)
        // A segment that is made again has another index.
        try FileManager.default.removeItem(atPath: segments[1])
        let store = try await fixture.store(fullRows: 60)
        #expect(store.textProgress.segments == 1)
        try Self.expectRight(store, fixture, "two segments were made again")
        try await TextIndexer(store).catchUp()
        #expect(store.textProgress.segments == 3)
        try Self.expectRight(store, fixture, "and indexed")
    }

    @Test func `What retention removes goes from the index, too`() async throws {
        var options = JournalOptions()
        options.maximumAgeDays = 1
        let fixture = try ColumnFixture(seed: 85, options: options)
        var texts = RandomTexts(seed: 85)
        try await fixture.append(texts.batch(180))
        let store = try await fixture.store(fullRows: 60)
        let indexer = TextIndexer(store)
        try await indexer.catchUp()
        fixture.clock.advance(seconds: 4 * 86_400)
        try await fixture.append(texts.batch(90))
        try await store.catchUp()
        #expect(try await !fixture.journal.applyRetention().isEmpty)
        try await store.prune()
        #expect(try Self.files(fixture).allSatisfy { file in store.sealedSegments.contains { $0.text.path == file } })
        try await indexer.catchUp()
        #expect(try Self.files(fixture).count == store.size.segments && store.textProgress.segments == store.size.segments)
        let kept = try #require(store.sealedSegments.first)
        #expect(try Self.files(fixture).first == kept.text.path)
    }

    @Test func `Who waits is told when all that is sealed has been indexed`() async throws {
        let fixture = try ColumnFixture(seed: 86)
        var texts = RandomTexts(seed: 86)
        try await fixture.append(texts.batch(150))
        let store = try await fixture.store(fullRows: 60)
        let indexer = TextIndexer(store)
        let (following, indexing) = (Task { try await store.run() }, Task { try await indexer.run() })
        #expect(await store.wait(for: fixture.journal.head))
        #expect(await indexer.wait())
        #expect(store.textProgress.segments == 2)
        try await fixture.append(texts.batch(120))
        #expect(await store.wait(for: fixture.journal.head))
        try Self.expectRight(store, fixture, "while words are indexed")
        #expect(await indexer.wait())
        #expect(store.textProgress == TextProgress(indexed: 240, sealed: 240, events: 270, bytes: store.textProgress.bytes, segments: 4))
        try Self.expectRight(store, fixture, "followed")
        for task in [following, indexing] {
            task.cancel()
            try await task.value
        }
        #expect(indexer.failure == nil)
    }

    @Test func `Words of a segment whose texts are damaged are told of and not tried for ever`() async throws {
        let (fixture, files) = try await Self.indexed(seed: 87)
        let segments = try Self.files(fixture, ".columns")
        var bytes = try Self.read(segments[1])
        let entries = bytes.withUnsafeBytes { bytes in
            (0..<Int(bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))).map {
                bytes.loadUnaligned(fromByteOffset: SegmentFile.headBytes + $0 * SegmentFile.entryBytes, as: SegmentFile.Entry.self)
            }
        }
        let entry = try #require(
            entries.first { $0.kind == SegmentFile.Kind.values.rawValue && $0.field == UInt32(Field.message.rawValue) })
        bytes[Int(entry.offset)] ^= 0xff
        try Self.write(bytes, segments[1])
        for file in files { try FileManager.default.removeItem(atPath: file) }
        let store = try await fixture.store(fullRows: 60)
        let indexer = TextIndexer(store)
        try await indexer.catchUp()
        #expect(store.textProgress.segments == 2 && indexer.failure?.contains("damaged") == true)
        #expect(try await !indexer.step())
    }

    @Test func `The columns of another process are read only`() async throws {
        let (fixture, files) = try await Self.indexed(seed: 88)
        try FileManager.default.removeItem(atPath: files[2])
        var texts = RandomTexts(seed: 89)
        try await fixture.append(texts.batch(90))
        let scratch = fixture.folder.file("scratch")
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        let store = try await ColumnStore(
            folder: fixture.folder.file("columns"), scratch: scratch, lock: nil, journal: JournalFeed(fixture.journal), fullRows: 60,
            plainAfter: 64)
        try await store.catchUp()
        #expect(store.size.segments == 5)
        try await TextIndexer(store).catchUp()
        // The segments of its own are indexed, that of the other process is not.
        #expect(store.textProgress.segments == 4)
        #expect(try Self.files(fixture) == Array(files[..<2]))
        try Self.expectRight(store, fixture, "beside another process")
    }
}
