import Model

/// Writes the journal: the part of ``EventJournal`` that lives on its queue.
///
/// Everything here runs on that one queue, so there is one transaction at a time and the order of commits is the order of ids.
final class JournalWriter {
    let folder: JournalFolder
    private let lock: JournalLock
    private let options: JournalOptions
    private let clock: WallClock
    private let codec: BlockCodec
    private(set) var file: JournalFile
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
                if folder.size(of: name) <= options.integrityCheckBytes { try candidate.checkIntegrity() }
                newest = candidate
            } else {
                // It was cut off while it was made: nothing has ever been committed to it.
                try folder.remove(name)
            }
        }
        var last = try newest?.lastID()
        for name in names.reversed() where last == nil {
            last = try JournalFile(reading: folder.path(of: name), name: name).lastID()
        }
        lastID = last ?? .zero
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
    }

    /// Most events that small appends gather in one block.
    private static let blockEvents = 5000
    /// Bytes from which an append is a block of its own: to join it to another would only copy it.
    private static let blockBytes = 256 << 10

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
        let receipt = try place(append.events, &pending, &blocks)
        for letter in append.deadLetters { try file.insert(letter) }
        ledgers[append.source, default: Ledger()] += append.ledger
        if let key, let cursor = append.cursor { cursors[key] = cursor }
        if let queued = append.queued { cursors[StreamKey(source: append.source, stream: queued.stream)] = queued }
        if let origin = append.origin {
            try file.save(origin, source: append.source, receipt: receipt, committed: clock.now)
        }
        return .success(receipt)
    }

    private func place(_ events: EventBatch, _ pending: inout PendingBlock, _ blocks: inout [Block]) throws(JournalError) -> CommitReceipt {
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
            pending = PendingBlock(firstID: first, events: events)
        } else {
            pending.events.append(events)
        }
        return CommitReceipt(firstID: first, count: events.count, wasRepeated: false)
    }

    private func close(_ pending: inout PendingBlock, _ blocks: inout [Block]) throws(JournalError) {
        guard !pending.events.isEmpty else { return }
        try file.insertBlock(firstID: pending.firstID, pending.events, codec: codec)
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
        var name = file.name
        if today > name.day {
            name = JournalFileName(day: today, number: 0)
        } else if folder.size(of: name) >= options.fileBytes {
            name = JournalFileName(day: name.day, number: name.number + 1)
        } else {
            return
        }
        let next = try Self.makeFile(name, in: folder)
        try next.copyState(
            from: file, last: lastID, originsSince: clock.now.adding(seconds: -options.originWindowSeconds))
        try file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file = next
    }

    /// Unlinks the files that are too old or too many bytes, oldest first, never the newest; returns their names.
    func applyRetention() throws(JournalError) -> [String] {
        try file.forgetOrigins(before: clock.now.adding(seconds: -options.originWindowSeconds))
        let names = try folder.list()
        let today = clock.now.day.daysSinceEpoch
        var bytes = names.reduce(Int64(0)) { $0 + folder.size(of: $1) }
        var removed: [String] = []
        for name in names where name != file.name {
            let tooOld = options.maximumAgeDays.map { today - name.day.daysSinceEpoch > $0 } ?? false
            let tooMuch = options.maximumBytes.map { bytes > $0 } ?? false
            guard tooOld || tooMuch else { break }
            bytes -= folder.size(of: name)
            try folder.remove(name)
            removed.append(name.text)
        }
        return removed
    }

    /// Moves the write-ahead log into the file, so that the next start has nothing to do, and lets another process write.
    func close() throws(JournalError) {
        defer { lock.release() }
        try file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
