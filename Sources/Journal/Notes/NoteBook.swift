internal import Model

/// The notes of all things, in a file of its own beside the journal: nothing else can make them anew.
///
/// A change is durable when it returns. Whoever changes or removes a note says which revision was read, so that nobody overwrites
/// what another has written meanwhile.
public final class NoteBook: Sendable {
    /// Most notes of one thing.
    public static let maximumOfOne = 200
    /// Most notes of all things together.
    public static let maximum = 100_000

    /// What became of a change.
    public enum Outcome: Equatable, Sendable {
        case done(Note)
        /// The note has changed since; this is what it is now.
        case conflict(Note)
        case gone
    }

    /// Why a note is not added.
    public enum Refusal: Error, Sendable {
        case tooManyOfOne
        case tooMany
        case journal(JournalError)
    }

    private static let columns = "id, kind, value, text, created, changed, revision"
    private let file: StateFile
    private let clock: WallClock

    /// Opens or makes the file.
    public init(path: String, clock: WallClock = .system) throws(JournalError) {
        self.clock = clock
        file = try StateFile(
            path: path, label: "petrel.notes",
            schema: """
                CREATE TABLE note(id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, value TEXT NOT NULL, text TEXT NOT NULL,
                    created INTEGER NOT NULL, changed INTEGER, revision INTEGER NOT NULL) STRICT;
                CREATE INDEX note_subject ON note(kind, value, id)
                """)
    }

    /// Notes, newest first.
    ///
    /// - Parameters:
    ///   - value: only those of this thing, when `kind` is given, too.
    ///   - before: only those that are older than the one of this id.
    public func notes(kind: String? = nil, value: String? = nil, before: Int64 = .max, limit: Int) async throws(JournalError) -> [Note] {
        try await file.read { connection throws(JournalError) in
            let statement = try connection.statement(
                """
                SELECT \(Self.columns) FROM note WHERE id < ?1 AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR value = ?3)
                ORDER BY id DESC LIMIT ?4
                """)
            defer { statement.reset() }
            statement.bind([.integer(before), kind.map { .text($0) } ?? .null, value.map { .text($0) } ?? .null, .integer(Int64(limit))])
            var notes: [Note] = []
            while try statement.step() { if let note = Self.read(statement) { notes.append(note) } }
            return notes
        }
    }

    /// Adds a note with a text that ``Note/plain(_:)`` gave.
    public func add(_ text: String, about subject: NoteSubject) async throws(Refusal) -> Note {
        let result: Result<Note, Refusal>
        do {
            result = try await file.write { [clock] connection throws(JournalError) in
                try Self.insert(text, subject, at: clock.now, into: connection)
            }
        } catch {
            throw .journal(error)
        }
        return try result.get()
    }

    /// Gives a note another text.
    public func change(_ id: Int64, revision: Int64?, to text: String) async throws(JournalError) -> Outcome {
        try await edit(id, revision) { [clock] connection, note throws(JournalError) in
            var note = note
            let now = clock.now
            (note.text, note.changed, note.revision) = (text, now, note.revision + 1)
            try connection.statement("UPDATE note SET text = ?, changed = ?, revision = ? WHERE id = ?").run(
                .text(text), .integer(now.microseconds), .integer(note.revision), .integer(id))
            return note
        }
    }

    /// Removes a note.
    public func remove(_ id: Int64, revision: Int64?) async throws(JournalError) -> Outcome {
        try await edit(id, revision) { connection, note throws(JournalError) in
            try connection.statement("DELETE FROM note WHERE id = ?").run(.integer(id))
            return note
        }
    }

    private static func insert(
        _ text: String, _ subject: NoteSubject, at now: Timestamp, into connection: SQLiteConnection
    ) throws(JournalError) -> Result<Note, Refusal> {
        let counting = try connection.statement("SELECT count(*) FROM note WHERE kind = ? AND value = ?")
        counting.bind([.text(subject.kind), .text(subject.value)])
        let known = try counting.step() ? counting.integer(0) : 0
        counting.reset()
        if known >= maximumOfOne { return .failure(.tooManyOfOne) }
        if try connection.integer("SELECT count(*) FROM note") >= maximum { return .failure(.tooMany) }
        try connection.statement("INSERT INTO note(kind, value, text, created, revision) VALUES(?, ?, ?, ?, 1)").run(
            .text(subject.kind), .text(subject.value), .text(text), .integer(now.microseconds))
        let id = try connection.integer("SELECT last_insert_rowid()")
        return .success(Note(id: id, subject: subject, text: text, created: now, changed: nil, revision: 1))
    }

    /// Changes the note of that id when it has the revision, or whichever it has where none is given.
    private func edit(
        _ id: Int64, _ revision: Int64?, _ body: @escaping @Sendable (SQLiteConnection, Note) throws(JournalError) -> Note
    ) async throws(JournalError) -> Outcome {
        try await file.write { connection throws(JournalError) in
            guard let note = try Self.note(id, in: connection) else { return .gone }
            if let revision, revision != note.revision { return .conflict(note) }
            return .done(try body(connection, note))
        }
    }

    private static func note(_ id: Int64, in connection: SQLiteConnection) throws(JournalError) -> Note? {
        let statement = try connection.statement("SELECT \(columns) FROM note WHERE id = ?")
        defer { statement.reset() }
        statement.bind([.integer(id)])
        return try statement.step() ? read(statement) : nil
    }

    private static func read(_ statement: SQLiteStatement) -> Note? {
        guard let subject = NoteSubject(kind: statement.text(1), value: statement.text(2)) else { return nil }
        return Note(
            id: statement.integer(0), subject: subject, text: statement.text(3), created: Timestamp(microseconds: statement.integer(4)),
            changed: statement.isNull(5) ? nil : Timestamp(microseconds: statement.integer(5)), revision: statement.integer(6))
    }
}
