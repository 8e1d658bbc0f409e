import Enrichment
import Formats
import Journal
import Model
import Sources
import TestKit
import Wire

@testable import Pipeline

/// Records are letters and a number: `s3` is stored, `d3` becomes two events, `f3` is filtered, `n3` is no record; all else is damaged.
///
/// What it remembers is how many records it has seen, so that a record that is decoded twice or never shows.
struct TestFormat: Format {
    static let spec = FormatSpec(name: "test", summary: "For tests.", framing: .lines)
    private var seen: UInt64 = 0

    init?(state: [UInt8]) {
        guard state.isEmpty || state.count == 8 else { return nil }
        seen = state.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    var state: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: seen >> UInt64(8 * $0)) } }

    mutating func decode(_ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch) throws(DecodeError) -> Decoded {
        seen += 1
        let text = String(decoding: record.indices.map { record[$0] }, as: UTF8.self)
        batch.append(.timestamp, context.arrival)
        batch.append(.message, text)
        batch.append(.eventSequence, integer: Int64(seen))
        switch text.first {
        case "s", "d":
            batch.endRow(raw: record)
            guard text.first == "d" else { return .events(1) }
            batch.append(.timestamp, context.arrival)
            batch.append(.message, text + "'")
            batch.endRowWithoutRaw()
            return .events(2)
        case "f":
            batch.abandonRow()
            return .filtered
        case "n":
            batch.abandonRow()
            return .notARecord
        default: throw DecodeError(.badValue, "row left open")
        }
    }

    static func likelihood(head: Span<UInt8>, fileName: String) -> Int { fileName.hasSuffix(".test") ? 90 : 0 }
}

/// A pipeline over a journal of its own, without data files.
struct TestPipeline {
    let folder: TemporaryFolder
    let clock: ManualClock
    let journal: EventJournal
    let pipeline: IngestPipeline

    init(
        folder: TemporaryFolder = TemporaryFolder(), clock: ManualClock = ManualClock(), inFlightBytes: Int = 64 << 20,
        paused: PausedSources? = nil, spills: Bool = false
    ) throws {
        self.folder = folder
        self.clock = clock
        journal = try EventJournal(folder: folder.path, clock: clock.wallClock)
        let entry = FormatCatalogue.Entry(
            spec: TestFormat.spec, make: { TestFormat(state: $0) }, likelihood: { TestFormat.likelihood(head: $0, fileName: $1) })
        pipeline = IngestPipeline(
            journal: journal, formats: FormatCatalogue(entries: [entry]),
            enrichment: try EnrichmentChain(assets: EnrichmentAssets(directory: folder.file("no assets"))), clock: clock.wallClock,
            inFlightBytes: inFlightBytes, paused: paused, spillFolder: spills ? folder.file("spill") : nil)
    }

    func lane(_ id: String = "stream", source: String = "test", cursor: StreamCursor? = nil) async throws -> any Lane {
        try await pipeline.intake(for: SourceSettings(name: source, format: "test")).open(
            StreamDescription(id: id, name: id, cursor: cursor))
    }

    /// A batch of lines that stands at that offset.
    func batch(_ lines: [String], at offset: UInt64 = 0, key: String? = nil) -> RawBatch {
        var bytes: [UInt8] = []
        var records: [Range<Int>] = []
        for line in lines {
            let start = bytes.count
            bytes.append(contentsOf: line.utf8)
            records.append(start..<bytes.count)
            bytes.append(UInt8(ascii: "\n"))
        }
        return RawBatch(
            bytes: bytes, records: records, startOffset: offset, endOffset: offset + UInt64(bytes.count), arrival: clock.now, originKey: key
        )
    }

    /// The messages and sequence numbers of all stored events.
    func stored() async throws -> [(message: String, sequence: Int64?)] {
        var found: [(String, Int64?)] = []
        var cursor = EventID.zero
        while let block = try await journal.next(after: cursor) {
            for row in block.firstIndex(after: cursor)..<block.events.count {
                found.append((block.events[row].string(.message) ?? "", block.events[row].integer(.eventSequence)))
            }
            cursor = block.lastID
        }
        return found
    }
}
