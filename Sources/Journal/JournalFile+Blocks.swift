import Model

/// The events of a file: spans of consecutive ids, each of one block for every class that occurs in it.
///
/// A span is what was committed together (or what a rewriting has put together). Spans follow one another in the order of ids, so the next
/// events are always those of one span, whichever of its classes are still there.
extension JournalFile {
    // MARK: Writing

    /// Adds the events of a commit, with consecutive ids.
    func insert(_ span: PackedSpan, firstID: EventID) throws(JournalError) {
        for part in span.parts {
            let key = PartKey(retained: part.retained)
            guard let ids = part.ids?.moved(by: firstID.value) else {
                try insert(row(part.block, firstID: firstID, ids: nil, span: nil, key: key))
                continue
            }
            try insert(row(part.block, ids, span: firstID, key: key))
        }
    }

    /// Adds a row that was made before.
    func insert(_ row: [SQLiteValue]) throws(JournalError) {
        try connection.statement("INSERT INTO block VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)").run(row)
    }

    /// The row of a block of a class; its blobs are on the way into their file when they are large.
    func row(_ block: PackedBlock, _ ids: IDRuns, span: EventID, key: PartKey) throws(JournalError) -> [SQLiteValue] {
        try row(block, firstID: ids.id(0), ids: ids.isConsecutive ? nil : ids, span: span, key: key)
    }

    private func row(
        _ block: PackedBlock, firstID: EventID, ids: IDRuns?, span: EventID?, key: PartKey
    ) throws(JournalError) -> [SQLiteValue] {
        let (rows, raw) = (block.bytes[..<block.rowBytes], block.bytes[block.rowBytes...])
        let isLarge = block.bytes.count > Self.inlineBytes
        return [
            .integer(firstID.value), .integer(Int64(block.count)), .integer(block.earliest.microseconds),
            .integer(block.latest.microseconds), .blob(isLarge ? [] : Array(rows)), .blob(isLarge ? [] : Array(raw)),
            isLarge ? .integer(try blockFile(key).append(block.bytes)) : .null, .integer(isLarge ? Int64(rows.count) : 0),
            .integer(isLarge ? Int64(raw.count) : 0), key.retained.map { .integer(Int64($0.rawValue)) } ?? .null,
            span.map { .integer($0.value) } ?? .null, ids.map { .integer($0.id($0.count - 1).value) } ?? .null,
            ids.map { .blob($0.encoded) } ?? .null, .integer(Int64(key.number)),
        ]
    }

    /// The file to which large blocks are added; made when the first one comes.
    private func blockFile(_ key: PartKey) throws(JournalError) -> BlockFile {
        if let known = blockFiles[key] { return known }
        let file = try BlockFile(writing: key.path(beside: path), committed: committedBlockBytes()[key] ?? 0)
        blockFiles[key] = file
        return file
    }

    /// Where the committed bytes of each file of large blocks end.
    func committedBlockBytes() throws(JournalError) -> [PartKey: Int64] {
        let statement = try connection.statement(
            "SELECT class, part, max(place + rows_bytes + raw_bytes) FROM block WHERE place IS NOT NULL GROUP BY class, part")
        defer { statement.reset() }
        var found: [PartKey: Int64] = [:]
        while try statement.step() {
            found[PartKey(retained: try retained(statement, 0), number: Int(statement.integer(1)))] = statement.integer(2)
        }
        return found
    }

    // MARK: Reading

    /// The next events: those of the first span that has any behind `cursor` and, with `times`, may have one of that time.
    func block(
        after cursor: EventID, times: ClosedRange<Timestamp>? = nil, needsRaw: Bool = true, codec: BlockCodec
    ) throws(JournalError) -> Block? {
        StoredBlock.merged(try blocks(after: cursor, times: times, needsRaw: needsRaw, codec: codec))
    }

    /// The blocks of the first span that has events behind `cursor` and, with `times`, may have one of that time; those of other times are
    /// left out.
    func blocks(
        after cursor: EventID, times: ClosedRange<Timestamp>? = nil, needsRaw: Bool = true, codec: BlockCodec
    ) throws(JournalError) -> [StoredBlock] {
        for _ in 0..<Self.readAttempts {
            if let found = try readBlocks(after: cursor, times: times, needsRaw: needsRaw, codec: codec) { return found }
            // Its file of large blocks was removed since the row was read: by retention, or because it was written anew.
            guard JournalFolder.exists(path) else { return [] }
        }
        throw JournalError(.damaged, "\(path): a file of large blocks beside it is missing; restore it or move its day away")
    }

