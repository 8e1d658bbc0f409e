internal import Synchronization

/// The switch by which a source is held and let go; its supervisor waits on it.
///
/// Waiting ends with cancellation too: whoever waits looks at the task then.
final class SourceControl: Sendable {
    private struct State {
        var isPaused: Bool
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: (forPause: Bool, continuation: CheckedContinuation<Void, Never>)] = [:]
    }

    private let state: Mutex<State>

    init(isPaused: Bool = false) { state = Mutex(State(isPaused: isPaused)) }

    /// Whether the source is to be held.
    var isPaused: Bool { state.withLock { $0.isPaused } }

    /// Moves the switch and wakes whoever waits for it.
    func set(isPaused: Bool) {
        let woken = state.withLock { state in
            state.isPaused = isPaused
            let ready = state.waiters.filter { $0.value.forPause == isPaused }
            for key in ready.keys { state.waiters[key] = nil }
            return ready.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Waits until the source is to be held, or is to run again; returns early when the task is cancelled.
    func wait(untilPaused forPause: Bool) async {
        let ticket = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.isPaused != forPause, !Task.isCancelled else { return true }
                    state.waiters[ticket] = (forPause, continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.continuation.resume()
        }
    }
}
