import Synchronization

/// Bounds what is in flight between the sources and the journal, in bytes.
///
/// First come, first served: a large batch is not overtaken for ever by small ones. A batch larger than the whole gate passes alone.
final class Gate: Sendable {
    private struct Waiter {
        let id: UInt64
        let bytes: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var used = 0
        var peak = 0
        var nextID: UInt64 = 0
        var waiters: [Waiter] = []
    }

    /// Most bytes in flight.
    let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Bytes in flight, and the most there ever were.
    var usage: (bytes: Int, peak: Int) { state.withLock { ($0.used, $0.peak) } }

    /// Batches that wait for room.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Takes room at once, or returns false.
    func tryEnter(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.waiters.isEmpty, admits(bytes, state) else { return false }
            take(bytes, &state)
            return true
        }
    }

    /// Takes room, waiting for it; false when the task is cancelled.
    func enter(_ bytes: Int) async -> Bool {
        if tryEnter(bytes) { return true }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if state.waiters.isEmpty, admits(bytes, state) {
                        take(bytes, &state)
                        return true
                    }
                    state.waiters.append(Waiter(id: id, bytes: bytes, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    /// Gives room back.
    func leave(_ bytes: Int) {
        let admitted = state.withLock { state in
            state.used -= bytes
            var admitted: [Waiter] = []
            while let next = state.waiters.first, admits(next.bytes, state) {
                take(next.bytes, &state)
                admitted.append(state.waiters.removeFirst())
            }
            return admitted
        }
        for waiter in admitted { waiter.continuation.resume(returning: true) }
    }

    private func admits(_ bytes: Int, _ state: State) -> Bool { state.used == 0 || state.used + bytes <= limit }

    private func take(_ bytes: Int, _ state: inout State) {
        state.used += bytes
        state.peak = max(state.peak, state.used)
    }
}
