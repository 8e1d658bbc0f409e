public import Model
internal import Synchronization

/// Retention, what is kept beyond it, and the rewriting of old files.
extension EventJournal {
    /// Removes what the options no longer keep; returns what was removed, for people. By the day of commits, not by the time of events.
    public func applyRetention() async throws(JournalError) -> [String] {
        let removed = try await writing { writer throws(JournalError) in try writer.applyRetention() }
        if !removed.isEmpty { try await refresh() }
        return removed
    }

    /// Takes over what was removed, while commits go on.
    private func refresh() async throws(JournalError) {
        let known = progress
        let kept = try await reading { reader throws(JournalError) in
            reader.closeBlockFiles()
            return (count: try reader.count(upTo: known.head), removals: try reader.removals())
        }
        publish(stored: kept.count, appended: known.appended, removals: kept.removals)
    }

    // MARK: Keeping

    /// What came of the wish to keep events.
    public struct Keeping: Sendable, Equatable {
        /// Events that are kept from now on.
        public internal(set) var copied = 0
        /// Events that were kept before.
        public internal(set) var known = 0
        /// Events that are not in the journal (any more).
        public internal(set) var absent = 0
    }

    /// Keeps events when retention removes their class, under their ids. To ask again changes nothing.
    ///
    /// A copy stands beside the original, unseen, and takes its place in the transaction that removes it; so an event is there once at any time.
    public func keep(ids: [EventID]) async throws(JournalError) -> Keeping {
        let wanted = Set(ids).sorted()
        let places = try await reading { reader throws(JournalError) in try reader.files(of: wanted) }
        var result = Keeping()
        for (name, ids) in places.sorted(by: { $0.key < $1.key }) {
            let found = try await writing { writer throws(JournalError) in try writer.keep(ids, in: name) }
            result.copied += found.copied
            result.known += found.known
        }
        result.absent = wanted.count - result.copied - result.known
        return result
    }

    // MARK: Compaction

    /// Writes the oldest file of a past day anew that was not before, on a thread of the lowest priority; nil when there is none.
    ///
    /// Cancelling the task leaves the file as it was.
    public func compactNext(
        progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
    ) async throws(JournalError) -> CompactionReport? {
        let next = try await writing { writer throws(JournalError) -> FileCompaction? in
            guard writer.busy == nil, let name = try writer.nextToCompact() else { return nil }
            writer.busy = name
            return FileCompaction(
                folder: writer.folder, name: name, level: writer.options.compactionLevel, witness: writer.options.witness)
        }
        guard let compaction = next else { return nil }
        let stop = StopMark()
        let result = await withTaskCancellationHandler {
            do throws(JournalError) {
                return try await QuietThread.value {
                    Result { () throws(JournalError) in
                        try compaction.run(isStopped: { stop.isSet.load(ordering: .relaxed) }, progress: progress)
                    }
                }
            } catch {
                return .failure(error)
            }
        } onCancel: {
            stop.isSet.store(true, ordering: .relaxed)
        }
        var isSettled = true
        if case .failure(let error) = result { isSettled = !error.isTransient && error.code != .closed }
        try await writing { [isSettled] writer throws(JournalError) in writer.didCompact(compaction.name, isSettled: isSettled) }
        try await reading { reader throws(JournalError) in reader.closeBlockFiles() }
        return try result.get()
    }

    private final class StopMark: Sendable {
        let isSet = Atomic(false)
    }
}
