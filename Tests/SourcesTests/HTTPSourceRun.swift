import Model
import Sources
import Synchronization
import Testing

/// Ends a run from inside its wait.
struct EndOfScript: Error {}

/// Counts the waits of a source and ends the run at the last of them.
final class ScriptedWait: Sendable {
    private let state = Mutex<(durations: [Duration], left: Int)>(([], 0))

    /// Ends the run when the source waits for the time of that number.
    init(ending number: Int) { state.withLock { $0.left = number } }

    /// What the source waited for so far.
    var durations: [Duration] { state.withLock { $0.durations } }

    func wait(_ duration: Duration) throws {
        let isOver = state.withLock { state in
            state.durations.append(duration)
            state.left -= 1
            return state.left <= 0
        }
        if isOver { throw EndOfScript() }
    }
}

/// Runs a source to its end while late batches are committed too; returns what ended it, nil at the end of the script.
func outcome(of source: any Source, into intake: RecordingIntake) async -> (any Error)? {
    await withTaskGroup(of: Void.self) { group in
        group.addTask { await intake.commitLate() }
        defer { group.cancelAll() }
        do {
            try await source.run(into: intake)
            return nil
        } catch is EndOfScript {
            return nil
        } catch {
            return error
        }
    }
}

/// The clock of scripted runs, which stands still.
let scriptClock: @Sendable () -> Timestamp = { Timestamp(microseconds: 1_700_000_000_000_000) }
