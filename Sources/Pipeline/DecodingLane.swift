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
        /// What was given up and is not on its way to the books yet.
        var shed: ShedTally?
        /// Whether books of what was given up are on their way; one append of them is enough.
        var isShedding = false
    }

    /// What was given up: its books, and who waits for them.
    private struct ShedTally {
        var ledger = Ledger()
        var cursor: StreamCursor?
        var waiting: [(ticket: Ticket, verdict: BatchVerdict)] = []
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
        guard settings.overload == .shed else { return try await acceptWaiting(batch) }
        return try pipeline.gate.tryEnter(batch.bytes.count) ? submit(batch) : shed(batch)
    }

    /// Waits for room, then goes on.
    private func acceptWaiting(_ batch: RawBatch) async throws(IntakeError) -> Ticket {
        guard await pipeline.gate.enter(batch.bytes.count) else {
            throw IntakeError(.closed, "\(stream.name): cancelled while waiting for the journal")
        }
        return try submit(batch)
    }

    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? {
        guard pipeline.gate.tryEnter(batch.bytes.count) else { return nil }
        return try submit(batch)
    }

    /// The offset up to which the stream was submitted.
    var submittedOffset: UInt64 { state.withLock { $0.submittedOffset } }

    /// The state of the decoder behind what was decoded last.
    var decoderState: [UInt8] { state.withLock { $0.decoder.state } }

    /// Whether a commit was refused, so that the stream must be opened anew.
    var isBroken: Bool { state.withLock { $0.failure != nil } }

    /// Waits for room, then submits a batch that stood in a queue, with the queue's cursor by the decoder's state behind the batch.
    func accept(_ batch: RawBatch, queued: @Sendable ([UInt8]) -> StreamCursor) async throws(IntakeError) -> Ticket {
        guard await pipeline.gate.enter(batch.bytes.count) else {
            throw IntakeError(.closed, "\(stream.name): cancelled while waiting for the journal")
        }
        return try submit(batch, queued: queued)
    }

    /// Submits a batch for which room was taken.
    func acceptAdmitted(_ batch: RawBatch) throws(IntakeError) -> Ticket { try submit(batch) }

    /// Decodes, then enriches and submits; the room in the gate is given back when the commit is done.
    private func submit(_ batch: RawBatch, queued: ([UInt8]) -> StreamCursor? = { _ in nil }) throws(IntakeError) -> Ticket {
        let ticket = Ticket()
        let failure: IntakeError? = state.withLock { state in
            if let failure = state.failure { return failure }
            submitShed(&state)
            let decoded = decode(batch, &state)
            submit(decoded, of: batch, state: &state, ticket: ticket, queued: queued(state.decoder.state))
            return nil
        }
        if let failure {
            pipeline.gate.leave(batch.bytes.count)
            throw failure
        }
        return ticket
    }

    private func decode(_ batch: RawBatch, _ state: inout State) -> DecodedBatch {
        var decoded = DecodedBatch(format: format)
        decoded.decode(batch, with: &state.decoder, of: stream, settings: settings)
        state.records += UInt64(decoded.ledger.received) - UInt64(batch.duplicates) - UInt64(batch.shed) - UInt64(batch.filtered)
        return decoded
    }

    /// Gives the batch up: its records are decoded, so that the decoder stays right and the books are exact, and counted as shed.
    ///
    /// Memory stays bounded however long the journal takes: while books are on their way, further ones are added to one tally.
    private func shed(_ batch: RawBatch) throws(IntakeError) -> Ticket {
        let ticket = Ticket()
        let failure: IntakeError? = state.withLock { state in
            if let failure = state.failure { return failure }
            var decoded = decode(batch, &state)
            decoded.shed()
            var tally = state.shed ?? ShedTally()
            tally.ledger += decoded.ledger
            tally.waiting.append((ticket, BatchVerdict(records: decoded.verdicts)))
            if let cursor = cursor(behind: batch, state) { tally.cursor = cursor }
            state.shed = tally
            if !state.isShedding { submitShed(&state) }
            return nil
        }
        if let failure { throw failure }
        return ticket
    }

    /// Sends the books of what was given up on their way, with the cursor behind it.
    private func submitShed(_ state: inout State) {
        guard let tally = state.shed else { return }
        state.shed = nil
        state.isShedding = true
        let append = JournalAppend(
            source: settings.name, events: EventBatch(), ledger: tally.ledger, cursor: tally.cursor, previousOffset: state.submittedOffset)
        if let cursor = tally.cursor { state.submittedOffset = cursor.offset }
        finishing.async { [append, self] in
            pipeline.journal.submit(append) { [self] result in
                let failure: IntakeError? =
                    switch result {
                    case .success: nil
                    case .failure(let error): IntakeError(error, stream: stream.name)
                    }
                self.state.withLock { state in
                    state.failure = state.failure ?? failure
                    state.isShedding = false
                    submitShed(&state)
                }
                for (ticket, verdict) in tally.waiting { ticket.fulfil(failure.map { .failure($0) } ?? .success(verdict)) }
            }
        }
    }

    /// The cursor behind a batch; nil for streams without one.
    private func cursor(behind batch: RawBatch, _ state: State) -> StreamCursor? {
        // A batch of duplicates only repeats what is committed: the cursor stays where it is.
        guard !stream.id.isEmpty, !batch.records.isEmpty || batch.duplicates == 0 else { return nil }
        return StreamCursor(
            stream: stream.id, name: stream.name, format: format, offset: batch.endOffset, records: state.records,
            identity: batch.identity, decoderState: state.decoder.state, framerState: batch.framerState)
    }

    private func submit(
        _ decoded: DecodedBatch, of batch: RawBatch, state: inout State, ticket: Ticket, queued: StreamCursor?
    ) {
        var append = JournalAppend(
            source: settings.name, events: decoded.events, deadLetters: decoded.deadLetters, ledger: decoded.ledger,
            previousOffset: state.submittedOffset)
        append.queued = queued
        append.cursor = cursor(behind: batch, state)
        if let cursor = append.cursor { state.submittedOffset = cursor.offset }
        append.origin = batch.originKey.map { JournalAppend.Origin(key: $0, contentHash: fnv1a64(batch.bytes)) }
        let newest = decoded.newest
        let future = decoded.future
        let verdicts = decoded.verdicts
        let bytes = batch.bytes.count
        let indicators = settings.indicatorList == nil ? nil : decoded.events
        finishing.async { [append, self] in
            var enriched = append
            pipeline.enrichment.enrich(&enriched.events)
            pipeline.journal.submit(enriched) { [self] result in
                pipeline.gate.leave(bytes)
                switch result {
                case .success(let receipt):
                    if let indicators { pipeline.noteIndicators(indicators, settings) }
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
