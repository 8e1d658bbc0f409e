import Model

/// Writes the journal: the part of ``EventJournal`` that lives on its queue.
///
/// Everything here runs on that one queue, so there is one transaction at a time and the order of commits is the order of ids.
final class JournalWriter {
    let folder: JournalFolder
    private let lock: JournalLock
    let options: JournalOptions
    let clock: WallClock
    let codec: BlockCodec
    private(set) var file: JournalFile
    /// What closed files hold, as far as it was asked for.
    var holdings: [JournalFileName: JournalFile.Holdings] = [:]
    /// Closed files that need not be written anew.
    var compacted: Set<JournalFileName> = []
    /// The file that is written anew at the moment; nothing is removed from it meanwhile.
    var busy: JournalFileName?
    /// Whether what crashes have left behind was looked for.
    var isTidy = false
    private var ids: EventIDGenerator
    private var cursors: [StreamKey: StreamCursor]
    private(set) var ledgers: [String: Ledger]
    private(set) var lastID: EventID
    /// Why the last transaction could not be written.
    private(set) var failure: JournalError?
    /// Whether letters that became events are to be removed from older files.
    var hasMarks = false

    /// A stream of a source.
    private struct StreamKey: Hashable {
        var source: String
        var stream: String
    }

    /// Opens or makes the journal, checks the newest file and continues behind it.
    init(folder path: String, options: JournalOptions, clock: WallClock) throws(JournalError) {
        folder = JournalFolder(path: path)
        try folder.create()
        lock = try JournalLock(folder: folder)
        self.options = options
        self.clock = clock
        codec = try BlockCodec(level: options.compressionLevel)
        var newest: JournalFile?
        var names = try folder.list()
        while newest == nil, let name = names.popLast() {
            let candidate = try JournalFile(writing: folder.path(of: name), name: name, create: false)
            if try candidate.isComplete {
                if try folder.size(of: name) <= options.integrityCheckBytes { try candidate.checkIntegrity() }
                newest = candidate
            } else {
                // It was cut off while it was made: nothing has ever been committed to it.
                try folder.remove(name)
            }
        }
        // What was newest may be removed by now; its id is not given again.
        var last = EventID.zero
        if let newest {
            let (stored, followed) = (try newest.newestID(), try newest.followedID())
            last = max(stored ?? .zero, followed ?? .zero)
        }
        for name in names.reversed() where last == .zero {
            let file = try JournalFile(reading: folder.path(of: name), name: name)
            let (stored, removed) = (try file.newestID(), try file.removals().newest)
            last = max(stored ?? .zero, removed)
        }
        lastID = last
        ids = EventIDGenerator(node: options.node, last: lastID)
        if let newest {
            file = newest
        } else {
            file = try Self.makeFile(JournalFileName(day: clock.now.day, number: 0), in: folder)
            try file.markComplete(following: .zero)
        }
        ledgers = try file.ledgers()
        cursors = [:]
        for (source, cursor) in try file.cursors() { cursors[StreamKey(source: source, stream: cursor.stream)] = cursor }
        // What cannot be removed now stays marked, and is tried again after the next retry.
        try? removeMarked()
    }

    private static func makeFile(_ name: JournalFileName, in folder: JournalFolder) throws(JournalError) -> JournalFile {
        try JournalFile(writing: folder.path(of: name), name: name, create: true)
    }

    /// The committed cursors of a source, as they stand.
    func cursors(of source: String) -> [StreamCursor] {
        cursors.filter { $0.key.source == source }.map(\.value).sorted { $0.offset < $1.offset }
    }

    /// Commits the appends in one transaction and answers each; a refused append does not hold up the others.
    ///
    /// Returns the new blocks for the tail.
    func commit(_ appends: [JournalAppend]) -> (results: [Result<CommitReceipt, JournalError>], blocks: [Block]) {
        let before = (cursors, ledgers, ids)
        do {
            try rollOverIfDue()
            var results: [Result<CommitReceipt, JournalError>] = []
            var blocks: [Block] = []
            try file.transaction { () throws(JournalError) in
                var pending = PendingBlock()
                for append in appends { results.append(try admit(append, &pending, &blocks)) }
                try close(&pending, &blocks)
                try saveState(changedSince: before)
            }
            // A commit without events needs hardly any room: it does not show that there is some again.
            if let newest = blocks.last { (lastID, failure) = (newest.lastID, nil) }
            // What cannot be removed stays marked.
            if hasMarks { try? removeMarked() }
            return (results, blocks)
        } catch {
            failure = error
            (cursors, ledgers, ids) = before
            return (appends.map { _ in .failure(error) }, [])
        }
    }

    /// Small appends share a block; it is closed when it is full.
    private struct PendingBlock {
        var firstID = EventID.zero
        var events = EventBatch()
        /// The events in the form in which they are kept, where they were packed before.
        var packed: PackedSpan?
    }

    /// Most events that small appends gather in one block.
    private static let blockEvents = 5000
    /// Bytes from which an append is a block of its own: to join it to another would only copy it.
    static let blockBytes = 256 << 10

