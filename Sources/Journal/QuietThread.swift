internal import Glibc

/// A thread that gives way to all others, for work that nobody waits for.
package enum QuietThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs the body on a new thread, which ends with it, and returns what it makes.
    ///
    /// - Parameter niceness: how far the thread gives way, 1 to 19 (the lowest priority).
    /// - Throws: when the system has no thread left.
    package static func value<Value: Sendable>(
        niceness: Int32 = 19, _ body: @escaping @Sendable () -> Value
    ) async throws(JournalError) -> Value {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, JournalError>, Never>) in
            do throws(JournalError) {
                try run {
                    // On Linux a nice value belongs to a thread. Where it cannot be set, the work is done all the same.
                    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
                    continuation.resume(returning: .success(body()))
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    private static func run(_ body: @escaping @Sendable () -> Void) throws(JournalError) {
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, work)
        guard code == 0 else {
            Unmanaged<Work>.fromOpaque(work).release()
            throw JournalError(.io, "no thread: \(String(cString: strerror(code)))")
        }
        pthread_detach(thread)
    }
}
