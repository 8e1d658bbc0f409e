import Model

/// One file of the journal: the blocks committed on one UTC day (or part of it), with the ingest state as of its last commit.
///
/// The state (cursors, books, origin keys) is written in the transaction of the events it belongs to; a new file starts with a copy of
/// the last one, so the newest file alone tells where every stream stands. Used by one thread at a time.
final class JournalFile {
    /// `PRAGMA application_id`, "PTRL".
    static let applicationID: Int64 = 0x5054_524C

    /// Forward-only migrations; `PRAGMA user_version` counts those that have run.
    static let migrations = [
        """
        CREATE TABLE block(
          first_id INTEGER PRIMARY KEY, count INTEGER NOT NULL, earliest INTEGER NOT NULL, latest INTEGER NOT NULL,
          rows BLOB NOT NULL, raw BLOB NOT NULL) STRICT;
        CREATE TABLE dead_letter(
          id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, stream TEXT NOT NULL, position INTEGER NOT NULL,
          reason TEXT NOT NULL, detail TEXT NOT NULL, bytes BLOB NOT NULL, length INTEGER NOT NULL, arrival INTEGER NOT NULL) STRICT;
        CREATE TABLE cursor(
          source TEXT NOT NULL, stream TEXT NOT NULL, name TEXT NOT NULL, format TEXT NOT NULL, position INTEGER NOT NULL,
          records INTEGER NOT NULL, identity BLOB NOT NULL, decoder BLOB NOT NULL, framer BLOB NOT NULL, committed INTEGER NOT NULL,
          PRIMARY KEY(source, stream)) STRICT, WITHOUT ROWID;
        CREATE TABLE ledger(
          source TEXT PRIMARY KEY, received INTEGER NOT NULL, stored INTEGER NOT NULL, duplicate INTEGER NOT NULL,
          filtered INTEGER NOT NULL, dead_lettered INTEGER NOT NULL, shed INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE origin(
          source TEXT NOT NULL, key TEXT NOT NULL, content INTEGER NOT NULL, first_id INTEGER NOT NULL, count INTEGER NOT NULL,
          committed INTEGER NOT NULL, PRIMARY KEY(source, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """,
        """
        ALTER TABLE block ADD COLUMN place INTEGER;
        ALTER TABLE block ADD COLUMN rows_bytes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE block ADD COLUMN raw_bytes INTEGER NOT NULL DEFAULT 0;
        """,
        """
        ALTER TABLE dead_letter ADD COLUMN format TEXT NOT NULL DEFAULT '';
        ALTER TABLE dead_letter ADD COLUMN sensor TEXT;
        """,
    ]

    /// Blocks of more compressed bytes lie in the ``BlockFile``, smaller ones in their row: one flush instead of two.
    static let inlineBytes = 16_384

    let connection: SQLiteConnection
    let name: JournalFileName
    private var blockFile: BlockFile?
    private(set) var version = 0
    var path: String { connection.path }

    /// Opens a file for writing, bringing its schema up to date.
    init(writing path: String, name: JournalFileName, create: Bool) throws(JournalError) {
        connection = try SQLiteConnection(path: path, mode: create ? .create : .readWrite)
        self.name = name
        if create {
            try connection.execute("PRAGMA page_size=8192; PRAGMA application_id=\(Self.applicationID)")
        }
        try connection.execute(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA secure_delete=OFF"
        )
        try checkIdentity()
        for step in version..<Self.migrations.count {
            try connection.transaction { () throws(JournalError) in
                try connection.execute(Self.migrations[step])
                try connection.execute("PRAGMA user_version=\(step + 1)")
            }
        }
        version = Self.migrations.count
        blockFile = try BlockFile(writing: Self.blockPath(of: path), committed: committedBlockBytes())
    }

    /// Opens a file for reading.
    init(reading path: String, name: JournalFileName) throws(JournalError) {
        connection = try SQLiteConnection(path: path, mode: .readOnly)
        self.name = name
        try checkIdentity()
    }

