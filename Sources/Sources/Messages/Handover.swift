import Synchronization

/// Hands what a blocking thread reads to a task, in order.
///
/// The thread looks at ``hasRoom`` before it reads on, so that no more waits here than the bound and what one look at the peer brings.
final class Handover<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var bytes = 0
        var isConnected = false
        var failure: PeerError?
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// Bytes from which the thread should stop reading.
    let bound: Int
    private let state = Mutex(State())

    init(bound: Int = 8 << 20) { self.bound = bound }

    // MARK: For the thread

    /// Whether there is room for more.
    var hasRoom: Bool { state.withLock { $0.bytes < bound } }

    /// Adds what was read.
    func put(_ elements: [Element], bytes: Int) {
        guard !elements.isEmpty else { return }
        state.withLock { state in
            state.elements += elements
            state.bytes += bytes
            return state.waiter.take()
        }?.resume()
    }

    /// Tells that the peer has let us in.
    func noteConnected() {
        state.withLock { state in
            state.isConnected = true
            return state.waiter.take()
        }?.resume()
    }

    /// Tells that nothing more comes, once what waits is taken.
    func end(_ failure: PeerError) {
        state.withLock { state in
            state.failure = state.failure ?? failure
            return state.waiter.take()
        }?.resume()
    }

    /// Drops what waits and fits, e.g. what somebody else is to read from now on.
    func drop(where fits: (Element) -> Bool) {
        state.withLock { state in
            state.elements.removeAll(where: fits)
            if state.elements.isEmpty { state.bytes = 0 }
        }
    }

    // MARK: For the one task

    /// Waits until the peer has let us in; throws why it does not.
    func connected() async throws {
        while true {
            try Task.checkCancellation()
            let isConnected = try state.withLock { state in
                if !state.isConnected, let failure = state.failure { throw failure }
                return state.isConnected
            }
            if isConnected { return }
            await wait { $0.isConnected }
        }
    }

    /// What has been read, at least one; throws when nothing more comes or the task is cancelled. `onTake` sees it under the lock.
    ///
    /// Tells also whether the thread had no room, and should be woken.
    func take(onTake: ([Element]) -> Void) async throws -> (elements: [Element], wasFull: Bool) {
        while true {
            try Task.checkCancellation()
            let (elements, wasFull) = try state.withLock { state in
                if state.elements.isEmpty, let failure = state.failure { throw failure }
                defer {
                    state.elements = []
                    state.bytes = 0
                }
                onTake(state.elements)
                return (state.elements, state.bytes >= bound)
            }
            if !elements.isEmpty { return (elements, wasFull) }
            await wait { !$0.elements.isEmpty }
        }
    }

    private func wait(until isReady: @Sendable @escaping (borrowing State) -> Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if Task.isCancelled || state.failure != nil || isReady(state) { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
