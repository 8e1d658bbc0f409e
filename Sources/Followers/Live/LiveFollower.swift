internal import Journal
internal import Model
public import ServiceLifecycle

/// Follows the journal for the screens: feeds the stage and sends its frames, ten a second at most.
public struct LiveFollower: Service {
    /// Shortest time between two frames.
    static let framePeriod = Duration.milliseconds(100)
    /// Most events taken between two frames; a backlog is worked off with the screens alive.
    public static let eventsPerFrame = 50_000

    private let stage: LiveStage
    private let send: @Sendable ([LiveFrame]) -> Void

    /// A follower that hands every frame to `send`, which must not block.
    public init(stage: LiveStage, send: @escaping @Sendable ([LiveFrame]) -> Void) {
        self.stage = stage
        self.send = send
    }

    /// Runs until the task is cancelled or the service group shuts down; saves the roll-ups at the end.
    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            var frame = 0
            while !Task.isCancelled {
                let next = ContinuousClock.now + Self.framePeriod
                try await step(frame: frame)
                frame += 1
                // Cancellation ends the wait early, and the loop sees it.
                try? await Task.sleep(until: next)
            }
        }
        try stage.save()
    }

    /// Takes what is new, sends frames, and saves the roll-ups every two seconds.
    func step(frame: Int) async throws {
        try await stage.catchUp()
        let frames = stage.frames(onlyIfDue: true)
        if !frames.isEmpty { send(frames) }
        if frame % 20 == 19 { try stage.save() }
    }
}
