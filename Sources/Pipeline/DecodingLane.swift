import Dispatch
import Enrichment
import Formats
import Journal
import Model
import Sources
import Synchronization
import Wire

/// The lane of one stream: decodes its records in order, enriches the events and submits them with the cursor.
///
/// After a refused commit the lane is broken, because its decoder is ahead of the journal: the source opens the stream anew from the
/// committed cursor, so nothing is skipped.
final class DecodingLane: Lane {
    private struct State {
        var decoder: any Format
        var submittedOffset: UInt64
        var records: UInt64
        var failure: IntakeError?
    }

    let framing: Framing
    let format: String
    private let stream: StreamDescription
    private let settings: SourceSettings
    private let pipeline: IngestPipeline
    private let meter: SourceMeter
    private let state: Mutex<State>
    /// Enriches and submits in the order of decoding, while the next batch is decoded.
    private let finishing = DispatchQueue(label: "petrel.lane")

    init(
        stream: StreamDescription, format: FormatSpec, decoder: any Format, settings: SourceSettings, pipeline: IngestPipeline,
        meter: SourceMeter
    ) {
        framing = format.framing
        self.format = format.name
        self.stream = stream
        self.settings = settings
        self.pipeline = pipeline
        self.meter = meter
        state = Mutex(State(decoder: decoder, submittedOffset: stream.cursor?.offset ?? 0, records: stream.cursor?.records ?? 0))
    }

    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket {
        guard await pipeline.gate.enter(batch.bytes.count) else {
            throw IntakeError(.closed, "\(stream.name): cancelled while waiting for the journal")
        }
        return try submit(batch)
    }

    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? {
        guard pipeline.gate.tryEnter(batch.bytes.count) else { return nil }
        return try submit(batch)
    }

    /// Decodes, then enriches and submits; the room in the gate is given back when the commit is done.
    private func submit(_ batch: RawBatch) throws(IntakeError) -> Ticket {
        let ticket = Ticket()
        let failure: IntakeError? = state.withLock { state in
            if let failure = state.failure { return failure }
            var decoded = DecodedBatch()
            decoded.decode(batch, with: &state.decoder, of: stream, settings: settings)
            state.records += UInt64(decoded.ledger.received) - UInt64(batch.duplicates) - UInt64(batch.shed) - UInt64(batch.filtered)
            submit(decoded, of: batch, state: &state, ticket: ticket)
            return nil
        }
        if let failure {
            pipeline.gate.leave(batch.bytes.count)
            throw failure
        }
        return ticket
    }

    private func submit(_ decoded: DecodedBatch, of batch: RawBatch, state: inout State, ticket: Ticket) {
        var append = JournalAppend(
            source: settings.name, events: decoded.events, deadLetters: decoded.deadLetters, ledger: decoded.ledger,
            previousOffset: state.submittedOffset)
        // A batch of duplicates only repeats what is committed: the cursor stays where it is.
        if !stream.id.isEmpty, !batch.records.isEmpty || batch.duplicates == 0 {
            append.cursor = StreamCursor(
                stream: stream.id, name: stream.name, format: format, offset: batch.endOffset, records: state.records,
                identity: batch.identity, decoderState: state.decoder.state, framerState: batch.framerState)
            state.submittedOffset = batch.endOffset
        }
        append.origin = batch.originKey.map { JournalAppend.Origin(key: $0, contentHash: fnv1a64(batch.bytes)) }
        let newest = decoded.newest
        let future = decoded.future
        let verdicts = decoded.verdicts
        let bytes = batch.bytes.count
        finishing.async { [append, self] in
            var enriched = append
            pipeline.enrichment.enrich(&enriched.events)
            pipeline.journal.submit(enriched) { [self] result in
                pipeline.gate.leave(bytes)
                switch result {
                case .success(let receipt):
                    if !receipt.wasRepeated { meter.note(receipt.count, newest: newest, future: future) }
                    ticket.fulfil(.success(Self.verdict(receipt, verdicts)))
                case .failure(let error):
                    let failure = IntakeError(error, stream: stream.name)
                    self.state.withLock { $0.failure = $0.failure ?? failure }
                    ticket.fulfil(.failure(failure))
                }
            }
        }
    }

    private static func verdict(_ receipt: CommitReceipt, _ verdicts: [BatchVerdict.Verdict]) -> BatchVerdict {
        guard !receipt.wasRepeated else {
            return BatchVerdict(records: verdicts.map { $0 == .notARecord ? .notARecord : .duplicate })
        }
        return BatchVerdict(records: verdicts, firstID: receipt.lastID == nil ? nil : receipt.firstID, lastID: receipt.lastID)
    }
}

extension IntakeError {
    /// What the journal's refusal means to a source.
    init(_ error: JournalError, stream: String) {
        switch error.code {
        case .keyReused: self.init(.keyReused, error.detail)
        case .closed: self.init(.closed, error.detail)
        case .cursorMismatch: self.init(.badCursor, "\(stream): \(error.detail)")
        default: self.init(.journalUnavailable, "\(stream): \(error.detail)")
        }
    }
}
