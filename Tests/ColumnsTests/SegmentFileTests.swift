import Foundation
import Journal
import Model
import TestKit
import Testing

@testable import Columns

/// Files of segments: what is damaged is noticed, and what does not fit is made again.
@Suite struct SegmentFileTests {
    /// 1900 events of which three files hold 600 each.
    private static func written(seed: UInt64) async throws -> (fixture: ColumnFixture, files: [String]) {
        let fixture = try ColumnFixture(seed: seed)
        try await fixture.append(1900)
        let store = try await fixture.store(fullRows: 600)
        #expect(store.size.segments == 3)
        return (fixture, try files(fixture))
    }

    private static func files(_ fixture: ColumnFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.folder.file("columns")).sorted()
            .map { fixture.folder.file("columns/\($0)") }
    }

    private static func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    private static func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    private static func directory(_ bytes: [UInt8]) -> [SegmentFile.Entry] {
        bytes.withUnsafeBytes { bytes in
            (0..<Int(bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))).map {
                bytes.loadUnaligned(fromByteOffset: SegmentFile.headBytes + $0 * SegmentFile.entryBytes, as: SegmentFile.Entry.self)
            }
        }
    }

    /// Gives a changed head its checksum.
    private static func sealHead(_ bytes: inout [UInt8]) {
        let end = SegmentFile.headBytes + directory(bytes).count * SegmentFile.entryBytes
        bytes.replaceSubrange(72..<80, with: [UInt8](repeating: 0, count: 8))
        let sum = bytes[..<end].withUnsafeBytes { SegmentFile.checksum($0) }
        withUnsafeBytes(of: sum.littleEndian) { bytes.replaceSubrange(72..<80, with: $0) }
    }

    private static func code(_ body: () throws -> Void) -> ColumnError.Code? {
        do { try body() } catch { return (error as? ColumnError)?.code }
        return nil
    }

    /// A new store over the files answers as the journal's rows do, and again has whole files.
    private static func expectWhole(_ fixture: ColumnFixture, _ about: Comment) async throws {
        let store = try await fixture.store(fullRows: 600)
        #expect(store.size.segments == 3 && store.size.rows == fixture.events.count, about)
        let engine = QueryEngine(store, width: 2)
        for field in [Field.userName, .tags, .relatedIP] {
            #expect(
                Set(try engine.groups(QueryScope(), by: [.field(field)]).value)
                    == ColumnFixture.groups(fixture.events, by: [.field(field)]),
                about)
        }
        let page = try engine.page(QueryScope(), PageRequest(limit: 10_000, isDescending: false)).value
        let wanted = fixture.events.sorted { $0.position < $1.position }
        #expect(page.positions == wanted.map(\.position), about)
        #expect((0..<page.events.count).map { FieldValue.counts(of: page.events[$0]) } == wanted.map(\.counts), about)
        #expect(try files(fixture).count == 3, about)
    }

    @Test func `A changed byte of any part is noticed when its column is used`() async throws {
        let (fixture, files) = try await Self.written(seed: 21)
        let whole = try Self.read(files[1])
        var random = SeededGenerator(seed: 22)
        var kinds: Set<UInt32> = []
        let copy = fixture.folder.file("copy")
        for entry in Self.directory(whole) where entry.bytes > 0 {
            kinds.insert(entry.kind)
            var bytes = whole
            bytes[Int(entry.offset) + Int.random(in: 0..<Int(entry.bytes), using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try Self.write(bytes, copy)
            let segment = try MappedSegment(path: copy)
            let field = Field(rawValue: UInt16(entry.field))
            #expect(Self.code { _ = try segment.view(of: field.map { [$0] } ?? []) } == .damaged, "\(entry)")
            // Other columns can be used.
            if field != nil { #expect(Self.code { _ = try segment.view(of: field == .tags ? [.userName] : [.tags]) } == nil) }
        }
        #expect(kinds == Set(0...8))
    }

    /// A store whose second segment has a damaged byte in the codes of `user.name`, and the file.
    private static func damaged(seed: UInt64) async throws -> (fixture: ColumnFixture, store: ColumnStore, file: String) {
        let (fixture, files) = try await written(seed: seed)
        var bytes = try read(files[1])
        let entry = try #require(
            directory(bytes).first { $0.kind == SegmentFile.Kind.codes.rawValue && $0.field == UInt32(Field.userName.rawValue) })
        bytes[Int(entry.offset)] ^= 0xff
        try write(bytes, files[1])
        return (fixture, try await fixture.store(fullRows: 600), files[1])
    }

    @Test func `A query of a damaged column is refused, others are answered`() async throws {
        let (fixture, store, _) = try await Self.damaged(seed: 23)
        let engine = QueryEngine(store, width: 2)
        #expect(Self.code { _ = try engine.groups(QueryScope(), by: [.field(.userName)]) } == .damaged)
        #expect(Self.code { _ = try engine.page(QueryScope(), PageRequest(limit: 1000)) } == .damaged)
        #expect(try engine.count(QueryScope()).value == fixture.events.count)
        let tags = try engine.groups(QueryScope(), by: [.field(.tags)]).value
        #expect(Set(tags) == ColumnFixture.groups(fixture.events, by: [.field(.tags)]))
    }

    @Test(.timeLimit(.minutes(1))) func `A segment in which damage was found is made again while the store runs`() async throws {
        let (fixture, store, file) = try await Self.damaged(seed: 27)
        let engine = QueryEngine(store, width: 2)
        let before = try engine.groups(QueryScope(), by: [.field(.tags)]).value
        #expect(Self.code { _ = try engine.groups(QueryScope(), by: [.field(.userName)]) } == .damaged)
        #expect(store.mended == 0)
        let running = Task { try await store.run() }
        while store.mended == 0 { await Task.yield() }
        running.cancel()
        try await running.value
        #expect(store.mended == 1 && store.repairFailure == nil && store.size.segments == 3)
        #expect(
            Set(try engine.groups(QueryScope(), by: [.field(.userName)]).value)
                == ColumnFixture.groups(fixture.events, by: [.field(.userName)]))
        #expect(try engine.groups(QueryScope(), by: [.field(.tags)]).value == before)
        try await Self.expectWhole(fixture, "made again")
        _ = try MappedSegment(path: file).view(of: [.userName])
    }

    @Test func `A segment is made again of what the journal still has of it, once, and by nobody else`() async throws {
        let (fixture, store, file) = try await Self.damaged(seed: 28)
        let segment = store.sealedSegments[1]
        let reader = try await ColumnStore(
            folder: fixture.folder.file("columns"), scratch: fixture.folder.file("scratch"), lock: nil,
            journal: JournalFeed(fixture.journal),
            fullRows: 600)
        let whole = try Self.read(file)
        #expect(try await !reader.mend(reader.sealedSegments[1]))
        #expect(try Self.read(file) == whole)
        #expect(try await store.mend(segment))
        #expect(try await !store.mend(segment))
        #expect(store.mended == 1)
        // What cannot be written is said, and the segment stays.
        let again = store.sealedSegments[1]
        try FileManager.default.createDirectory(atPath: file + ".new", withIntermediateDirectories: false)
        await #expect(throws: ColumnError.self) { _ = try await store.mend(again) }
        #expect(store.sealedSegments[1] === again)
    }

    @Test func `A changed byte of the head or of the directory is noticed at once`() async throws {
        let (fixture, files) = try await Self.written(seed: 24)
        let whole = try Self.read(files[0])
        let copy = fixture.folder.file("copy")
        let end = SegmentFile.headBytes + Self.directory(whole).count * SegmentFile.entryBytes
        for at in Array(0..<SegmentFile.headBytes) + stride(from: SegmentFile.headBytes, to: end, by: 97) {
            var bytes = whole
            bytes[at] ^= 0x41
            try Self.write(bytes, copy)
            #expect(Self.code { _ = try MappedSegment(path: copy) } == .damaged, "byte \(at)")
        }
        for length in [0, 1, 127, 128, end - 1, end, whole.count / 2, whole.count - 1] {
            try Self.write(Array(whole[..<length]), copy)
            #expect(Self.code { _ = try MappedSegment(path: copy) } == .damaged, "\(length) bytes")
        }
        var outside = whole
        outside[SegmentFile.headBytes + 24 + 7] = 0x7f
        Self.sealHead(&outside)
        try Self.write(outside, copy)
        #expect(Self.code { _ = try MappedSegment(path: copy) } == .damaged)
        #expect(Self.code { _ = try MappedSegment(path: copy + "s") } == .io)
    }

    @Test(arguments: 0..<3) func `Files that are damaged, cut, missing or of another revision are made again`(number: Int) async throws {
        let (fixture, files) = try await Self.written(seed: 25)
        let path = files[number]
        let whole = try Self.read(path)
        var changed = whole
        changed[40] ^= 1
        try Self.write(changed, path)
        try await Self.expectWhole(fixture, "damaged head")
        try Self.write(Array(whole[..<(whole.count / 2)]), path)
        try await Self.expectWhole(fixture, "cut")
        try FileManager.default.removeItem(atPath: path)
        try await Self.expectWhole(fixture, "missing")
        changed = try Self.read(path)
        changed[8] += 1
        Self.sealHead(&changed)
        try Self.write(changed, path)
        try await Self.expectWhole(fixture, "another revision")
    }

    @Test func `What was left from a stop is removed, what is not of the columns is left alone`() async throws {
        let (fixture, files) = try await Self.written(seed: 26)
        let notes = fixture.folder.file("columns/notes.txt")
        let half = Array(try Self.read(files[2])[..<1000])
        try Self.write(half, files[2] + ".new")
        try Self.write([1], notes)
        _ = try await fixture.store(fullRows: 600)
        #expect(try Self.files(fixture) == files + [notes])
        try FileManager.default.removeItem(atPath: notes)
        try await Self.expectWhole(fixture, "left over")
    }

    @Test func `Files of another journal are made again`() async throws {
        let (fixture, files) = try await Self.written(seed: 27)
        let other = try ColumnFixture(seed: 28)
        other.clock.advance(seconds: -10)
        try await other.append(1800)
        try FileManager.default.createDirectory(atPath: other.folder.file("columns"), withIntermediateDirectories: true)
        for file in files {
            try FileManager.default.copyItem(atPath: file, toPath: other.folder.file("columns/\((file as NSString).lastPathComponent)"))
        }
        #expect(other.journal.head < fixture.journal.head)
        try await Self.expectWhole(other, "another journal")
    }

    @Test func `Codes take as many bytes as the values of a column need`() throws {
        let folder = TemporaryFolder()
        var batch = EventBatch()
        for number in 0..<66_000 {
            batch.append(.timestamp, MixedEvents.end)
            batch.append(.attackType, "type \(number % 255)")
            batch.append(.ruleName, "rule \(number % 256)")
            batch.append(.userName, "user \(number)")
            batch.endRowWithoutRaw()
        }
        let builder = SegmentBuilder(after: .zero)
        #expect(builder.add(Block(firstID: EventID(1), events: batch), from: 0) == batch.count)
        try SegmentFile.write(builder, to: folder.file("wide"))
        let segment = try MappedSegment(path: folder.file("wide"))
        defer { withExtendedLifetime(segment) {} }
        let view = try segment.view(of: [.attackType, .ruleName, .userName])
        for (field, width, distinct) in [(Field.attackType, 1, 255), (.ruleName, 2, 256), (.userName, 4, 66_000)] {
            let column = try #require(view.column(field))
            #expect(Int(column.width.rawValue) == width && column.dictionary.count == distinct)
            for row in stride(from: 0, to: view.rows, by: 997) + [255, 256, 65_535, 65_536, view.rows - 1] {
                #expect(
                    column.dictionary.value(column.code(at: row) - 1).elementsEqual(batch[row].string(field).map { Array($0.utf8) } ?? []))
            }
        }
    }
}
