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
            guard let last = try file.newestID(), last > cursor else { continue }
            if let block = try file.block(after: cursor, times: times, needsRaw: needsRaw, codec: codec) { return block }
        }
        return nil
    }

    /// The event of that id with its raw record, or nil when it is not kept.
    public func event(_ id: EventID) throws(JournalError) -> (block: Block, index: Int)? {
        guard let block = try next(after: EventID(id.value - 1)), let index = block.index(of: id) else { return nil }
        return (block, index)
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

    /// What retention has removed.
    ///
    /// Files of earlier versions do not say what they follow: then everything before the oldest kept event counts as removed, so that a gap may
    /// be told of where there is none, and never the other way.
    public func removals() throws(JournalError) -> Removals {
        var found = Removals()
        var end = EventID.zero
        for (index, file) in try files().enumerated() {
            var follows = try file.followedID()
            if follows == nil, index == 0, let first = try file.firstID() { follows = EventID(first.value - 1) }
            // A file between this one and the one before was unlinked whole.
            if let follows, follows > end { for retained in RetentionClass.families { found.note(follows, of: retained) } }
            let own = try file.removals()
            for retained in RetentionClass.allCases { found.note(own[retained], of: retained) }
            end = max(end, follows ?? .zero, own.newest, try file.newestID() ?? .zero)
        }
        return found
    }

    /// The ids of events that are kept although their class was removed; rising.
    public func keptIDs() throws(JournalError) -> [EventID] {
        var found: [EventID] = []
        for file in try files() { found += try file.keptIDs() }
        return found
    }

    /// Id of the newest event that was committed, whether it is still there or not; nil when there was none.
    public func lastID() throws(JournalError) -> EventID? {
        for file in try files().reversed() {
            let last = max(try file.newestID() ?? .zero, try file.removals().newest, try file.followedID() ?? .zero)
            if last > .zero { return last }
        }
        return nil
    }

    /// What the journal holds of each class. Compressed bytes; what earlier versions wrote is of no class until its file is written anew.
    public func holdings() throws(JournalError) -> JournalHoldings {
        var total = JournalHoldings()
        for file in try files() {
            let own = try file.holdings()
            for (retained, events) in own.events { total.events[retained, default: 0] += events }
            for (retained, bytes) in own.bytes { total.bytes[retained, default: 0] += bytes }
            total.mixedEvents += own.mixedEvents
            total.mixedBytes += own.mixedBytes
            total.copies += own.copies
        }
        return total
    }

    /// In which file each event stands; those that are not there are left out.
    func files(of ids: [EventID]) throws(JournalError) -> [JournalFileName: [EventID]] {
        var found: [JournalFileName: [EventID]] = [:]
        var ranges: [(name: JournalFileName, ids: ClosedRange<EventID>)] = []
        for file in try files() {
            if let first = try file.firstID(), let last = try file.newestID() { ranges.append((file.name, first...last)) }
        }
        for id in ids {
            if let range = ranges.first(where: { $0.ids.contains(id) }) { found[range.name, default: []].append(id) }
        }
        return found
    }

    /// Closes the files of large blocks, so that those that were unlinked give their room back; they are opened again when they are needed.
    func closeBlockFiles() { for file in open.values { file.readFiles = [:] } }

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
