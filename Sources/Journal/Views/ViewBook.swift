internal import Model

/// The saved views of all who work with the server, in a file of its own beside the journal.
///
/// Names are unique. A change is durable when it returns. Whoever changes or removes a view says which revision was read, so that
/// nobody overwrites what another has saved meanwhile.
public final class ViewBook: Sendable {
    /// Most views.
    public static let maximum = 1000

    /// What became of a change.
    public enum Outcome: Equatable, Sendable {
        case done(SavedView)
        /// The view has changed since; this is what it is now.
        case conflict(SavedView)
        /// That other view has the name.
        case taken(SavedView)
        case gone
        /// There are ``ViewBook/maximum`` views.
        case full
    }

    private static let columns = "id, name, search, created, changed, revision"
    private let file: StateFile
    private let clock: WallClock

    /// Opens or makes the file.
    public init(path: String, clock: WallClock = .system) throws(JournalError) {
        self.clock = clock
        file = try StateFile(
            path: path, label: "petrel.views",
            schema: """
                CREATE TABLE view(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, search TEXT NOT NULL,
                    created INTEGER NOT NULL, changed INTEGER, revision INTEGER NOT NULL) STRICT
                """)
    }

    /// All views by name.
    public func views() async throws(JournalError) -> [SavedView] {
        try await file.read { connection throws(JournalError) in
            try Self.views(connection, "ORDER BY name COLLATE NOCASE, name", [])
        }
    }

    /// Saves a view under a name that ``SavedView/plain(_:)`` gave.
    public func add(_ name: String, search: String) async throws(JournalError) -> Outcome {
        try await file.write { [clock] connection throws(JournalError) in
            if let other = try Self.views(connection, "WHERE name = ?", [.text(name)]).first { return .taken(other) }
            if try connection.integer("SELECT count(*) FROM view") >= Self.maximum { return .full }
            let now = clock.now
            try connection.statement("INSERT INTO view(name, search, created, revision) VALUES(?, ?, ?, 1)").run(
                .text(name), .text(search), .integer(now.microseconds))
            let id = try connection.integer("SELECT last_insert_rowid()")
            return .done(SavedView(id: id, name: name, search: search, created: now, changed: nil, revision: 1))
        }
    }

    /// Gives a view another name and content.
    public func change(_ id: Int64, revision: Int64?, name: String, search: String) async throws(JournalError) -> Outcome {
        try await edit(id, revision) { [clock] connection, view throws(JournalError) in
            let others = try Self.views(connection, "WHERE name = ? AND id <> ?", [.text(name), .integer(id)])
            if let other = others.first { return .taken(other) }
            var view = view
            let now = clock.now
            (view.name, view.search, view.changed, view.revision) = (name, search, now, view.revision + 1)
            try connection.statement("UPDATE view SET name = ?, search = ?, changed = ?, revision = ? WHERE id = ?").run(
                .text(name), .text(search), .integer(now.microseconds), .integer(view.revision), .integer(id))
            return .done(view)
        }
    }

    /// Removes a view.
    public func remove(_ id: Int64, revision: Int64?) async throws(JournalError) -> Outcome {
        try await edit(id, revision) { connection, view throws(JournalError) in
            try connection.statement("DELETE FROM view WHERE id = ?").run(.integer(id))
            return .done(view)
        }
    }

    /// Changes the view of that id when it has the revision, or whichever it has where none is given.
    private func edit(
        _ id: Int64, _ revision: Int64?, _ body: @escaping @Sendable (SQLiteConnection, SavedView) throws(JournalError) -> Outcome
    ) async throws(JournalError) -> Outcome {
        try await file.write { connection throws(JournalError) in
            guard let view = try Self.views(connection, "WHERE id = ?", [.integer(id)]).first else { return .gone }
            if let revision, revision != view.revision { return .conflict(view) }
            return try body(connection, view)
        }
    }

    private static func views(
        _ connection: SQLiteConnection, _ clause: String, _ values: [SQLiteValue]
    ) throws(JournalError) -> [SavedView] {
        let statement = try connection.statement("SELECT \(columns) FROM view \(clause)")
        defer { statement.reset() }
        statement.bind(values)
        var views: [SavedView] = []
        while try statement.step() {
            views.append(
                SavedView(
                    id: statement.integer(0), name: statement.text(1), search: statement.text(2),
                    created: Timestamp(microseconds: statement.integer(3)),
                    changed: statement.isNull(4) ? nil : Timestamp(microseconds: statement.integer(4)), revision: statement.integer(5)))
        }
        return views
    }
}
