internal import CSQLite

/// One SQLite connection, used by one thread at a time.
///
/// A thin layer over the C interface: statements are prepared once and kept, errors carry the path.
package final class SQLiteConnection {
    /// How the file is opened.
    package enum Mode {
        case readOnly
        case readWrite
        case create
    }

    package let path: String
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    package init(path: String, mode: Mode) throws(JournalError) {
        var handle: OpaquePointer?
        let flags =
            switch mode {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            let error = Self.error(code, handle, path)
            sqlite3_close_v2(handle)
            throw error
        }
        self.path = path
        self.handle = handle
        sqlite3_busy_timeout(handle, 5000)
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Runs statements that return nothing and take nothing.
    package func execute(_ sql: String) throws(JournalError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// The prepared statement of that text, reset and with no values bound.
    package func statement(_ sql: String) throws(JournalError) -> SQLiteStatement {
        if let known = statements[sql] {
            known.reset()
            return known
        }
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw error(code) }
        let statement = SQLiteStatement(pointer: pointer, connection: self)
        statements[sql] = statement
        return statement
    }

    /// Runs the body in a transaction; a throw rolls back.
    package func transaction<Value>(_ body: () throws(JournalError) -> Value) throws(JournalError) -> Value {
        try execute("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // A failed rollback leaves nothing to do: SQLite has rolled back by itself (disk full, I/O error).
            sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
            throw error
        }
    }

    /// The value of a one-number query.
    package func integer(_ sql: String) throws(JournalError) -> Int64 {
        let statement = try statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    package func error(_ code: Int32) -> JournalError { Self.error(code, handle, path) }

    private static func error(_ code: Int32, _ handle: OpaquePointer?, _ path: String) -> JournalError {
        let text = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        switch code & 0xff {
        case SQLITE_FULL: return JournalError(.full, "\(path): \(text); free some space, writing goes on by itself")
        case SQLITE_CORRUPT, SQLITE_NOTADB: return JournalError(.damaged, "\(path): \(text); restore the file or move it away")
        case SQLITE_BUSY, SQLITE_LOCKED: return JournalError(.inUse, "\(path): \(text)")
        default: return JournalError(.io, "\(path): \(text) (SQLite \(code))")
        }
    }
}

/// A prepared statement; parameters and columns are numbered from 0.
package final class SQLiteStatement {
    private let pointer: OpaquePointer
    private unowned let connection: SQLiteConnection

    fileprivate init(pointer: OpaquePointer, connection: SQLiteConnection) {
        self.pointer = pointer
        self.connection = connection
    }

    deinit { sqlite3_finalize(pointer) }

    package func reset() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    /// Goes to the next row; false at the end.
    package func step() throws(JournalError) -> Bool {
        let code = sqlite3_step(pointer)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = connection.error(code)
            sqlite3_reset(pointer)
            throw error
        }
    }

    /// Binds the values, runs to the end and resets.
    package func run(_ values: SQLiteValue...) throws(JournalError) { try run(values) }

    /// Binds the values, runs to the end and resets.
    package func run(_ values: [SQLiteValue]) throws(JournalError) {
        bind(values)
        while try step() {}
        reset()
    }

    package func bind(_ values: [SQLiteValue]) {
        for (index, value) in values.enumerated() { bind(index, value) }
    }

    package func bind(_ index: Int, _ value: SQLiteValue) {
        let at = Int32(index + 1)
        // The bytes are copied by SQLite (SQLITE_TRANSIENT): they need not outlive the call.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: sqlite3_bind_null(pointer, at)
        case .integer(let number): sqlite3_bind_int64(pointer, at, number)
        case .text(let text): sqlite3_bind_text(pointer, at, text, -1, transient)
        case .blob(let bytes):
            _ = bytes.withUnsafeBytes { buffer in
                // A nil pointer would bind NULL instead of an empty blob.
                if let base = buffer.baseAddress, !buffer.isEmpty {
                    sqlite3_bind_blob64(pointer, at, base, UInt64(buffer.count), transient)
                } else {
                    sqlite3_bind_zeroblob(pointer, at, 0)
                }
            }
        }
    }

    package func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL }

    package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, Int32(column)) }

    package func text(_ column: Int) -> String {
        sqlite3_column_text(pointer, Int32(column)).map { String(cString: $0) } ?? ""
    }

    package func blob(_ column: Int) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(pointer, Int32(column)))
        guard count > 0, let base = sqlite3_column_blob(pointer, Int32(column)) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: base, count: count))
    }
}

/// A value to be bound.
package enum SQLiteValue {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}
