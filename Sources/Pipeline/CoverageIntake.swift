public import Enrichment
public import Formats
import Journal
public import Model
public import Sources
import Synchronization
import Wire

/// An intake that decodes and enriches as the pipeline does, counts, and stores nothing.
///
/// It knows no cursors, so every file is read from its start.
public final class CoverageIntake: Intake {
    private let formats: FormatCatalogue
    private let enrichment: EnrichmentChain
    private let settings: SourceSettings
    private let results = Mutex<[Coverage]>([])

    /// An intake with those formats and that enrichment.
    public init(formats: FormatCatalogue, enrichment: EnrichmentChain, settings: SourceSettings) {
        self.formats = formats
        self.enrichment = enrichment
        self.settings = settings
    }

    /// What was counted, one for each stream, in the order in which they were opened.
    public var coverages: [Coverage] { results.withLock { $0 } }

    public func cursors() async throws -> [StreamCursor] { [] }

    public func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane {
        let entry = try formats.choose(for: stream, named: settings.format)
        guard let decoder = entry.make([]) else {
            throw IntakeError(.badCursor, "\(stream.name): \(entry.spec.name) cannot begin a stream")
        }
        var coverage = Coverage(name: stream.name)
        coverage.format = entry.spec.name
        let number = results.withLock { results in
            results.append(coverage)
            return results.count - 1
        }
        return CoverageLane(stream: stream, format: entry.spec, decoder: decoder, settings: settings) { [self] batch in
            var batch = batch
            enrichment.enrich(&batch.events)
            results.withLock { $0[number].count(batch) }
        }
    }
}

/// Decodes the records of one stream in order and hands each batch to be counted.
private final class CoverageLane: Lane {
    let framing: Framing
    let format: String
    private let stream: StreamDescription
    private let settings: SourceSettings
    private let decoder: Mutex<any Format>
    private let count: @Sendable (DecodedBatch) -> Void

    init(
        stream: StreamDescription, format: FormatSpec, decoder: any Format, settings: SourceSettings,
        count: @escaping @Sendable (DecodedBatch) -> Void
    ) {
        framing = format.framing
        self.format = format.name
        self.stream = stream
        self.settings = settings
        self.decoder = Mutex(decoder)
        self.count = count
    }

    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket {
        let decoded = decoder.withLock { decoder in
            var decoded = DecodedBatch(format: format)
            decoded.decode(batch, with: &decoder, of: stream, settings: settings)
            return decoded
        }
        count(decoded)
        let ticket = Ticket()
        ticket.fulfil(.success(BatchVerdict(records: decoded.verdicts)))
        return ticket
    }

    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? { try await accept(batch) }
}
