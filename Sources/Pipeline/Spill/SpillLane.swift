import Formats
import Journal
import Model
import Sources
import Synchronization
import Wire

/// Keeps the decoding lane of one stream, made anew from the committed cursor after a refusal.
final class LaneHome: Sendable {
    private struct State {
        var lane: DecodingLane?
        var failure: IntakeError?
        /// The decoder's state behind what is committed, for streams that have no cursor to keep it.
        var committedState: [UInt8]
    }

    let stream: StreamDescription
    private let state: Mutex<State>

    init(stream: StreamDescription, decoderState: [UInt8] = []) {
        self.stream = stream
        state = Mutex(State(committedState: decoderState))
    }

    /// The state of the decoder behind what was decoded last.
    var decoderState: [UInt8] { state.withLock { $0.lane?.decoderState ?? $0.committedState } }

    /// Notes the decoder's state behind what is committed.
    func noteCommitted(_ decoderState: [UInt8]) { state.withLock { $0.committedState = decoderState } }

    /// Why the source must open the stream anew; nil while it need not.
    var failure: IntakeError? { state.withLock { $0.failure } }

    /// Ends the stream for whoever feeds it.
    func fail(_ failure: IntakeError) { state.withLock { $0.failure = $0.failure ?? failure } }

    /// The lane; a broken one is replaced where that is wished.
    func lane(
        _ settings: SourceSettings, _ pipeline: IngestPipeline, _ meter: SourceMeter, replacingBroken: Bool
    ) async throws(IntakeError) -> DecodingLane {
        if let lane = state.withLock({ $0.lane }), !replacingBroken || !lane.isBroken { return lane }
        let cursor = stream.id.isEmpty ? nil : await pipeline.journal.cursors(of: settings.name).first { $0.stream == stream.id }
        var described = stream
        described.cursor = cursor
        let entry = try pipeline.formats.choose(for: described, named: settings.format)
        let known = stream.id.isEmpty ? state.withLock { $0.committedState } : cursor?.decoderState
        guard let decoder = entry.make(known ?? []) else {
            throw IntakeError(.badCursor, "\(stream.name): the committed state of format \(entry.spec.name) cannot be read")
        }
        let lane = DecodingLane(
            stream: described, format: entry.spec, decoder: decoder, settings: settings, pipeline: pipeline, meter: meter)
        state.withLock { $0.lane = lane }
        return lane
    }
}

/// The lane of a stream whose source spills: goes straight to the journal while there is room and nothing of the stream waits on disk.
final class SpillLane: Lane {
    let framing: Framing
    let format: String
    private let stream: StreamDescription
    private let key: String
    private let home: LaneHome
    private let station: SpillStation
    private let intake: SourceIntake
    /// Where the stream stands behind what was taken last.
    private let offset: Mutex<UInt64>

    init(stream: StreamDescription, format: FormatSpec, station: SpillStation, intake: SourceIntake) {
        framing = format.framing
        self.format = format.name
        var named = stream
        named.format = format.name
        self.stream = named
        self.station = station
        self.intake = intake
        key = stream.id.isEmpty ? "connection \(UInt64.random(in: .min ... .max))" : "stream \(stream.id)"
        home = station.home(of: key, named)
        offset = Mutex(stream.cursor?.offset ?? 0)
    }

    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket {
        if let failure = home.failure { throw failure }
        if !station.isWaiting(key), let ticket = try await submit(batch) { return ticket }
        let entry = SpillEntry(
            stream: stream, key: key, previousOffset: offset.withLock { $0 }, decoderState: stream.id.isEmpty ? home.decoderState : [],
            batch: batch)
        try await station.take(entry, home: home, known: stream.cursor)
        move(behind: batch)
        let ticket = Ticket()
        ticket.fulfil(.success(BatchVerdict(records: batch.records.map { _ in .spilled })))
        return ticket
    }

    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? {
        if let failure = home.failure { throw failure }
        return station.isWaiting(key) ? nil : try await submit(batch)
    }

    /// Hands the batch to the journal when there is room; nil when there is none.
    private func submit(_ batch: RawBatch) async throws(IntakeError) -> Ticket? {
        let gate = intake.pipeline.gate
        guard gate.tryEnter(batch.bytes.count) else { return nil }
        let lane: DecodingLane
        do {
            lane = try await home.lane(intake.settings, intake.pipeline, intake.meter, replacingBroken: false)
        } catch {
            gate.leave(batch.bytes.count)
            throw error
        }
        let ticket = try lane.acceptAdmitted(batch)
        move(behind: batch)
        return ticket
    }

    private func move(behind batch: RawBatch) { if batch.moves { offset.withLock { $0 = batch.endOffset } } }
}
