public import Model

/// Reads the files of a journal, also while another process writes them.
///
/// Synchronous and used by one thread at a time; ``EventJournal`` reads through it on a queue of its own.
public final class JournalReader {
    private let folder: JournalFolder
    private let codec: BlockCodec
    private var open: [JournalFileName: JournalFile] = [:]

    /// A reader of the journal in that folder; a folder that does not exist is an empty journal.
    public init(folder path: String) throws(JournalError) {
        folder = JournalFolder(path: path)
        codec = try BlockCodec()
    }

    /// The first block that holds an event behind `cursor` and, with `times`, may hold one of that time.
    ///
    /// - Parameter needsRaw: whether the raw records are needed; without them less is read and unpacked, and all are empty.
    public func next(
        after cursor: EventID, times: ClosedRange<Timestamp>? = nil, needsRaw: Bool = true
    ) throws(JournalError) -> Block? {
        for file in try files() {
            guard let last = try file.lastID(), last > cursor else { continue }
            if let block = try file.block(after: cursor, times: times, needsRaw: needsRaw, codec: codec) { return block }
        }
        return nil
    }

    /// The event of that id with its raw record, or nil when it is not kept.
    public func event(_ id: EventID) throws(JournalError) -> (block: Block, index: Int)? {
        guard let block = try next(after: EventID(id.value - 1)), block.firstID <= id, block.lastID >= id else { return nil }
        return (block, Int(id.value - block.firstID.value))
    }

    /// The cursor behind which the newest `limit` events lie.
    public func cursor(beforeNewest limit: Int) throws(JournalError) -> EventID {
        var wanted = limit
        var cursor = EventID.zero
        for file in try files().reversed() where wanted > 0 {
            guard let found = try file.cursor(beforeNewest: wanted) else { continue }
            cursor = found.cursor
            wanted -= found.count
        }
        return cursor
    }

    /// Id of the oldest kept event, or nil when there is none.
    public func firstID() throws(JournalError) -> EventID? {
        for file in try files() {
            if let first = try file.firstID() { return first }
        }
        return nil
    }

    /// Id of the newest event that retention removed; zero when nothing was removed.
    ///
    /// Files of earlier versions do not say what they follow: then it is the id before the oldest kept event, so that a gap may be told of
    /// where there is none, and never the other way.
    public func removedUpTo() throws(JournalError) -> EventID {
        guard let file = try files().first else { return .zero }
        if let id = try file.followedID() { return id }
        return EventID((try firstID()?.value ?? 1) - 1)
    }

    /// Id of the newest kept event, or nil when there is none.
    public func lastID() throws(JournalError) -> EventID? {
        for file in try files().reversed() {
            if let last = try file.lastID() { return last }
        }
        return nil
    }

    /// Events in the journal.
    public func count() throws(JournalError) -> Int64 {
        var total: Int64 = 0
        for file in try files() { total += try file.count() }
        return total
    }

    /// Events up to that id.
    public func count(upTo id: EventID) throws(JournalError) -> Int64 {
        var total: Int64 = 0
        for file in try files() { total += try file.count(upTo: id) }
        return total
    }

    /// The earliest and latest event time of what was committed behind `cursor` (to the block), or nil when nothing was.
    public func timeBounds(after cursor: EventID = .zero) throws(JournalError) -> ClosedRange<Timestamp>? {
        var bounds: ClosedRange<Timestamp>?
        for file in try files() {
            guard let found = try file.timeBounds(after: cursor) else { continue }
            bounds = bounds.map { min($0.lowerBound, found.lowerBound)...max($0.upperBound, found.upperBound) } ?? found
        }
        return bounds
    }

    /// The books of every source as of the last commit.
    public func ledgers() throws(JournalError) -> [String: Ledger] { try files().last?.ledgers() ?? [:] }

    /// The cursors of a source, oldest commit first.
    public func cursors(of source: String) throws(JournalError) -> [StreamCursor] {
        try files().last?.cursors().filter { $0.source == source }.map(\.cursor) ?? []
    }

    /// Reads every block and checks every file; throws at the first damage.
    public func verify() throws(JournalError) -> (files: Int, events: Int64) {
        var events: Int64 = 0
        let files = try files()
        for file in files {
            try file.checkIntegrity()
            var cursor = EventID.zero
            while let block = try file.block(after: cursor, codec: codec) {
                for row in 0..<block.events.count where !block.events[row].isWellFormed {
                    throw JournalError(.damaged, "\(file.path), event \(block.id(row)): the row is damaged")
                }
                events += Int64(block.events.count)
                cursor = block.lastID
            }
        }
        return (files.count, events)
    }

    /// The complete files, oldest first.
    func files() throws(JournalError) -> [JournalFile] {
        let names = try folder.list()
        if open.count > names.count { open = open.filter { names.contains($0.key) } }
        var files: [JournalFile] = []
        for name in names {
            if let known = open[name] {
                files.append(known)
                continue
            }
            let file = try JournalFile(reading: folder.path(of: name), name: name)
            guard try file.isComplete else { continue }
            open[name] = file
            files.append(file)
        }
        return files
    }
}
