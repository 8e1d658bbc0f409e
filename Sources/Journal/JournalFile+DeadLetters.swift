import Model

/// Dead letters, and the marks of those that were retried.
extension JournalFile {
    /// The source under which marks of retried letters lie among the origin keys; no source can have this name.
    static let retriedSource = "(retried)"

    func insert(_ letter: DeadLetter) throws(JournalError) {
        try connection.statement(
            """
            INSERT INTO dead_letter(source, stream, position, reason, detail, bytes, length, arrival, format, sensor)
            VALUES(?,?,?,?,?,?,?,?,?,?)
            """
        ).run(
            .text(letter.source), .text(letter.stream), .integer(Int64(bitPattern: letter.offset)), .text(letter.reason),
            .text(letter.detail), .blob(letter.bytes), .integer(Int64(bitPattern: letter.length)), .integer(letter.arrival.microseconds),
            .text(letter.format), letter.sensor.map { .text($0) } ?? .null)
    }

    /// Dead letters of the file by source.
    func deadLetterCounts() throws(JournalError) -> [String: Int] {
        let statement = try connection.statement("SELECT source, count(*) FROM dead_letter GROUP BY source")
        defer { statement.reset() }
        var found: [String: Int] = [:]
        while try statement.step() { found[statement.text(0)] = Int(statement.integer(1)) }
        return found
    }

    /// Dead letters that fit the filter, with numbers below or above `row`, newest or oldest first.
    func deadLetters(
        _ filter: DeadLetterFilter, from row: Int64?, newestFirst: Bool, limit: Int
    ) throws(JournalError) -> [StoredDeadLetter] {
        let context = try hasDeadLetterContext
        if filter.format != nil, !context { return [] }
        let statement = try connection.statement(
            """
            SELECT id, source, stream, position, reason, detail, bytes, length, arrival, \(context ? "format, sensor" : "'', NULL")
            FROM dead_letter WHERE \(newestFirst ? "id < ?1" : "id > ?1") AND (?2 IS NULL OR source = ?2) AND (?3 IS NULL OR reason = ?3)
            \(context ? "AND (?4 IS NULL OR format = ?4)" : "AND ?4 IS NULL") ORDER BY id \(newestFirst ? "DESC" : "ASC") LIMIT ?5
            """)
        defer { statement.reset() }
        func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
        statement.bind([
            .integer(row ?? (newestFirst ? .max : 0)), optional(filter.source), optional(filter.reason), optional(filter.format),
            .integer(Int64(limit)),
        ])
        var found: [StoredDeadLetter] = []
        while try statement.step() {
            found.append(StoredDeadLetter(id: DeadLetterID(file: name, row: statement.integer(0)), letter: Self.letter(statement)))
        }
        return found
    }

    private static func letter(_ statement: SQLiteStatement) -> DeadLetter {
        DeadLetter(
            source: statement.text(1), stream: statement.text(2), offset: UInt64(bitPattern: statement.integer(3)),
            reason: statement.text(4), detail: statement.text(5), bytes: statement.blob(6),
            length: UInt64(bitPattern: statement.integer(7)),
            arrival: Timestamp(microseconds: statement.integer(8)), format: statement.text(9),
            sensor: statement.isNull(10) ? nil : statement.text(10))
    }

    /// Whether letters say their format and sensor; a file of an earlier version, opened for reading, may not yet.
    private var hasDeadLetterContext: Bool {
        get throws(JournalError) {
            try connection.integer("SELECT count(*) FROM pragma_table_info('dead_letter') WHERE name = 'format'") == 1
        }
    }

    func hasDeadLetter(_ row: Int64) throws(JournalError) -> Bool {
        let statement = try connection.statement("SELECT count(*) FROM dead_letter WHERE id = ?")
        defer { statement.reset() }
        statement.bind([.integer(row)])
        return try statement.step() && statement.integer(0) == 1
    }

    func removeDeadLetter(_ row: Int64) throws(JournalError) {
        try connection.statement("DELETE FROM dead_letter WHERE id = ?").run(.integer(row))
    }

    // MARK: Marks

    /// Letters of other files that became events, but may still lie there.
    func retriedLetters() throws(JournalError) -> Set<DeadLetterID> {
        let statement = try connection.statement("SELECT key FROM origin WHERE source = '\(Self.retriedSource)'")
        defer { statement.reset() }
        var found: Set<DeadLetterID> = []
        while try statement.step() { if let id = DeadLetterID(statement.text(0)) { found.insert(id) } }
        return found
    }

    /// Marks a letter of another file as retried. The mark is never too old: it is copied to new files until it is removed.
    func markRetried(_ id: DeadLetterID) throws(JournalError) {
        try save(
            JournalAppend.Origin(key: id.description, contentHash: 0), source: Self.retriedSource,
            receipt: CommitReceipt(firstID: .zero, count: 0, wasRepeated: false), committed: Timestamp(microseconds: .max))
    }

    func unmarkRetried(_ id: DeadLetterID) throws(JournalError) {
        try connection.statement("DELETE FROM origin WHERE source = '\(Self.retriedSource)' AND key = ?").run(.text(id.description))
    }
}
