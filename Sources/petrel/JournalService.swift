import Columns
import Followers
import Journal
import Logging
import ServiceLifecycle

/// Keeps the journal's files within the options, makes old ones smaller, and closes it when everything else has stopped.
struct JournalService: Service {
    /// How often retention is applied.
    static let period = Duration.seconds(600)

    let journal: EventJournal
    /// What follows retention; nil where there are none.
    var columns: ColumnStore?
    var stage: LiveStage?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await applyRetention()
                    try await compact()
                } catch {
                    logger.error("journal upkeep: \(error)")
                }
                // Cancellation ends the wait early, and the loop sees it.
                try? await Task.sleep(for: Self.period)
            }
        }
        await journal.close()
    }

    private func applyRetention() async throws {
        let removed = try await journal.applyRetention()
        guard !removed.isEmpty else { return }
        stage?.forget(journal.removals)
        try await columns?.prune()
        logger.notice("retention removed \(removed.joined(separator: ", "))")
    }

    /// Writes files of past days anew, one after another, and removes from each what was waiting for that.
    private func compact() async throws {
        while !Task.isCancelled {
            do throws(JournalError) {
                guard let report = try await journal.compactNext() else { return }
                logger.notice("compacted \(report.file): \(report.bytesBefore) to \(report.bytesAfter) bytes")
            } catch {
                // Stopped by the end of the server.
                if Task.isCancelled { return }
                throw error
            }
            try await applyRetention()
        }
    }
}
