internal import Glibc

/// A thread of the lowest priority, for work that nobody waits for.
enum QuietThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs the body on a new thread, which ends with it.
    static func run(_ body: @escaping @Sendable () -> Void) throws(JournalError) {
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                // On Linux a nice value belongs to a thread. Where it cannot be set, the work is done all the same.
                _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
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
