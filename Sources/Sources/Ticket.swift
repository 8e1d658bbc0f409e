import Synchronization

/// A promise that a batch will be durable; fulfilled by the pipeline after the commit.
public final class Ticket: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Result<BatchVerdict, IntakeError>, Never>])
        case done(Result<BatchVerdict, IntakeError>)
    }

    private let state = Mutex(State.waiting([]))

    /// A ticket that is not fulfilled yet.
    public init() {}

    /// Waits until the batch is durable and tells what became of its records.
    public var committed: BatchVerdict {
        get async throws(IntakeError) {
            let result = await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Result<BatchVerdict, IntakeError>? in
                    switch state {
                    case .done(let result): return result
                    case .waiting(let waiting):
                        state = .waiting(waiting + [continuation])
                        return nil
                    }
                }
                if let ready { continuation.resume(returning: ready) }
            }
            return try result.get()
        }
    }

    /// Fulfils the ticket; the first call counts.
    public func fulfil(_ result: Result<BatchVerdict, IntakeError>) {
        let waiting = state.withLock { state -> [CheckedContinuation<Result<BatchVerdict, IntakeError>, Never>] in
            guard case .waiting(let waiting) = state else { return [] }
            state = .done(result)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }
}