    private static let readAttempts = 10

    private func readBlocks(
        after cursor: EventID, times: ClosedRange<Timestamp>?, needsRaw: Bool, codec: BlockCodec
    ) throws(JournalError) -> [StoredBlock]? {
        try refreshVersion()
        let statement = try connection.statement(
            """
            SELECT first_id, count, rows, raw, \(version < Self.blockFileVersion ? "NULL, 0, 0" : "place, rows_bytes, raw_bytes"),
              \(span), \(version < Self.classVersion ? "NULL, NULL, 0" : "class, ids, part")
            FROM block WHERE first_id >= \(spanStart) AND latest >= ?2 AND earliest <= ?3 AND \(lastID) > ?1 ORDER BY first_id
            """)
        defer { statement.reset() }
        statement.bind([
            .integer(cursor.value), .integer(times?.lowerBound.microseconds ?? .min),
            .integer(times?.upperBound.microseconds ?? .max),
        ])
        var found: [StoredBlock] = []
        var known: Int64?
        while try statement.step(), known == nil || known == statement.integer(7) {
            known = statement.integer(7)
            guard let (rows, raw) = try blobs(of: statement, needsRaw: needsRaw) else { return nil }
            let (firstID, count) = (EventID(statement.integer(0)), Int(statement.integer(1)))
            let events = try codec.decode(rows: rows, raw: raw, count: count, where: "\(path), block \(firstID)")
            found.append(
                StoredBlock(retained: try retained(statement, 8), ids: try ids(statement, 9, firstID, count), events: events))
        }
        return found
    }

    /// SQL for the first id of the span that holds the id `?1`, or of the one before it. Part of the statement that reads, because spans
    /// change when a file is written anew.
    private var spanStart: String {
        "coalesce((SELECT \(span) FROM block WHERE first_id <= ?1 ORDER BY first_id DESC LIMIT 1), 0)"
    }

    /// The span of a row, and its last id, in the file's version.
    private var span: String { version < Self.classVersion ? "first_id" : "coalesce(span, first_id)" }
    private var lastID: String {
        version < Self.classVersion ? "(first_id + count - 1)" : "coalesce(last_id, first_id + count - 1)"
    }

    func retained(_ statement: SQLiteStatement, _ column: Int) throws(JournalError) -> RetentionClass? {
        if statement.isNull(column) { return nil }
        guard let known = RetentionClass(rawValue: Int(truncatingIfNeeded: statement.integer(column))) else {
            throw JournalError(.damaged, "\(path): a block is of class \(statement.integer(column)); restore the file or move it away")
        }
        return known
    }

    func ids(_ statement: SQLiteStatement, _ column: Int, _ first: EventID, _ count: Int) throws(JournalError) -> IDRuns {
        var ids = IDRuns()
        if statement.isNull(column) {
            ids.append(first, count: count)
        } else {
            guard let read = IDRuns(encoded: statement.blob(column), first: first, count: count) else {
                throw JournalError(.damaged, "\(path), block \(first): its ids are damaged; restore the file or move it away")
            }
            ids = read
        }
        return ids
    }

    /// The two blobs of a block; nil when their file is not there.
    private func blobs(of statement: SQLiteStatement, needsRaw: Bool) throws(JournalError) -> (rows: [UInt8], raw: [UInt8]?)? {
        guard !statement.isNull(4) else { return (statement.blob(2), needsRaw ? statement.blob(3) : nil) }
        let (place, rows, raw) = (statement.integer(4), statement.integer(5), statement.integer(6))
        guard place >= 0, 0...Int64(BlockCodec.maximumBytes) ~= rows, 0...Int64(BlockCodec.maximumBytes) ~= raw else {
            throw JournalError(.damaged, "\(path), block \(statement.integer(0)): lies nowhere; restore the file or move it away")
        }
        let key = PartKey(retained: try retained(statement, 8), number: Int(truncatingIfNeeded: statement.integer(10)))
        guard let file = try openBlockFile(key) else { return nil }
        return (try file.read(Int(rows), at: place), needsRaw ? try file.read(Int(raw), at: place + rows) : nil)
    }

