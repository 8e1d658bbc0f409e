import Model
import Sources
import Synchronization
import Wire

/// An intake whose lanes take nothing until they are released.
final class GatedIntake: Intake {
    private let inner: RecordingIntake
    private let state = Mutex((isReleased: false, waiters: [CheckedContinuation<Void, Never>]()))

    init(_ inner: RecordingIntake) { self.inner = inner }

    /// Batches that wait.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Lets everything pass from now on.
    func release() {
        let waiters = state.withLock { state in
            state.isReleased = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    fileprivate func pass() async {
        await withCheckedContinuation { continuation in
            let isReleased = state.withLock { state in
                if !state.isReleased { state.waiters.append(continuation) }
                return state.isReleased
            }
            if isReleased { continuation.resume() }
        }
    }

    func cursors() async throws -> [StreamCursor] { try await inner.cursors() }

    func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane {
        GatedLane(intake: self, inner: try await inner.open(stream))
    }
}

private struct GatedLane: Lane {
    let intake: GatedIntake
    let inner: any Lane
    var framing: Framing { inner.framing }

    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket {
        await intake.pass()
        return try await inner.accept(batch)
    }

    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? { try await inner.tryAccept(batch) }
}