    private func checkIdentity() throws(JournalError) {
        let application = try connection.integer("PRAGMA application_id")
        // A file that was cut off while it was made has no content at all, and is no complete one.
        if application == 0, try connection.integer("SELECT count(*) FROM sqlite_master") == 0 { return }
        guard application == Self.applicationID else {
            throw JournalError(.damaged, "\(path): not a Petrel journal file; move it out of the journal folder")
        }
        version = Int(try connection.integer("PRAGMA user_version"))
        guard version <= Self.migrations.count else {
            throw JournalError(.newer, "\(path): written by a newer Petrel (schema \(version)); use that version or later")
        }
    }

    /// Checks the file's structure; throws ``JournalError/Code/damaged`` with SQLite's first complaint.
    func checkIntegrity() throws(JournalError) {
        let statement = try connection.statement("PRAGMA quick_check(1)")
        defer { statement.reset() }
        if try statement.step(), statement.text(0) != "ok" {
            throw JournalError(.damaged, "\(path): \(statement.text(0)); restore the file or move it away")
        }
    }

    // MARK: Blocks

    func insertBlock(firstID: EventID, _ batch: EventBatch, codec: BlockCodec) throws(JournalError) {
        let bounds = TimeBounds(batch)
        let head: [SQLiteValue] = [
            .integer(firstID.value), .integer(Int64(batch.count)), .integer(bounds.earliest.microseconds),
            .integer(bounds.latest.microseconds),
        ]
        let insert = try connection.statement("INSERT INTO block VALUES(?,?,?,?,?,?,?,?,?)")
        try codec.encode(batch) { rows, raw throws(JournalError) in
            guard let blockFile, rows.count + raw.count > Self.inlineBytes else {
                return try insert.run(head + [.blob(Array(rows)), .blob(Array(raw)), .null, .integer(0), .integer(0)])
            }
            let place = try blockFile.append(rows, raw)
            try insert.run(
                head + [.blob([]), .blob([]), .integer(place), .integer(Int64(rows.count)), .integer(Int64(raw.count))])
        }
    }

    /// Runs the body in a transaction, whose large blocks are flushed before it is committed.
    func transaction(_ body: () throws(JournalError) -> Void) throws(JournalError) {
        let committed = blockFile?.end ?? 0
        do {
            try connection.transaction { () throws(JournalError) in
                try body()
                try blockFile?.flush()
            }
        } catch {
            blockFile?.rollBack(to: committed)
            throw error
        }
    }

    /// The file of large blocks beside a journal file.
    static func blockPath(of path: String) -> String {
        (path.hasSuffix(".sqlite") ? String(path.dropLast(".sqlite".count)) : path) + ".blocks"
    }

    private func committedBlockBytes() throws(JournalError) -> Int64 {
        try connection.integer("SELECT max(place + rows_bytes + raw_bytes) FROM block")
    }

    /// The first block that holds an event behind `cursor` and, with `times`, may hold one of that time.
    func block(
        after cursor: EventID, times: ClosedRange<Timestamp>? = nil, needsRaw: Bool = true, codec: BlockCodec
    ) throws(JournalError) -> Block? {
        let earliest = times?.lowerBound.microseconds ?? .min
        let latest = times?.upperBound.microseconds ?? .max
        // A file of the first version, opened for reading, may since have been brought up to date by its writer.
        if version < Self.blockFileVersion { version = Int(try connection.integer("PRAGMA user_version")) }
        let place = version < Self.blockFileVersion ? "NULL, 0, 0" : "place, rows_bytes, raw_bytes"
        let statement = try connection.statement(
            """
            SELECT first_id, count, rows, raw, \(place) FROM block
            WHERE first_id >= coalesce((SELECT max(first_id) FROM block WHERE first_id <= ?1), 0)
              AND first_id + count > ?1 + 1 AND latest >= ?2 AND earliest <= ?3
            ORDER BY first_id LIMIT 1
            """)
        defer { statement.reset() }
        statement.bind([.integer(cursor.value), .integer(earliest), .integer(latest)])
        guard try statement.step() else { return nil }
        let firstID = EventID(statement.integer(0))
        let (rows, raw) = try blobs(of: statement, needsRaw: needsRaw)
        let events = try codec.decode(rows: rows, raw: raw, count: Int(statement.integer(1)), where: "\(path), block \(firstID)")
        return Block(firstID: firstID, events: events)
    }

