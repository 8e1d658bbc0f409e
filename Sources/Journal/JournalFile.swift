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
        ALTER TABLE block ADD COLUMN class INTEGER;
        ALTER TABLE block ADD COLUMN span INTEGER;
        ALTER TABLE block ADD COLUMN last_id INTEGER;
        ALTER TABLE block ADD COLUMN ids BLOB;
        ALTER TABLE block ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE kept(
          id INTEGER PRIMARY KEY, class INTEGER NOT NULL, rows BLOB NOT NULL, raw BLOB NOT NULL, since INTEGER NOT NULL,
          span INTEGER) STRICT;
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
    /// The files of large blocks that are open for writing, and for reading.
    var blockFiles: [PartKey: BlockFile] = [:]
    var readFiles: [PartKey: BlockFile] = [:]
    private(set) var version = 0
    var path: String { connection.path }
    /// The path of its write-ahead log.
    let walPath: String

    /// Opens a file for writing, bringing its schema up to date.
    ///
    /// - Parameter appends: whether events are added; the files of large blocks are checked then, and cut behind what was committed.
    init(writing path: String, name: JournalFileName, create: Bool, appends: Bool = true) throws(JournalError) {
        connection = try SQLiteConnection(path: path, mode: create ? .create : .readWrite)
        walPath = path + "-wal"
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
        guard appends else { return }
        for (key, bytes) in try committedBlockBytes() {
            blockFiles[key] = try BlockFile(writing: key.path(beside: path), committed: bytes)
        }
    }

    /// Opens a file for reading.
    init(reading path: String, name: JournalFileName) throws(JournalError) {
        connection = try SQLiteConnection(path: path, mode: .readOnly)
        walPath = path + "-wal"
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

    /// The version in which large blocks came to lie beside the file, and the one in which blocks came to have classes.
    static let (blockFileVersion, classVersion) = (2, 3)

    /// Looks which schema a file has that was opened for reading: its writer may have brought it up to date since.
    func refreshVersion() throws(JournalError) {
        if version < Self.migrations.count { version = Int(try connection.integer("PRAGMA user_version")) }
    }

    /// Runs the body in a transaction, whose large blocks are flushed before it is committed.
    func transaction(_ body: () throws(JournalError) -> Void) throws(JournalError) {
        for file in blockFiles.values { file.begin() }
        do {
            try connection.transaction { () throws(JournalError) in
                try body()
                for file in blockFiles.values { try file.flush() }
            }
        } catch {
            for file in blockFiles.values { file.rollBack() }
            throw error
        }
    }

    /// Gives back the room of what was deleted, when it is worth the while; what stays is written anew.
    ///
    /// - Parameter mostBytes: of what stays; with more it is left for later.
    func reclaim(mostBytes: Int64 = .max) throws(JournalError) {
        let page = try connection.integer("PRAGMA page_size")
        let free = try connection.integer("PRAGMA freelist_count") * page
        let used = try connection.integer("PRAGMA page_count") * page - free
        if free > 32 << 10, free > used / 4, used <= mostBytes { try connection.execute("VACUUM") }
        // Readers that have the file open would leave the log beside it.
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// A note of the file.
    func meta(_ key: String) throws(JournalError) -> String? {
        let statement = try connection.statement("SELECT value FROM meta WHERE key = ?")
        defer { statement.reset() }
        statement.bind([.text(key)])
        return try statement.step() ? statement.text(0) : nil
    }

    func setMeta(_ key: String, _ value: String) throws(JournalError) {
        try connection.statement("INSERT OR REPLACE INTO meta VALUES(?, ?)").run(.text(key), .text(value))
    }
}
