public import Enrichment
public import Formats
import Journal
import Model
import Sources
import Synchronization
import Wire

/// A file of indicators, as configured.
public struct IndicatorList: Sendable, Equatable {
    /// The name, which stands in `threat.feed.name` of what it matches.
    public var name: String
    /// The file, compressed or not.
    public var path: String
    /// Its format; nil tells it by the content.
    public var format: String?

    /// A list of those parts.
    public init(name: String, path: String, format: String? = nil) {
        self.name = name
        self.path = path
        self.format = format
    }

    /// Reads lists. Throws what is wrong with a file: a list that is half read would look like one that matches little.
    ///
    /// - Parameter kind: what lists they are, for what is wrong with one.
    public static func read(
        _ lists: [IndicatorList], formats: FormatCatalogue, kind: String = "indicator list"
    ) async throws -> IndicatorTableBuilder {
        var builder = IndicatorTableBuilder()
        for list in lists {
            let intake = IndicatorIntake(list: list, kind: kind, formats: formats, builder: builder)
            let source = FileSource(FileSourceOptions(paths: [list.path], follow: false, format: list.format))
            let outcomes = try await source.importFiles(into: intake)
            if let error = outcomes.compactMap(\.error).first { throw EnrichmentError(.badList, "\(kind) \(list.name): \(error)") }
            builder = try intake.finish()
        }
        return builder
    }
}

/// Decodes a file's records into indicators instead of the journal.
private final class IndicatorIntake: Intake {
    private struct State {
        var builder: IndicatorTableBuilder
        var failure: String?
        var records = 0
    }

    private let list: IndicatorList
    private let kind: String
    private let formats: FormatCatalogue
    private let state: Mutex<State>

    init(list: IndicatorList, kind: String, formats: FormatCatalogue, builder: IndicatorTableBuilder) {
        self.list = list
        self.kind = kind
        self.formats = formats
        state = Mutex(State(builder: builder))
    }

    func cursors() async throws -> [StreamCursor] { [] }

    func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane {
        let entry = try formats.choose(for: stream, named: list.format)
        guard let decoder = entry.make([]) else { throw IntakeError(.badCursor, "\(stream.name): format \(entry.spec.name) cannot begin") }
        return IndicatorLane(framing: entry.spec.framing, format: entry.spec.name, stream: stream, intake: self, decoder: decoder)
    }

    func add(_ decoded: DecodedBatch) {
        state.withLock { state in
            state.records += Int(decoded.ledger.received)
            if let letter = decoded.deadLetters.first, state.failure == nil {
                state.failure = "\(letter.reason) at byte \(letter.offset): \(letter.detail)"
            }
            do throws(EnrichmentError) { try state.builder.add(list: list.name, decoded.events) } catch { state.failure = error.detail }
        }
    }

    /// What was gathered; throws where a record could not be read.
    func finish() throws(EnrichmentError) -> IndicatorTableBuilder {
        let (builder, failure, records) = state.withLock { ($0.builder, $0.failure, $0.records) }
        if let failure { throw EnrichmentError(.badList, "\(kind) \(list.name), \(list.path): \(failure)") }
        guard records > 0 else { throw EnrichmentError(.badList, "\(kind) \(list.name), \(list.path): no file, or nothing in it") }
        return builder
    }
}

private final class IndicatorLane: Lane {
    let framing: Framing
    let format: String
    private let stream: StreamDescription
    private let intake: IndicatorIntake
    private let decoder: Mutex<any Format>

    init(framing: Framing, format: String, stream: StreamDescription, intake: IndicatorIntake, decoder: any Format) {
        self.framing = framing
        self.format = format
        self.stream = stream
        self.intake = intake
        self.decoder = Mutex(decoder)
    }

    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket {
        let settings = SourceSettings(name: "indicators")
        let decoded = decoder.withLock { decoder in
            var decoded = DecodedBatch(format: "")
            decoded.decode(batch, with: &decoder, of: stream, settings: settings)
            return decoded
        }
        intake.add(decoded)
        let ticket = Ticket()
        ticket.fulfil(.success(BatchVerdict(records: decoded.verdicts)))
        return ticket
    }

    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? { try await accept(batch) }
}
