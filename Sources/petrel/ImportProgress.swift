import Glibc
import Sources
import Synchronization

/// Shows how an import goes: a bar with rate and time left on a terminal, a line now and then in a pipe.
final class ImportProgress: Sendable {
    private struct State {
        var doneBytes: UInt64 = 0
        var doneRecords = 0
        var current: FileProgress?
        var lastShown: ContinuousClock.Instant
    }

    private let totalBytes: UInt64
    private let start = ContinuousClock.now
    private let isTerminal = Console.isTerminal
    private let state: Mutex<State>

    /// Progress over files of that many bytes together.
    init(totalBytes: UInt64) {
        self.totalBytes = totalBytes
        state = Mutex(State(lastShown: .now))
    }

    /// Notes how far a file has come.
    func note(_ progress: FileProgress) {
        let line = state.withLock { state -> String? in
            if let current = state.current, current.path != progress.path {
                state.doneBytes += current.bytesTotal
                state.doneRecords += current.records
            }
            state.current = progress
            let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
            guard .now - state.lastShown >= pause else { return nil }
            state.lastShown = .now
            return text(state, progress)
        }
        guard let line else { return }
        if isTerminal { Console.status(line) } else { Console.error(line) }
    }

    /// Clears the bar.
    func end() { if isTerminal { Console.endStatus() } }

    private func text(_ state: State, _ progress: FileProgress) -> String {
        let seconds = max(0.001, (ContinuousClock.now - start) / .seconds(1))
        let bytes = min(state.doneBytes + progress.bytesRead, totalBytes)
        let share = totalBytes > 0 ? Double(bytes) / Double(totalBytes) : 1
        let records = state.doneRecords + progress.records
        let left = share > 0.001 ? Int(seconds / share - seconds) : 0
        let percent = Int(share * 100)
        let figures =
            "\(percent)%  \(Console.grouped(records)) records  \(Console.grouped(Int(Double(records) / seconds)))/s  \(left) s left  \(progress.path)"
        guard isTerminal else { return figures }
        let filled = Int(share * 24)
        return String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled) + " " + figures
    }
}
