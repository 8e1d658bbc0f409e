internal import Dispatch
public import Model
internal import Synchronization

/// The durable, ordered record of all events: SQLite files by commit day, append-only.
///
/// An append is durable when it returns (`synchronous=FULL`). Appends that wait while a commit runs are committed together (group commit),
/// so many small writers share one fsync. Everything downstream reads by cursor: ``next(after:times:)`` and ``waitForCommit(after:)``.
///
/// One process writes a journal at a time; others may read it with ``JournalReader``.
public final class EventJournal: Sendable {
    private struct Queue {
        var waiting: [(append: JournalAppend, completion: @Sendable (Result<CommitReceipt, JournalError>) -> Void)] = []
        var isScheduled = false
        var isClosed = false
    }

    private struct Published {
        var tail: JournalTail
        var ledgers: [String: Ledger]
        var stored: Int64
        /// Events that were committed since the journal was opened.
        var appended: Int64 = 0
        var head: EventID
        var removals: Removals
        var failure: JournalError?
    }

    /// Most bytes of events in one transaction.
    private static let transactionBytes = 32 << 20

    private let writerQueue = DispatchQueue(label: "petrel.journal.write")
    private let readerQueue = DispatchQueue(label: "petrel.journal.read")
    /// Used on ``writerQueue`` only.
    private nonisolated(unsafe) let writer: JournalWriter
    /// Used on ``readerQueue`` only.
    private nonisolated(unsafe) let reader: JournalReader
    private let packer: SpanPacker
    private let queue = Mutex(Queue())
    private let published: Mutex<Published>
    private let signal: CommitSignal

    /// Opens or makes the journal in that folder.
    ///
    /// Throws when another process writes it, when the newest file is damaged, or when a file is newer than this program.
    public init(folder: String, options: JournalOptions = JournalOptions(), clock: WallClock = .system) throws(JournalError) {
        writer = try JournalWriter(folder: folder, options: options, clock: clock)
        reader = try JournalReader(folder: folder)
        packer = SpanPacker(level: options.compressionLevel)
        signal = CommitSignal(head: writer.lastID)
        published = Mutex(
            Published(
                tail: JournalTail(start: writer.lastID, maximumBytes: options.tailBytes), ledgers: writer.ledgers,
                stored: try reader.count(), head: writer.lastID, removals: try reader.removals()))
    }

    // MARK: Writing

    /// Queues an append; the completion runs on the journal's queue once it is durable or refused. Order is kept.
    ///
    /// Many events are compressed before they are queued, by whoever submits them: the queue then has only to write.
    public func submit(_ append: JournalAppend, completion: @escaping @Sendable (Result<CommitReceipt, JournalError>) -> Void) {
        var append = append
        if append.events.byteCount >= JournalWriter.blockBytes {
            // What fails here is tried, and told, when the append's turn comes.
            append.packed = try? packer.pack(append.events)
        }
        let (refused, schedule) = queue.withLock { queue in
            if queue.isClosed { return (true, false) }
            queue.waiting.append((append, completion))
            defer { queue.isScheduled = true }
            return (false, !queue.isScheduled)
        }
        // Never on the caller's thread: it may hold the lock that its completion takes.
        if refused { writerQueue.async { completion(.failure(JournalError(.closed, "the journal is closed"))) } }
        if schedule { writerQueue.async { self.flush() } }
    }

