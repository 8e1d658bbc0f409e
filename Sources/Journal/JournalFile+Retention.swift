import Model

/// What a file holds of each class, what was removed from it, and which of its events are kept beyond it.
extension JournalFile {
    /// What a file holds, by class.
    struct Holdings {
        /// Events and compressed bytes of a class; of ``RetentionClass/kept`` only what stands for itself.
        var events: [RetentionClass: Int64] = [:]
        var bytes: [RetentionClass: Int64] = [:]
        /// Events and bytes of blocks that hold all classes, from earlier versions.
        var mixedEvents: Int64 = 0
        var mixedBytes: Int64 = 0
        /// Copies of events whose originals are still there.
        var copies: Int64 = 0
        var deadLetters: Int64 = 0
        /// The files of large blocks that belong to it.
        var parts: Set<PartKey> = []

        /// Whether anything in it is kept beyond its class.
        var hasKept: Bool { copies > 0 || events[.kept] != nil }
        /// Whether it has events that are not kept.
        var hasOthers: Bool { mixedEvents > 0 || events.keys.contains { $0 != .kept } }
    }

    /// What the file holds, by class.
    func holdings() throws(JournalError) -> Holdings {
        try refreshVersion()
        var found = Holdings()
        let hasClasses = version >= Self.classVersion
        let large = version < Self.blockFileVersion ? "0, 0" : "sum(rows_bytes + raw_bytes), sum(place IS NOT NULL)"
        let statement = try connection.statement(
            """
            SELECT \(hasClasses ? "class, part" : "NULL, 0"), sum(count), sum(length(rows) + length(raw)), \(large) FROM block
            \(hasClasses ? "GROUP BY class, part" : "")
            """)
        defer { statement.reset() }
        while try statement.step() {
            // The sums over no block at all.
            if statement.isNull(2) { break }
            let (events, bytes) = (statement.integer(2), statement.integer(3) + statement.integer(4))
            let key = PartKey(retained: try retained(statement, 0), number: Int(truncatingIfNeeded: statement.integer(1)))
            if statement.integer(5) > 0 { found.parts.insert(key) }
            if let retained = key.retained {
                found.events[retained, default: 0] += events
                found.bytes[retained, default: 0] += bytes
            } else {
                found.mixedEvents += events
                found.mixedBytes += bytes
            }
        }
        found.deadLetters = try connection.integer("SELECT count(*) FROM dead_letter")
        guard hasClasses else { return found }
        found.copies = try connection.integer("SELECT count(*) FROM kept")
        if found.copies > 0 {
            found.bytes[.kept, default: 0] += try connection.integer("SELECT sum(length(rows) + length(raw)) FROM kept")
        }
        return found
    }

    /// The newest event of each class that was removed from the file.
    func removals() throws(JournalError) -> Removals {
        var found = Removals()
        for retained in RetentionClass.allCases {
            if let id = try meta("removed." + retained.name).flatMap({ EventID($0) }) { found.note(id, of: retained) }
        }
        return found
    }

    // MARK: Removing

    /// Removes the events of classes in one transaction, and with it lets the copies of those that are kept take their place; then unlinks
    /// what held them. Returns the events that are gone.
    ///
    /// - Parameter everything: also removes what is of no class, and dead letters: the file has reached the end of its time.
    func remove(
        _ classes: [RetentionClass], everything: Bool = false, witness: UpkeepWitness, codec: BlockCodec
    ) throws(JournalError) -> Int64 {
        let before = try holdings()
        try witness(.willRemove)
        var removed: Int64 = 0
        try transaction { () throws(JournalError) in
            removed = try count()
            // The copies will stand in the spans of their originals.
            try connection.execute(
                """
                UPDATE kept SET span =
                  (SELECT coalesce(block.span, first_id) FROM block WHERE first_id <= kept.id ORDER BY first_id DESC LIMIT 1)
                """)
            for retained in classes { try forget(retained) }
            if everything {
                let last = try newestID()
                try connection.execute("DELETE FROM block WHERE class IS NULL; DELETE FROM dead_letter")
                if before.mixedEvents > 0, let last { for retained in RetentionClass.families { try note(last, removedOf: retained) } }
            }
            for retained in classes where retained != .kept { try promoteCopies(of: retained, codec: codec) }
            removed -= try count()
            try witness(.removing)
        }
        try witness(.removed)
        try dropParts(before.parts)
        try witness(.unlinked)
        return removed
    }

