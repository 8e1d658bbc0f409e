public import Journal
import Model
internal import Synchronization

/// How many dead letters are kept of each source.
///
/// Counted in the files, and not again while the books say that none came and none was retried, and retention has removed nothing.
public final class DeadLetterCounts: Sendable {
    private struct State {
        var buried: Int64
        var removedUpTo: Int64
        var counts: [String: Int]
    }

    private let journal: EventJournal
    private let state = Mutex<State?>(nil)

    /// The counts of a journal.
    public init(journal: EventJournal) { self.journal = journal }

    /// Dead letters that are kept, by source.
    public var bySource: [String: Int] {
        get async throws {
            let buried = journal.ledgers.values.reduce(0) { $0 + $1.deadLettered }
            let removed = journal.removedUpTo.value
            let known = state.withLock { $0?.buried == buried && $0?.removedUpTo == removed ? $0?.counts : nil }
            if let known { return known }
            let counts = try await journal.reading { reader throws(JournalError) in try reader.deadLetterCounts() }
            state.withLock { $0 = State(buried: buried, removedUpTo: removed, counts: counts) }
            return counts
        }
    }
}
