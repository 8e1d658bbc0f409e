import Model

/// What came of writing a file anew.
public struct CompactionReport: Sendable, Equatable {
    /// The file's name.
    public let file: String
    /// Its events.
    public let events: Int64
    /// Bytes on disk before.
    public let bytesBefore: Int64
    /// Bytes on disk after.
    public let bytesAfter: Int64
}

/// Writes a closed file anew: larger blocks, at a higher level of compression, and one for each class where earlier versions had mixed them.
///
/// The new blocks go into new files beside it. Then one transaction puts their rows in place of the old ones, and the old files are unlinked.
/// Until the transaction nothing has changed, and behind it nothing points to the old ones any more; who has them open reads on. What a crash
/// leaves behind belongs to no row, and is removed at the next start. It runs on a thread of its own; nobody else removes from the file
/// meanwhile, but events may be kept.
struct FileCompaction {
    /// Most events of a span, and bytes from which on a span is full: what has to be unpacked to read one event.
    static let spanEvents = 16_384
    static let spanBytes = 8 << 20

    let folder: JournalFolder
    let name: JournalFileName
    let level: Int32
    let witness: UpkeepWitness

    /// Events of one class on the way into a new block.
    private struct Gathered {
        var events = EventBatch()
        var ids = IDRuns()
    }

    /// Writes the file anew.
    ///
    /// - Parameters:
    ///   - isStopped: asked for each span; when it says so, the file stays as it was.
    ///   - progress: told of the events that are done, and of all.
    func run(
        isStopped: () -> Bool, progress: (_ done: Int64, _ total: Int64) -> Void
    ) throws(JournalError) -> CompactionReport {
        let before = try folder.size(of: name)
        let total = try compact(isStopped, progress)
        // The file is closed by now: what SQLite needs while it is open does not count.
        return CompactionReport(file: name.stem, events: total, bytesBefore: before, bytesAfter: try folder.size(of: name))
    }

    /// Does the work and returns the number of events.
    private func compact(_ isStopped: () -> Bool, _ progress: (Int64, Int64) -> Void) throws(JournalError) -> Int64 {
        let file = try JournalFile(writing: folder.path(of: name), name: name, create: false, appends: false)
        let codec = try BlockCodec(level: level)
        let total = try file.count()
        let old = try file.holdings().parts
        let number = Int(try file.connection.integer("SELECT coalesce(max(part), 0) + 1 FROM block"))
        try witness(.willCompact)
        do throws(JournalError) {
            let rows = try rewrite(file, number, total, codec, isStopped, progress)
            for blocks in file.blockFiles.values { try blocks.flush() }
            try witness(.wroteParts)
            try file.connection.transaction { () throws(JournalError) in try replace(with: rows, total, in: file) }
        } catch {
            // What cannot be unlinked now is, when the journal is opened next.
            try? JournalFolder.unlink(file.blockFiles.values.map(\.path))
            throw error
        }
        try witness(.switched)
        try file.dropParts(old)
        try witness(.droppedParts)
        try file.reclaim()
        try witness(.vacuumed)
        return total
    }

    /// Puts the new rows in place of the old ones.
    private func replace(with rows: [[SQLiteValue]], _ total: Int64, in file: JournalFile) throws(JournalError) {
        try file.connection.execute("DELETE FROM block")
        for row in rows { try file.insert(row) }
        let copied = try file.count()
        guard copied == total else {
            throw JournalError(.damaged, "\(file.path): \(copied) events of \(total) were read; the file stays as it was")
        }
        try file.setMeta("compacted", "\(level)")
        try witness(.switching)
    }

    /// Writes the large blocks and returns the rows of all.
    private func rewrite(
        _ file: JournalFile, _ number: Int, _ total: Int64, _ codec: BlockCodec, _ isStopped: () -> Bool, _ progress: (Int64, Int64) -> Void
    ) throws(JournalError) -> [[SQLiteValue]] {
        var rows: [[SQLiteValue]] = []
        var gathered: [RetentionClass: Gathered] = [:]
        var span: EventID?
        var (events, bytes) = (0, 0)
        var done: Int64 = 0
        func close() throws(JournalError) {
            guard let first = span else { return }
            for (retained, part) in gathered.sorted(by: { $0.key < $1.key }) {
                let key = PartKey(retained: retained, number: number)
                rows.append(try file.row(PackedBlock(part.events, codec: codec), part.ids, span: first, key: key))
            }
            done += Int64(events)
            (gathered, span, events, bytes) = ([:], nil, 0, 0)
            progress(done, total)
        }
        var cursor = EventID.zero
        while true {
            let blocks = try file.blocks(after: cursor, codec: codec)
            guard let last = blocks.map({ $0.ids.id($0.ids.count - 1) }).max() else { break }
            if isStopped() { throw JournalError(.closed, "\(file.path): stopped; the file stays as it was") }
            let size = blocks.reduce((0, 0)) { ($0.0 + $1.events.count, $0.1 + $1.events.byteCount) }
            if events + size.0 > Self.spanEvents || bytes + size.1 > Self.spanBytes { try close() }
            span = span ?? blocks.map { $0.ids.id(0) }.min()
            (events, bytes) = (events + size.0, bytes + size.1)
            for block in Self.byClass(blocks) {
                gathered[block.retained ?? .records, default: Gathered()].events.append(block.events)
                gathered[block.retained ?? .records, default: Gathered()].ids.append(block.ids)
            }
            cursor = last
        }
        try close()
        return rows
    }

    /// The events of a span in one block for each class.
    private static func byClass(_ blocks: [StoredBlock]) -> [StoredBlock] {
        var found: [RetentionClass: [StoredBlock]] = [:]
        for block in blocks {
            if let retained = block.retained {
                found[retained, default: []].append(block)
                continue
            }
            // Blocks of earlier versions have consecutive ids.
            let survey = BatchSurvey(block.events)
            if let only = survey.only {
                found[only, default: []].append(StoredBlock(retained: only, ids: block.ids, events: block.events))
            } else {
                for part in ClassSplit(block.events, firstID: block.ids.id(0), survey: survey).parts {
                    found[part.retained, default: []].append(StoredBlock(retained: part.retained, ids: part.ids, events: part.events))
                }
            }
        }
        return found.map { retained, blocks in
            guard blocks.count > 1, let all = StoredBlock.merged(blocks) else { return blocks[0] }
            return StoredBlock(retained: retained, ids: all.ids, events: all.events)
        }
    }
}
