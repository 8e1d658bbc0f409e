public import Journal
import Model
internal import Synchronization

/// What the columns need of a journal: one that is open for writing in this process, or the files of another's.
public struct JournalFeed: Sendable {
    /// The block that holds the next event behind an id, perhaps without raw records; nil at the head.
    let next: @Sendable (EventID) async throws(JournalError) -> Block?
    /// Id of the oldest kept event.
    let firstID: @Sendable () async throws(JournalError) -> EventID?
    /// Id of the newest event.
    let lastID: @Sendable () async throws(JournalError) -> EventID?
    /// Events in the journal now.
    let count: @Sendable () -> Int64
    /// What retention has removed, and the ids of what is kept nevertheless.
    let liveness: @Sendable () async throws(JournalError) -> Liveness
    /// Waits for an event behind an id; false when there will be none.
    let wait: @Sendable (EventID) async -> Bool

    /// The journal of this process.
    public init(_ journal: EventJournal) {
        next = { id throws(JournalError) in try await journal.next(after: id, needsRaw: false) }
        firstID = { () throws(JournalError) in try await journal.reading { reader throws(JournalError) in try reader.firstID() } }
        lastID = { () throws(JournalError) in journal.head }
        count = { journal.storedCount }
        liveness = { () throws(JournalError) in
            try await journal.reading { reader throws(JournalError) in try Self.liveness(reader) }
        }
        wait = { await journal.waitForCommit(after: $0) != nil }
    }

    /// The files of a journal as they are now.
    public init(folder: String) throws(JournalError) {
        let reader = Mutex(ReaderBox(reader: try JournalReader(folder: folder)))
        next = { id throws(JournalError) in
            try reader.withLock { box throws(JournalError) in try box.reader.next(after: id, needsRaw: false) }
        }
        firstID = { () throws(JournalError) in try reader.withLock { box throws(JournalError) in try box.reader.firstID() } }
        lastID = { () throws(JournalError) in try reader.withLock { box throws(JournalError) in try box.reader.lastID() } }
        liveness = { () throws(JournalError) in try reader.withLock { box throws(JournalError) in try Self.liveness(box.reader) } }
        // Nothing is waited for here, so nobody asks how many come.
        count = { 0 }
        wait = { _ in false }
    }

    private static func liveness(_ reader: JournalReader) throws(JournalError) -> Liveness {
        Liveness(try reader.removals(), kept: try reader.keptIDs())
    }

    /// Guarded by its mutex.
    private struct ReaderBox: @unchecked Sendable { let reader: JournalReader }
}