    private func admit(_ append: JournalAppend, _ pending: inout PendingBlock, _ blocks: inout [Block]) throws(JournalError) -> Result<
        CommitReceipt, JournalError
    > {
        guard append.events.count <= EventID.sequenceCount else {
            return .failure(
                JournalError(.tooLarge, "\(append.source): \(append.events.count) events at once; \(EventID.sequenceCount) are the most"))
        }
        if let queued = append.queued, let known = cursors[StreamKey(source: append.source, stream: queued.stream)],
            known.offset >= queued.offset
        {
            return .success(CommitReceipt(firstID: lastID, count: 0, wasRepeated: true))
        }
        let key = append.cursor.map { StreamKey(source: append.source, stream: $0.stream) }
        if let key, cursors[key]?.offset ?? 0 != append.previousOffset {
            return .failure(
                JournalError(
                    .cursorMismatch,
                    "\(append.source) \(key.stream): offset \(append.previousOffset) does not follow the committed \(cursors[key]?.offset ?? 0)"
                ))
        }
        if let origin = append.origin, let known = try file.origin(source: append.source, key: origin.key) {
            guard known.contentHash == origin.contentHash else {
                return .failure(JournalError(.keyReused, "the Idempotency-Key was used before with other content; use a new key"))
            }
            var repeated = Ledger()
            repeated.received = append.ledger.received
            repeated.duplicate = append.ledger.received
            ledgers[append.source, default: Ledger()] += repeated
            return .success(known.receipt)
        }
        if let letter = append.retries, let gone = try takeOut(letter) { return .success(gone) }
        let receipt = try place(append.events, append.packed, &pending, &blocks)
        for letter in append.deadLetters { try file.insert(letter) }
        ledgers[append.source, default: Ledger()] += append.ledger
        if let key, let cursor = append.cursor { cursors[key] = cursor }
        if let queued = append.queued { cursors[StreamKey(source: append.source, stream: queued.stream)] = queued }
        if let origin = append.origin {
            try file.save(origin, source: append.source, receipt: receipt, committed: clock.now)
        }
        return .success(receipt)
    }

    private func place(
        _ events: EventBatch, _ packed: PackedSpan?, _ pending: inout PendingBlock, _ blocks: inout [Block]
    ) throws(JournalError) -> CommitReceipt {
        guard !events.isEmpty else { return CommitReceipt(firstID: lastID, count: 0, wasRepeated: false) }
        if pending.events.count + events.count > Self.blockEvents || pending.events.byteCount >= Self.blockBytes
            || events.byteCount >= Self.blockBytes
        {
            try close(&pending, &blocks)
        }
        let first = ids.next(events.count, at: clock.now)
        // The generator may have gone on to another millisecond: ids inside a block are consecutive.
        if !pending.events.isEmpty, first.value != pending.firstID.value + Int64(pending.events.count) { try close(&pending, &blocks) }
        if pending.events.isEmpty {
            pending = PendingBlock(firstID: first, events: events, packed: packed)
        } else {
            pending.events.append(events)
            pending.packed = nil
        }
        return CommitReceipt(firstID: first, count: events.count, wasRepeated: false)
    }

    private func close(_ pending: inout PendingBlock, _ blocks: inout [Block]) throws(JournalError) {
        guard !pending.events.isEmpty else { return }
        let span: PackedSpan = if let packed = pending.packed { packed } else { try PackedSpan(pending.events, codec: codec) }
        try file.insert(span, firstID: pending.firstID)
        blocks.append(Block(firstID: pending.firstID, events: pending.events))
        pending = PendingBlock()
    }

    private func saveState(
        changedSince before: (cursors: [StreamKey: StreamCursor], ledgers: [String: Ledger], ids: EventIDGenerator)
    ) throws(JournalError) {
        let now = clock.now
        for (key, cursor) in cursors where before.cursors[key] != cursor {
            try file.save(cursor, source: key.source, committed: now)
        }
        for (source, ledger) in ledgers where before.ledgers[source] != ledger { try file.save(ledger, source: source) }
    }

    // MARK: Files

    /// Starts a new file on a new day, or when the file is full.
    private func rollOverIfDue() throws(JournalError) {
        let today = clock.now.day
        if today > file.name.day {
            try rollOver(to: JournalFileName(day: today, number: 0))
        } else if try fileSize >= options.fileBytes {
            try rollOver(to: JournalFileName(day: file.name.day, number: file.name.number + 1))
        }
    }

    /// Ends the newest file when its day is over and it has events, so that retention can reach them although nothing new comes.
    func closePastDay() throws(JournalError) {
        guard clock.now.day > file.name.day, try file.firstID() != nil else { return }
        try rollOver(to: JournalFileName(day: clock.now.day, number: 0))
    }

    /// Bytes of the newest file with its log and its large blocks. Asked before every commit.
    private var fileSize: Int64 {
        get throws(JournalError) {
            let written = file.blockFiles.values.reduce(Int64(0)) { $0 + $1.end }
            return written + JournalFolder.size(of: [file.path, file.walPath])
        }
    }

    private func rollOver(to name: JournalFileName) throws(JournalError) {
        let next = try Self.makeFile(name, in: folder)
        try next.copyState(
            from: file, last: lastID, originsSince: clock.now.adding(seconds: -options.originWindowSeconds))
        try file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file = next
    }

    /// Moves the write-ahead log into the file, so that the next start has nothing to do, and lets another process write.
    func close() throws(JournalError) {
        defer { lock.release() }
        try file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