    private func openBlockFile(_ key: PartKey) throws(JournalError) -> BlockFile? {
        if let known = readFiles[key] { return known }
        guard let file = try BlockFile(reading: key.path(beside: path)) else { return nil }
        readFiles[key] = file
        return file
    }

    // MARK: Counting

    /// Id of the newest event, or nil when the file has none.
    func newestID() throws(JournalError) -> EventID? {
        try refreshVersion()
        let last = try connection.integer(
            """
            SELECT coalesce(max(\(lastID)), 0) FROM block
            WHERE first_id >= (SELECT \(span) FROM block ORDER BY first_id DESC LIMIT 1)
            """)
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
        try refreshVersion()
        let statement = try connection.statement(
            """
            SELECT first_id, count, first_id >= \(spanStart), \(version < Self.classVersion ? "NULL" : "ids") FROM block WHERE first_id <= ?1
            """)
        defer { statement.reset() }
        statement.bind([.integer(id.value)])
        var total: Int64 = 0
        while try statement.step() {
            // Only the last span can reach beyond the id.
            guard statement.integer(2) != 0 else {
                total += statement.integer(1)
                continue
            }
            total += Int64(
                try ids(statement, 3, EventID(statement.integer(0)), Int(statement.integer(1))).firstIndex(after: id))
        }
        return total
    }

    /// The ids of the blocks that begin between two ids.
    private func ids(from start: EventID, to end: EventID) throws(JournalError) -> [IDRuns] {
        let statement = try connection.statement(
            "SELECT first_id, count, \(version < Self.classVersion ? "NULL" : "ids") FROM block WHERE first_id BETWEEN ? AND ?")
        defer { statement.reset() }
        statement.bind([.integer(start.value), .integer(end.value)])
        var found: [IDRuns] = []
        while try statement.step() {
            found.append(try ids(statement, 2, EventID(statement.integer(0)), Int(statement.integer(1))))
        }
        return found
    }

    /// The cursor before which `limit` newest events begin, or nil when the file has none; the second value is how many it has behind it.
    func cursor(beforeNewest limit: Int) throws(JournalError) -> (cursor: EventID, count: Int)? {
        try refreshVersion()
        let statement = try connection.statement("SELECT first_id, count, \(span) FROM block ORDER BY first_id DESC")
        defer { statement.reset() }
        var found = 0
        var oldest: EventID?
        var current: (span: Int64, newest: Int64, count: Int)?
        /// The cursor inside a span that has enough events.
        func cursor(in whole: (span: Int64, newest: Int64, count: Int)) throws(JournalError) -> EventID? {
            guard found + whole.count >= limit else { return nil }
            let blocks = try ids(from: EventID(whole.span), to: EventID(whole.newest))
            let all = blocks.flatMap { ids in (0..<ids.count).map { ids.id($0).value } }.sorted()
            return EventID(all[all.count - (limit - found)] - 1)
        }
        while try statement.step() {
            let (first, count, span) = (statement.integer(0), Int(statement.integer(1)), statement.integer(2))
            if let whole = current, whole.span == span {
                current = (span, whole.newest, whole.count + count)
            } else {
                if let whole = current {
                    if let cursor = try cursor(in: whole) { return (cursor, limit) }
                    found += whole.count
                }
                current = (span, first, count)
            }
            oldest = EventID(first - 1)
        }
        if let whole = current {
            if let cursor = try cursor(in: whole) { return (cursor, limit) }
            found += whole.count
        }
        return oldest.map { ($0, found) }
    }

    /// The earliest and latest event time of the blocks that end behind `cursor`, or nil when there is none.
    func timeBounds(after cursor: EventID) throws(JournalError) -> ClosedRange<Timestamp>? {
        try refreshVersion()
        let statement = try connection.statement(
            "SELECT min(earliest), max(latest) FROM block WHERE first_id >= \(spanStart) AND \(lastID) > ?1 AND earliest <= latest")
        defer { statement.reset() }
        statement.bind([.integer(cursor.value)])
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return Timestamp(microseconds: statement.integer(0))...Timestamp(microseconds: statement.integer(1))
    }
}