    /// The version of the schema since which large blocks lie beside the file.
    private static let blockFileVersion = 2

    private func openBlockFile() throws(JournalError) -> BlockFile {
        if let blockFile { return blockFile }
        let file = try BlockFile(reading: Self.blockPath(of: path))
        blockFile = file
        return file
    }

    private func blobs(of statement: SQLiteStatement, needsRaw: Bool) throws(JournalError) -> (rows: [UInt8], raw: [UInt8]?) {
        guard !statement.isNull(4) else { return (statement.blob(2), needsRaw ? statement.blob(3) : nil) }
        let (place, rows, raw) = (statement.integer(4), statement.integer(5), statement.integer(6))
        guard place >= 0, 0...Int64(BlockCodec.maximumBytes) ~= rows, 0...Int64(BlockCodec.maximumBytes) ~= raw else {
            throw JournalError(.damaged, "\(path), block \(statement.integer(0)): lies nowhere; restore the file or move it away")
        }
        let file = try openBlockFile()
        return (try file.read(Int(rows), at: place), needsRaw ? try file.read(Int(raw), at: place + rows) : nil)
    }

    /// Id of the newest event, or nil when the file has none.
    func lastID() throws(JournalError) -> EventID? {
        let last = try connection.integer("SELECT first_id + count - 1 FROM block ORDER BY first_id DESC LIMIT 1")
        return last > 0 ? EventID(last) : nil
    }

    /// Id of the oldest event, or nil when the file has none.
    func firstID() throws(JournalError) -> EventID? {
        let first = try connection.integer("SELECT first_id FROM block ORDER BY first_id LIMIT 1")
        return first > 0 ? EventID(first) : nil
    }

    /// Events in the file.
    func count() throws(JournalError) -> Int64 { try connection.integer("SELECT coalesce(sum(count), 0) FROM block") }

    /// Events of the file up to that id.
    func count(upTo id: EventID) throws(JournalError) -> Int64 {
        let statement = try connection.statement("SELECT coalesce(sum(min(count, ?1 - first_id + 1)), 0) FROM block WHERE first_id <= ?1")
        defer { statement.reset() }
        statement.bind([.integer(id.value)])
        return try statement.step() ? statement.integer(0) : 0
    }

    /// The cursor before which `limit` newest events begin, or nil when the file has fewer; the second value is how many it has.
    func cursor(beforeNewest limit: Int) throws(JournalError) -> (cursor: EventID, count: Int)? {
        let statement = try connection.statement("SELECT first_id, count FROM block ORDER BY first_id DESC")
        defer { statement.reset() }
        var found = 0
        var oldest: EventID?
        while try statement.step() {
            let count = Int(statement.integer(1))
            let first = statement.integer(0)
            if found + count >= limit {
                return (EventID(first + Int64(found + count - limit) - 1), limit)
            }
            found += count
            oldest = EventID(first - 1)
        }
        return oldest.map { ($0, found) }
    }

    /// The earliest and latest event time of the blocks that end behind `cursor`, or nil when there is none.
    func timeBounds(after cursor: EventID) throws(JournalError) -> ClosedRange<Timestamp>? {
        let statement = try connection.statement(
            "SELECT min(earliest), max(latest), count(*) FROM block WHERE first_id + count - 1 > ?")
        defer { statement.reset() }
        statement.bind([.integer(cursor.value)])
        guard try statement.step(), statement.integer(2) > 0 else { return nil }
        return Timestamp(microseconds: statement.integer(0))...Timestamp(microseconds: statement.integer(1))
    }
}
