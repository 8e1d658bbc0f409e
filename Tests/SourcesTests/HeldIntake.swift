import Formats
import Model
import Sources
import Synchronization
import Wire

/// An intake that detects formats as the pipeline does, and can hold back what it is given or the word that it is durable.
final class HeldIntake: Intake {
    /// A record, and what was known with it.
    struct Record: Equatable {
        var text: String
        var sensor: String?
        var format: String
    }

    struct State {
        var records: [Record] = []
        var opened: [String] = []
        var oversized: [UInt64] = []
        var largestBatch = 0
        var batches = 0
        var shed = 0
        var filtered = 0
        var isHeld = false
        var holdsCommits = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var tickets: [(Ticket, Int)] = []
    }

    let state = Mutex(State())

    var records: [Record] { state.withLock { $0.records } }
    var texts: [String] { records.map(\.text) }

    func cursors() async throws -> [StreamCursor] { [] }

    func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane {
        guard
            let entry = stream.format.map(FormatCatalogue.standard.entry)
                ?? FormatCatalogue.standard.detect(head: stream.head.span, fileName: "")
        else { throw IntakeError(.unknownFormat, "no format claims it") }
        state.withLock { $0.opened.append(entry.spec.name) }
        return HeldLane(intake: self, framing: entry.spec.framing, format: entry.spec.name)
    }

    /// From now on `accept` waits.
    func hold() { state.withLock { $0.isHeld = true } }

    /// Lets go of what waits.
    func release() {
        let waiting = state.withLock { state in
            state.isHeld = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume() }
    }

    /// How many calls wait.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// From now on nothing becomes durable before ``commit()``.
    func holdCommits() { state.withLock { $0.holdsCommits = true } }

    /// Tells of all that it is durable.
    func commit() {
        let tickets = state.withLock { state in
            state.holdsCommits = false
            defer { state.tickets = [] }
            return state.tickets
        }
        for (ticket, count) in tickets { ticket.fulfil(.success(BatchVerdict(records: Array(repeating: .stored(1), count: count)))) }
    }

    fileprivate func wait() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if !state.isHeld { return true }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    fileprivate func take(_ batch: RawBatch, _ format: String) -> Ticket {
        let ticket = Ticket()
        let isDurable = state.withLock { state in
            for range in batch.records {
                state.records.append(
                    Record(text: String(decoding: batch.bytes[range], as: UTF8.self), sensor: batch.sensor, format: format))
            }
            state.oversized += batch.oversized.values
            state.shed += batch.shed
            state.filtered += batch.filtered
            state.largestBatch = max(state.largestBatch, batch.bytes.count)
            state.batches += 1
            if state.holdsCommits { state.tickets.append((ticket, batch.records.count)) }
            return !state.holdsCommits
        }
        if isDurable { ticket.fulfil(.success(BatchVerdict(records: batch.records.map { _ in .stored(1) }))) }
        return ticket
    }
}

struct HeldLane: Lane {
    let intake: HeldIntake
    let framing: Framing
    let format: String

    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket {
        await intake.wait()
        return intake.take(batch, format)
    }
    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? { intake.take(batch, format) }
}
