import Journal
import Model

/// The per-minute tallies on disk, with the cursor up to which they count; cursor and counts change in one transaction.
///
/// Derived: a file that is missing, damaged or of another revision is made anew from the journal.
final class RollupFile {
    private let connection: SQLiteConnection

    init(path: String) throws(JournalError) {
        connection = try SQLiteConnection(path: path, mode: .create)
        try connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=OFF")
        if try connection.integer("PRAGMA user_version") != Int64(TallyCodec.revision) { try clear() }
    }

    /// Forgets everything.
    func clear() throws(JournalError) {
        try connection.transaction { () throws(JournalError) in
            try connection.execute("DROP TABLE IF EXISTS minute; DROP TABLE IF EXISTS cursor")
            try connection.execute("CREATE TABLE minute(minute INTEGER PRIMARY KEY, tally BLOB NOT NULL) STRICT")
            try connection.execute("CREATE TABLE cursor(id INTEGER NOT NULL) STRICT; INSERT INTO cursor VALUES(0)")
            try connection.execute("PRAGMA user_version=\(TallyCodec.revision)")
        }
    }

    /// Id of the last event that is counted.
    func cursor() throws(JournalError) -> EventID { EventID(try connection.integer("SELECT id FROM cursor")) }

    /// The newest minute that is counted.
    func newestMinute() throws(JournalError) -> Int64? {
        let statement = try connection.statement("SELECT minute FROM minute ORDER BY minute DESC LIMIT 1")
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The tallies of the minutes in the range.
    func tallies(_ minutes: ClosedRange<Int64>) throws(JournalError) -> [Int64: LensTally] {
        let statement = try connection.statement("SELECT minute, tally FROM minute WHERE minute BETWEEN ? AND ?")
        defer { statement.reset() }
        statement.bind([.integer(minutes.lowerBound), .integer(minutes.upperBound)])
        var found: [Int64: LensTally] = [:]
        while try statement.step() { found[statement.integer(0)] = try decode(statement.blob(1), minute: statement.integer(0)) }
        return found
    }

    /// Replaces the tallies, forgets minutes before `first`, and moves the cursor.
    func save(_ tallies: [Int64: LensTally], cursor: EventID, keepingFrom first: Int64) throws(JournalError) {
        try connection.transaction { () throws(JournalError) in
            for (minute, tally) in tallies {
                try connection.statement("INSERT OR REPLACE INTO minute VALUES(?,?)").run(.integer(minute), .blob(TallyCodec.encode(tally)))
            }
            try connection.statement("DELETE FROM minute WHERE minute < ?").run(.integer(first))
            try connection.statement("UPDATE cursor SET id = ?").run(.integer(cursor.value))
        }
    }

    private func decode(_ bytes: [UInt8], minute: Int64) throws(JournalError) -> LensTally {
        guard let tally = TallyCodec.decode(bytes) else {
            throw JournalError(.damaged, "\(connection.path), minute \(minute): damaged; delete the file, it is rebuilt from the journal")
        }
        return tally
    }
}
