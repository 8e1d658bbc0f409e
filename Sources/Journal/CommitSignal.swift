public import Model
internal import Synchronization

/// Lets followers wait until something newer than their cursor is there.
public final class CommitSignal: Sendable {
    private struct State {
        var head: EventID
        var isClosed = false
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: (after: EventID, continuation: CheckedContinuation<EventID?, Never>)] = [:]
    }

    private let state: Mutex<State>

    /// A signal whose newest event is `head`.
    public init(head: EventID) { state = Mutex(State(head: head)) }

    /// Id of the newest committed event.
    var head: EventID { state.withLock { $0.head } }

    /// Moves the head and wakes those who wait for less.
    public func publish(_ head: EventID) {
        let woken = state.withLock { state in
            state.head = max(state.head, head)
            let ready = state.waiters.filter { $0.value.after < state.head }
            for key in ready.keys { state.waiters[key] = nil }
            return ready.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: head) }
    }

    /// Wakes everybody with nil.
    func close() {
        let woken = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return state.waiters.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: nil) }
    }

    /// Waits until the head is behind `cursor`; nil when the task is cancelled or the journal closed.
    public func wait(after cursor: EventID) async -> EventID? {
        let ticket = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: EventID?? = state.withLock { state in
                    if state.isClosed || Task.isCancelled { return .some(nil) }
                    if state.head > cursor { return .some(state.head) }
                    state.waiters[ticket] = (cursor, continuation)
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.continuation.resume(returning: nil)
        }
    }
}
