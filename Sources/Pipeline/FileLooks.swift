/// Looks at files again and again, to see which change.
struct FileLooks {
    private let paths: [String]
    private let wait: @Sendable () async throws -> Void
    private var known: [FileVersion?]

    /// Looks at the files at those paths; `wait` comes between two looks.
    init(_ paths: [String], wait: @escaping @Sendable () async throws -> Void) {
        self.paths = paths
        self.wait = wait
        known = paths.map(FileVersion.init)
    }

    /// Waits, then tells whether a file has changed since the look before; nil when the task is cancelled.
    mutating func next() async -> Bool? {
        // Cancellation ends the wait early.
        try? await wait()
        if Task.isCancelled { return nil }
        let now = paths.map(FileVersion.init)
        defer { known = now }
        return now != known
    }
}
