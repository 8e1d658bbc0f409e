import Enrichment
import Formats
public import Journal
import Model
import Sources

/// Turns dead letters into events, after what kept them from being understood was mended.
public struct DeadLetterDesk: Sendable {
    /// What became of a letter.
    public enum Outcome: Equatable, Sendable {
        /// Became that many events.
        case stored(Int)
        /// Understood, but not wanted.
        case filtered
        /// Understood as no record at all: a header, a comment.
        case notARecord
        /// Still not understood, for that reason.
        case deadLettered(String)
        /// Only its beginning was kept, so it never can be.
        case cut(kept: Int, length: UInt64)
        /// It is not there: it became events before, or retention removed it.
        case gone
    }

    /// What became of many letters.
    public struct Summary: Equatable, Sendable {
        /// Letters that were looked at.
        public var letters = 0
        /// Letters that became events.
        public var retried = 0
        /// Events they became.
        public var stored = 0
        /// Understood, but not wanted, or no records.
        public var filtered = 0
        /// Still not understood, by reason.
        public var deadLettered: [String: Int] = [:]
        /// Kept in part only.
        public var cut = 0
        /// Gone meanwhile.
        public var gone = 0
        /// The last letter that was looked at, where there may be more behind it; nil at the end.
        public var next: DeadLetterID?

        mutating func count(_ outcome: Outcome) {
            letters += 1
            switch outcome {
            case .stored(let count):
                retried += 1
                stored += count
            case .filtered, .notARecord: filtered += 1
            case .deadLettered(let reason): deadLettered[String(reason.prefix { $0 != ":" }), default: 0] += 1
            case .cut: cut += 1
            case .gone: gone += 1
            }
        }
    }

    /// Letters that are decoded and committed together.
    private static let pageLetters = 500

    private let pipeline: IngestPipeline

    /// A desk over the pipeline's journal.
    public init(_ pipeline: IngestPipeline) { self.pipeline = pipeline }

    /// Decodes a letter anew and stores its events in place of it, under its source and with its arrival.
    ///
    /// - Parameter format: the format to decode it with; without one that of its source, else the one that did not understand it, else the
    ///   one that claims it.
    public func retry(_ id: DeadLetterID, as format: String? = nil) async throws -> Outcome {
        guard let letter = try await pipeline.journal.reading({ reader throws(JournalError) in try reader.deadLetter(id) }) else {
            return .gone
        }
        return try await retry(letter, as: format)
    }

    /// Retries the letters that fit, oldest first, at most `limit` of them behind `after`.
    public func retry(
        _ filter: DeadLetterFilter, as format: String? = nil, after: DeadLetterID? = nil, limit: Int
    ) async throws -> Summary {
        var summary = Summary()
        var edge = after
        while summary.letters < limit {
            let (from, wanted) = (edge, min(Self.pageLetters, limit - summary.letters))
            let page = try await pipeline.journal.reading { reader throws(JournalError) in
                try reader.deadLetters(filter, after: from, limit: wanted)
            }
            let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for letter in page { group.addTask { try await retry(letter, as: format) } }
                return try await group.reduce(into: [Outcome]()) { $0.append($1) }
            }
            for outcome in outcomes { summary.count(outcome) }
            guard page.count == wanted, let last = page.last else { return summary }
            edge = last.id
            try Task.checkCancellation()
        }
        summary.next = edge
        return summary
    }

    private func retry(_ stored: StoredDeadLetter, as format: String?) async throws -> Outcome {
        let letter = stored.letter
        guard letter.length == UInt64(letter.bytes.count) else { return .cut(kept: letter.bytes.count, length: letter.length) }
        let settings = pipeline.settings(of: letter.source) ?? SourceSettings(name: letter.source)
        guard let (entry, state) = await choose(letter, settings, named: format), var decoder = entry.make(state) else {
            return .deadLettered("unknown_format: no format claims it; name one")
        }
        let batch = RawBatch(
            bytes: letter.bytes, records: [0..<letter.bytes.count], startOffset: letter.offset,
            endOffset: letter.offset + UInt64(letter.bytes.count), arrival: letter.arrival, sensor: letter.sensor)
        var decoded = DecodedBatch(format: entry.spec.name)
        decoded.decode(batch, with: &decoder, of: StreamDescription(id: "", name: letter.stream), settings: settings)
        // What was booked as one dead letter is booked as what it is.
        var delta = decoded.ledger
        delta.received -= 1
        delta.deadLettered -= 1
        let outcome: Outcome
        switch decoded.verdicts.first {
        case .stored(let count)?: outcome = .stored(count)
        case .filtered?: outcome = .filtered
        case .notARecord?: outcome = .notARecord
        case .deadLettered(let reason)?: return .deadLettered(reason)
        case .duplicate?, .shed?, .spilled?, nil: return .gone
        }
        pipeline.enrichment.enrich(&decoded.events)
        var append = JournalAppend(source: letter.source, events: decoded.events, ledger: delta)
        append.retries = stored.id
        if try await pipeline.journal.append(append).wasRepeated { return .gone }
        pipeline.noteIndicators(append.events, settings)
        return outcome
    }

    /// The format, and what its decoder remembers of the stream: a header that stands far before the record.
    private func choose(
        _ letter: DeadLetter, _ settings: SourceSettings, named format: String?
    ) async -> (FormatCatalogue.Entry, [UInt8])? {
        let cursor = await pipeline.journal.cursors(of: letter.source).last { $0.name == letter.stream }
        let names = [format, settings.format, letter.format.isEmpty ? cursor?.format : letter.format]
        let entry: FormatCatalogue.Entry?
        if let name = names.compactMap(\.self).first {
            entry = pipeline.formats.entry(named: name)
        } else {
            entry = pipeline.formats.detect(head: letter.bytes.span, fileName: letter.stream)
        }
        return entry.map { ($0, cursor?.format == $0.spec.name ? cursor?.decoderState ?? [] : []) }
    }
}
