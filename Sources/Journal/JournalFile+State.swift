import Model

/// The ingest state that is written in the transaction of the events: cursors, books, origin keys, dead letters.
extension JournalFile {
    // MARK: Cursors

    func cursors() throws(JournalError) -> [(source: String, cursor: StreamCursor)] {
        let statement = try connection.statement(
            "SELECT source, stream, name, format, position, records, identity, decoder, framer FROM cursor ORDER BY committed, stream")
        defer { statement.reset() }
        var found: [(String, StreamCursor)] = []
        while try statement.step() {
            found.append(
                (
                    statement.text(0),
                    StreamCursor(
                        stream: statement.text(1), name: statement.text(2), format: statement.text(3),
                        offset: UInt64(bitPattern: statement.integer(4)), records: UInt64(bitPattern: statement.integer(5)),
                        identity: statement.blob(6), decoderState: statement.blob(7), framerState: statement.blob(8))
                ))
        }
        return found
    }

    func save(_ cursor: StreamCursor, source: String, committed: Timestamp) throws(JournalError) {
        try connection.statement("INSERT OR REPLACE INTO cursor VALUES(?,?,?,?,?,?,?,?,?,?)").run(
            .text(source), .text(cursor.stream), .text(cursor.name), .text(cursor.format),
            .integer(Int64(bitPattern: cursor.offset)), .integer(Int64(bitPattern: cursor.records)), .blob(cursor.identity),
            .blob(cursor.decoderState), .blob(cursor.framerState), .integer(committed.microseconds))
    }

    // MARK: Books

    func ledgers() throws(JournalError) -> [String: Ledger] {
        let statement = try connection.statement("SELECT source, received, stored, duplicate, filtered, dead_lettered, shed FROM ledger")
        defer { statement.reset() }
        var found: [String: Ledger] = [:]
        while try statement.step() {
            var ledger = Ledger()
            ledger.received = statement.integer(1)
            ledger.stored = statement.integer(2)
            ledger.duplicate = statement.integer(3)
            ledger.filtered = statement.integer(4)
            ledger.deadLettered = statement.integer(5)
            ledger.shed = statement.integer(6)
            found[statement.text(0)] = ledger
        }
        return found
    }

    func save(_ ledger: Ledger, source: String) throws(JournalError) {
        try connection.statement("INSERT OR REPLACE INTO ledger VALUES(?,?,?,?,?,?,?)").run(
            .text(source), .integer(ledger.received), .integer(ledger.stored), .integer(ledger.duplicate), .integer(ledger.filtered),
            .integer(ledger.deadLettered), .integer(ledger.shed))
    }

    // MARK: Origin keys

    /// What was committed under that key, with the hash of its content.
    func origin(source: String, key: String) throws(JournalError) -> (contentHash: UInt64, receipt: CommitReceipt)? {
        let statement = try connection.statement("SELECT content, first_id, count FROM origin WHERE source = ? AND key = ?")
        defer { statement.reset() }
        statement.bind([.text(source), .text(key)])
        guard try statement.step() else { return nil }
        return (
            UInt64(bitPattern: statement.integer(0)),
            CommitReceipt(firstID: EventID(statement.integer(1)), count: Int(statement.integer(2)), wasRepeated: true)
        )
    }

    func save(_ origin: JournalAppend.Origin, source: String, receipt: CommitReceipt, committed: Timestamp) throws(JournalError) {
        try connection.statement("INSERT INTO origin VALUES(?,?,?,?,?,?)").run(
            .text(source), .text(origin.key), .integer(Int64(bitPattern: origin.contentHash)), .integer(receipt.firstID.value),
            .integer(Int64(receipt.count)), .integer(committed.microseconds))
    }

    /// Forgets origin keys that were committed before that instant.
    func forgetOrigins(before limit: Timestamp) throws(JournalError) {
        try connection.statement("DELETE FROM origin WHERE committed < ?").run(.integer(limit.microseconds))
    }

    // MARK: A new file

    /// Copies the state of the file before, whose newest event is `last`, but for origin keys that have left the window.
    func copyState(from old: JournalFile, last: EventID, originsSince limit: Timestamp) throws(JournalError) {
        let known = try old.cursors()
        let ledgers = try old.ledgers()
        let cursorTimes = try old.cursorTimes()
        let origins = try old.origins(since: limit)
        try connection.transaction { () throws(JournalError) in
            for (source, cursor) in known {
                try save(cursor, source: source, committed: cursorTimes[source + "\u{0}" + cursor.stream] ?? limit)
            }
            for (source, ledger) in ledgers { try save(ledger, source: source) }
            for (source, origin, receipt, committed) in origins {
                try save(origin, source: source, receipt: receipt, committed: committed)
            }
            try markComplete(following: last)
        }
    }

    private func cursorTimes() throws(JournalError) -> [String: Timestamp] {
        let statement = try connection.statement("SELECT source, stream, committed FROM cursor")
        defer { statement.reset() }
        var times: [String: Timestamp] = [:]
        while try statement.step() {
            times[statement.text(0) + "\u{0}" + statement.text(1)] = Timestamp(microseconds: statement.integer(2))
        }
        return times
    }

    private func origins(since limit: Timestamp) throws(JournalError) -> [(String, JournalAppend.Origin, CommitReceipt, Timestamp)] {
        let statement = try connection.statement("SELECT source, key, content, first_id, count, committed FROM origin WHERE committed >= ?")
        defer { statement.reset() }
        statement.bind([.integer(limit.microseconds)])
        var found: [(String, JournalAppend.Origin, CommitReceipt, Timestamp)] = []
        while try statement.step() {
            found.append(
                (
                    statement.text(0),
                    JournalAppend.Origin(key: statement.text(1), contentHash: UInt64(bitPattern: statement.integer(2))),
                    CommitReceipt(firstID: EventID(statement.integer(3)), count: Int(statement.integer(4)), wasRepeated: false),
                    Timestamp(microseconds: statement.integer(5))
                ))
        }
        return found
    }

    /// Says that the file holds the whole state; a file without the mark was cut off while it was made and holds nothing.
    ///
    /// - Parameter last: the newest event of all files before; zero where there are none.
    func markComplete(following last: EventID) throws(JournalError) {
        try setMeta("follows", last.description)
        try setMeta("complete", "1")
    }

    /// The newest event of all files before this one; nil in files of versions that did not note it.
    func followedID() throws(JournalError) -> EventID? { try meta("follows").flatMap { EventID($0) } }

    var isComplete: Bool {
        get throws(JournalError) {
            guard version > 0 else { return false }
            return try connection.integer("SELECT count(*) FROM meta WHERE key = 'complete'") == 1
        }
    }
}