    /// Deletes the blocks of a class and notes the newest of their events.
    private func forget(_ retained: RetentionClass) throws(JournalError) {
        let newest = try connection.statement("SELECT max(coalesce(last_id, first_id + count - 1)) FROM block WHERE class = ?")
        newest.bind([.integer(Int64(retained.rawValue))])
        let last = try newest.step() && !newest.isNull(0) ? EventID(newest.integer(0)) : nil
        newest.reset()
        if let last { try note(last, removedOf: retained) }
        try connection.statement("DELETE FROM block WHERE class = ?").run(.integer(Int64(retained.rawValue)))
        if retained == .kept { try connection.execute("DELETE FROM kept") }
    }

    private func note(_ last: EventID, removedOf retained: RetentionClass) throws(JournalError) {
        let known = try meta("removed." + retained.name).flatMap { EventID($0) } ?? .zero
        try setMeta("removed." + retained.name, max(known, last).description)
    }

    /// Unlinks those files of large blocks that no block points to any more.
    func dropParts(_ before: Set<PartKey>) throws(JournalError) {
        for key in before.subtracting(try holdings().parts) {
            blockFiles[key] = nil
            readFiles[key] = nil
            try JournalFolder.unlink([key.path(beside: path)])
        }
    }

    // MARK: Keeping

    /// What came of the wish to keep events.
    enum Keeping { case copied, known, absent }

    /// Copies an event, so that it stays when its class is removed. In a transaction.
    func keep(_ id: EventID, at now: Timestamp, codec: BlockCodec) throws(JournalError) -> Keeping {
        let known = try connection.statement("SELECT 1 FROM kept WHERE id = ?")
        known.bind([.integer(id.value)])
        let isKnown = try known.step()
        known.reset()
        if isKnown { return .known }
        for block in try blocks(after: EventID(id.value - 1), codec: codec) {
            guard let index = Block(block.ids, block.events).index(of: id) else { continue }
            if block.retained == .kept { return .known }
            let row = block.events[index]
            let retained = block.retained ?? RetentionClass(EventFamily(name: row.string(.eventFamily) ?? "") ?? .record)
            // Events of one record share its text, which stands at the first of them.
            let raw = (0...index).last { !block.events.raw($0).isEmpty }.map { block.events.raw($0) } ?? []
            try connection.statement("INSERT INTO kept(id, class, rows, raw, since) VALUES(?,?,?,?,?)").run(
                .integer(id.value), .integer(Int64(retained.rawValue)), .blob(Array(row.bytes[row.start..<row.end])), .blob(Array(raw)),
                .integer(now.microseconds))
            return .copied
        }
        return .absent
    }

    /// Makes blocks of the copies whose originals have just been deleted.
    private func promoteCopies(of retained: RetentionClass, codec: BlockCodec) throws(JournalError) {
        while true {
            let copies = try connection.statement("SELECT id, rows, raw, span FROM kept WHERE class = ? ORDER BY id LIMIT 5000")
            copies.bind([.integer(Int64(retained.rawValue))])
            var events = EventBatch()
            var ids = IDRuns()
            var span: EventID?
            while try copies.step() {
                let id = EventID(copies.integer(0))
                let home = EventID(copies.integer(3))
                if let span, span != home { break }
                span = home
                events.append(row: copies.blob(1).span, raw: copies.blob(2).span)
                ids.append(id, count: 1)
            }
            copies.reset()
            guard let span, ids.count > 0 else { return }
            try insert(row(PackedBlock(events, codec: codec), ids, span: span, key: PartKey(retained: .kept)))
            try connection.statement("DELETE FROM kept WHERE class = ? AND id <= ?").run(
                .integer(Int64(retained.rawValue)), .integer(ids.id(ids.count - 1).value))
        }
    }

    /// The ids of events that are kept and whose originals are gone.
    func keptIDs() throws(JournalError) -> [EventID] {
        try refreshVersion()
        guard version >= Self.classVersion else { return [] }
        let statement = try connection.statement("SELECT first_id, count, ids FROM block WHERE class = ?")
        defer { statement.reset() }
        statement.bind([.integer(Int64(RetentionClass.kept.rawValue))])
        var found: [EventID] = []
        while try statement.step() {
            let ids = try ids(statement, 2, EventID(statement.integer(0)), Int(statement.integer(1)))
            for index in 0..<ids.count { found.append(ids.id(index)) }
        }
        return found.sorted()
    }
}

/// A moment in the upkeep of a journal; tests copy the folder there, or stop.
enum UpkeepStep: Sendable, CaseIterable {
    case willRemove, removing, removed, unlinked
    case keeping, didKeep
    case willCompact, wroteParts, switching, switched, droppedParts, vacuumed
}

/// Told of every moment in the upkeep.
typealias UpkeepWitness = @Sendable (UpkeepStep) throws(JournalError) -> Void
