import Journal
public import Logging
public import ServiceLifecycle
public import Sources

/// Runs one source, again and again while it fails: waits 1, 2, 4 … 60 seconds, each with up to half of it at random, so that many sources
/// do not come back in step.
public struct SourceSupervisor: Service {
    /// After a run of this length the next failure waits from the shortest time again.
    private static let goodRun = Duration.seconds(60)

    private let source: any Source
    private let intake: SourceIntake
    private let logger: Logger
    private let wait: @Sendable (Duration) async throws -> Void

    /// A supervisor of the source; `wait` is replaced in tests.
    public init(
        _ source: any Source, intake: SourceIntake, logger: Logger,
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.source = source
        self.intake = intake
        self.logger = logger
        self.wait = wait
    }

    /// Runs until the source is at its end or the task is cancelled.
    public func run() async throws {
        let name = intake.settings.name
        var delay = 1.0
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let start = ContinuousClock.now
            do {
                try await cancelWhenGracefulShutdown { try await source.run(into: intake) }
                intake.meter.note(Task.isCancelled ? .stopped : .finished)
                return
            } catch is CancellationError {
                break
            } catch let error as IntakeError where error.code == .closed {
                break
            } catch {
                if ContinuousClock.now - start > Self.goodRun { delay = 1 }
                let seconds = delay * Double.random(in: 1...1.5)
                delay = min(delay * 2, 60)
                intake.meter.note(.failing, detail: "\(error)")
                logger.warning("source \(name): \(error); trying again in \(Int(seconds.rounded())) s")
                // Only cancellation and shutdown end the wait early, and the loop sees them.
                try? await cancelWhenGracefulShutdown { [wait] in try await wait(.seconds(seconds)) }
            }
        }
        intake.meter.note(.stopped)
    }
}
