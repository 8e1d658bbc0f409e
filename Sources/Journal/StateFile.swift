internal import Dispatch

/// A small SQLite file of what people made and nothing else can make anew. A change is durable when it returns.
final class StateFile: Sendable {
    private let queue: DispatchQueue
    /// Used on ``queue`` only.
    private nonisolated(unsafe) let connection: SQLiteConnection

    /// Opens the file, or makes it by the schema, whose version is 1.
    init(path: String, label: String, schema: String) throws(JournalError) {
        queue = DispatchQueue(label: label)
        connection = try SQLiteConnection(path: path, mode: .create)
        try connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
        let version = try connection.integer("PRAGMA user_version")
        guard version <= 1 else {
            throw JournalError(.newer, "\(path): written by a newer version of Petrel; use that, or move the file away")
        }
        guard version == 0 else { return }
        try connection.transaction { () throws(JournalError) in try connection.execute("\(schema); PRAGMA user_version=1") }
    }

    /// Reads.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteConnection) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, JournalError>, Never>) in
            queue.async { continuation.resume(returning: Result { () throws(JournalError) in try body(self.connection) }) }
        }
        return try result.get()
    }

    /// Reads and writes in one transaction.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteConnection) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        try await read { connection throws(JournalError) in
            try connection.transaction { () throws(JournalError) in try body(connection) }
        }
    }
}