    /// Appends and returns when it is durable.
    public func append(_ append: JournalAppend) async throws(JournalError) -> CommitReceipt {
        let result = await withCheckedContinuation { continuation in
            submit(append) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Commits what waits, in transactions of bounded size. On the writer's queue.
    private func flush() {
        while true {
            let group = queue.withLock { queue in
                var bytes = 0
                var count = 0
                while count < queue.waiting.count, count == 0 || bytes < Self.transactionBytes {
                    bytes += queue.waiting[count].append.events.byteCount
                    count += 1
                }
                defer { queue.waiting.removeFirst(count) }
                if count == 0 { queue.isScheduled = false }
                return Array(queue.waiting[..<count])
            }
            if group.isEmpty { return }
            let (results, blocks) = writer.commit(group.map(\.append))
            published.withLock { published in
                published.failure = writer.failure
                for block in blocks {
                    published.tail.append(block)
                    published.stored += Int64(block.events.count)
                    published.appended += Int64(block.events.count)
                    published.head = block.lastID
                }
                published.ledgers = writer.ledgers
            }
            if let head = blocks.last?.lastID { signal.publish(head) }
            for (item, result) in zip(group, results) { item.completion(result) }
        }
    }

    /// The committed cursors of a source, smallest offset first.
    public func cursors(of source: String) async -> [StreamCursor] {
        await withCheckedContinuation { continuation in
            writerQueue.async { continuation.resume(returning: self.writer.cursors(of: source)) }
        }
    }

    /// Commits what waits, refuses what comes later and wakes all followers.
    public func close() async {
        queue.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            writerQueue.async {
                self.flush()
                // A failed checkpoint costs the next start some time and nothing else: the log is replayed then.
                try? self.writer.close()
                continuation.resume()
            }
        }
        signal.close()
    }

    /// The newest event, and the events that were committed since the journal was opened.
    var progress: (head: EventID, appended: Int64) { published.withLock { ($0.head, $0.appended) } }

    /// Takes over what retention has left: counts, what is removed, and the tail in memory.
    ///
    /// - Parameters:
    ///   - stored: the events that are there, without those that were committed since.
    ///   - appended: those that had been committed by then (``progress``).
    func publish(stored: Int64, appended: Int64, removals: Removals) {
        published.withLock { published in
            published.stored = stored + published.appended - appended
            published.removals = removals
            published.tail.forget(upTo: removals.newest)
        }
    }

    /// Runs the body with the journal's writer, between commits.
    func writing<Value: Sendable>(
        _ body: @escaping @Sendable (JournalWriter) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, JournalError>, Never>) in
            writerQueue.async {
                continuation.resume(returning: Result { () throws(JournalError) in try body(self.writer) })
            }
        }
        return try result.get()
    }

    // MARK: Reading

    /// Id of the newest committed event.
    public var head: EventID { signal.head }

    /// What retention has removed.
    public var removals: Removals { published.withLock { $0.removals } }

    /// Id of the newest event that retention removed; zero when nothing was removed. A follower that knows it has missed nothing.
    public var removedUpTo: EventID { removals.newest }

    /// Events in the journal.
    public var storedCount: Int64 { published.withLock { $0.stored } }

    /// Events in the journal, and the newest of them.
    public var extent: (stored: Int64, head: EventID) { published.withLock { ($0.stored, $0.head) } }

    /// Why the last commit could not be written; nil when it could.
    public var failure: JournalError? { published.withLock { $0.failure } }

    /// The books of every source.
    public var ledgers: [String: Ledger] { published.withLock { $0.ledgers } }

    /// Waits until something behind `cursor` is committed and returns the head; nil when cancelled or closed.
    public func waitForCommit(after cursor: EventID) async -> EventID? { await signal.wait(after: cursor) }

    /// The block that holds the next event behind `cursor`, from memory when it is recent, or nil at the head.
    ///
    /// - Parameter needsRaw: whether the raw records are needed; without them less is read and unpacked.
    public func next(
        after cursor: EventID, times: ClosedRange<Timestamp>? = nil, needsRaw: Bool = true
    ) async throws(JournalError) -> Block? {
        let recent = published.withLock { $0.tail.block(after: cursor) }
        if recent.covered { return recent.block }
        return try await reading { reader throws(JournalError) in try reader.next(after: cursor, times: times, needsRaw: needsRaw) }
    }

    /// Runs the body with the journal's reader, off the caller's thread.
    public func reading<Value: Sendable>(
        _ body: @escaping @Sendable (JournalReader) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, JournalError>, Never>) in
            readerQueue.async {
                continuation.resume(returning: Result { () throws(JournalError) in try body(self.reader) })
            }
        }
        return try result.get()
    }
}
