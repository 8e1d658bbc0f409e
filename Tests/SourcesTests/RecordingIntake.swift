import Formats
import Model
import Sources
import Synchronization
import Wire

/// What was committed: the truth that outlives a killed run.
final class RecordingStore: Sendable {
    struct State {
        var cursors: [StreamCursor] = []
        /// Committed records, with their stream and offset.
        var records: [(stream: String, offset: UInt64, text: String)] = []
        var duplicates = 0
        var oversized: [UInt64] = []
        /// Reasons of records that the source refused.
        var refusals: [String] = []
        /// Sensors of batches that name theirs, by what the batch holds.
        var sensors: [String: String] = [:]
        /// Keys by which repetitions are recognised, in order.
        var keys: [String] = []
    }
    let state = Mutex(State())

    var texts: [String] { state.withLock { $0.records.map(\.text) } }
    var duplicates: Int { state.withLock { $0.duplicates } }
    var cursors: [StreamCursor] { state.withLock { $0.cursors } }

    func commit(_ batch: RawBatch, to stream: StreamDescription) {
        state.withLock { state in
            state.duplicates += batch.duplicates
            state.oversized += batch.oversized.values
            state.refusals += batch.refused.sorted { $0.key < $1.key }.map(\.value.description)
            if let key = batch.originKey {
                guard !state.keys.contains(key) else {
                    state.duplicates += batch.records.count
                    return
                }
                state.keys.append(key)
            }
            guard !batch.records.isEmpty else { return }
            for range in batch.records {
                let text = String(decoding: batch.bytes[range], as: UTF8.self)
                if let sensor = batch.sensor { state.sensors[text] = sensor }
                state.records.append((stream.id, batch.startOffset + UInt64(range.lowerBound), text))
            }
            var cursor =
                state.cursors.first { $0.stream == stream.id } ?? StreamCursor(stream: stream.id, name: stream.name, format: "test")
            cursor.offset = batch.endOffset
            cursor.identity = batch.identity
            cursor.framerState = batch.framerState
            cursor.records += UInt64(batch.records.count)
            state.cursors.removeAll { $0.stream == stream.id }
            state.cursors.append(cursor)
        }
    }
}

/// An intake in memory that commits behind the source's back, a few batches late, and can be killed at any batch.
final class RecordingIntake: Intake {
    struct Run {
        var waiting: [(RawBatch, StreamDescription, Ticket)] = []
        var left: Int
        /// Lanes that were opened.
        var opened = 0
    }
    let store: RecordingStore
    let framing: Framing
    let lag: Int
    let run: Mutex<Run>
    /// Called when the source asks what is committed: in the middle of a look at the files.
    let onCursors: @Sendable () throws -> Void

    /// Dies at the batch numbered `killAt`: what is not committed then is lost. Commits are `lag` batches behind.
    init(
        store: RecordingStore, framing: Framing = .json, lag: Int = 0, killAt: Int = .max,
        onCursors: @escaping @Sendable () throws -> Void = {}
    ) {
        self.onCursors = onCursors
        self.store = store
        self.framing = framing
        self.lag = lag
        run = Mutex(Run(left: killAt))
    }

    func cursors() async throws -> [StreamCursor] {
        try onCursors()
        return store.cursors
    }

    func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane {
        run.withLock { $0.opened += 1 }
        return RecordingLane(intake: self, stream: stream)
    }

    func take(_ batch: RawBatch, _ stream: StreamDescription) throws(IntakeError) -> Ticket {
        let ticket = Ticket()
        let lost: [Ticket]? = run.withLock { run in
            run.left -= 1
            guard run.left > 0 else {
                defer { run.waiting = [] }
                return run.waiting.map(\.2)
            }
            run.waiting.append((batch, stream, ticket))
            return nil
        }
        if let lost {
            for ticket in lost { ticket.fulfil(.failure(IntakeError(.closed, "killed"))) }
            throw IntakeError(.closed, "killed")
        }
        commit(keeping: lag)
        return ticket
    }

    /// Commits late batches too, now and then, until cancelled, as a pipeline does.
    func commitLate() async {
        while !Task.isCancelled {
            for _ in 0..<20 { await Task.yield() }
            commit()
        }
    }

    /// Commits all but the newest batches; nothing once it is dead.
    func commit(keeping kept: Int = 0) {
        let ready = run.withLock { run -> [(RawBatch, StreamDescription, Ticket)] in
            guard run.left > 0 else { return [] }
            let count = max(0, run.waiting.count - kept)
            defer { run.waiting.removeFirst(count) }
            return Array(run.waiting.prefix(count))
        }
        for (batch, stream, ticket) in ready {
            store.commit(batch, to: stream)
            ticket.fulfil(.success(BatchVerdict(records: batch.records.map { _ in .stored(1) })))
        }
    }
}

struct RecordingLane: Lane {
    let intake: RecordingIntake
    let stream: StreamDescription
    var framing: Framing { intake.framing }
    var format: String { "test" }

    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket { try intake.take(batch, stream) }
    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? { try intake.take(batch, stream) }
}
