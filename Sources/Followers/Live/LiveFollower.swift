internal import Journal
internal import Model
public import ServiceLifecycle
internal import Synchronization

/// Follows the journal for the screens: feeds the stage and sends its frames, ten a second at most.
public final class LiveFollower: Service {
    /// Shortest time between two frames.
    static let framePeriod = Duration.milliseconds(100)
    /// Most events taken between two frames; a backlog is worked off with the screens alive.
    public static let eventsPerFrame = 50_000

    private let stage: LiveStage
    private let send: @Sendable ([LiveFrame]) -> Void
    private let onNotice: @Sendable (String) -> Void
    /// Whether the roll-ups could not be saved when that was last tried.
    private let isUnsaved = Atomic(false)

    /// A follower that hands every frame to `send`, which must not block.
    ///
    /// - Parameter onNotice: told when the roll-ups cannot be saved, and when they can again. Meanwhile the screens go on from memory;
    ///   what is not saved is counted again from the journal at the next start.
    public init(stage: LiveStage, send: @escaping @Sendable ([LiveFrame]) -> Void, onNotice: @escaping @Sendable (String) -> Void) {
        self.stage = stage
        self.send = send
        self.onNotice = onNotice
    }

    /// Runs until the task is cancelled or the service group shuts down; saves the roll-ups at the end.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            var frame = 0
            while !Task.isCancelled {
                let next = ContinuousClock.now + Self.framePeriod
                try await step(frame: frame)
                frame += 1
                // Cancellation ends the wait early, and the loop sees it.
                try? await Task.sleep(until: next)
            }
        }
        save()
    }

    private func save() {
        do throws(JournalError) {
            try stage.save()
            if isUnsaved.exchange(false, ordering: .relaxed) { onNotice("the roll-ups are saved again") }
        } catch {
            if !isUnsaved.exchange(true, ordering: .relaxed) { onNotice("the roll-ups cannot be saved: \(error)") }
        }
    }

    /// Takes what is new, sends frames, and saves the roll-ups every two seconds.
    func step(frame: Int) async throws {
        try await stage.catchUp()
        let frames = stage.frames(onlyIfDue: true)
        if !frames.isEmpty { send(frames) }
        if frame % 20 == 19 { save() }
    }
}
