import Journal
public import Logging
public import ServiceLifecycle
public import Sources

/// Runs one source, again and again while it fails: waits 1, 2, 4 … 60 seconds, each with up to half of it at random, so that many sources
/// do not come back in step. While the source is paused it does not run.
public struct SourceSupervisor: Service {
    /// After a run of this length the next failure waits from the shortest time again.
    private static let goodRun = Duration.seconds(60)

    private let source: any Source
    private let intake: SourceIntake
    private let control: SourceControl
    private let logger: Logger
    private let wait: @Sendable (Duration) async throws -> Void

    /// A supervisor of the source; `wait` is replaced in tests.
    public init(
        _ source: any Source, intake: SourceIntake, logger: Logger,
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.source = source
        self.logger = logger
        self.wait = wait
        (self.intake, control) = intake.pipeline.supervise(intake)
    }

    private static let interrupted = IntakeError(
        .journalUnavailable, "what came before the queue on disk was not stored; going on from the committed place")

    /// How a run of the source ended.
    private enum Ending {
        case finished, cancelled, paused
        case failed(any Error)
    }

    /// Runs until the source is at its end and all is handed on, or the task is cancelled.
    public func run() async throws {
        guard let station = intake.station else { return await runSource() }
        await cancelWhenGracefulShutdown { [wait, logger, name = intake.settings.name] in
            await prepare(station)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await station.drain(wait: wait) { logger.warning("source \(name): \($0)") } }
                group.addTask {
                    var breaks = -1
                    while breaks != station.breaks, !Task.isCancelled {
                        breaks = station.breaks
                        await runSource()
                        await station.waitUntilEmpty()
                    }
                }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Opens the queue on disk, again and again where it cannot be read.
    private func prepare(_ station: SpillStation) async {
        while !Task.isCancelled {
            do {
                return try await station.prepare()
            } catch {
                intake.meter.note(failure: "\(error)", retryInSeconds: 10)
                logger.warning("source \(intake.settings.name): \(error); trying again in 10 s")
                // Cancellation ends the wait early, and the loop sees it.
                try? await wait(.seconds(10))
            }
        }
    }

    private func runSource() async {
        let name = intake.settings.name
        var delay = 1.0
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            if control.isPaused {
                intake.meter.note(.paused, detail: "paused by an operator")
                await cancelWhenGracefulShutdown { [control] in await control.wait(untilPaused: false) }
                if !control.isPaused { intake.meter.note(.starting) }
                continue
            }
            let start = ContinuousClock.now
            switch await runOnce() {
            case .finished:
                intake.meter.note(.finished)
                return
            case .cancelled:
                intake.meter.note(.stopped)
                return
            case .paused: delay = 1
            case .failed(let error):
                if ContinuousClock.now - start > Self.goodRun { delay = 1 }
                let seconds = delay * Double.random(in: 1...1.5)
                delay = min(delay * 2, 60)
                intake.meter.note(failure: "\(error)", retryInSeconds: seconds)
                logger.warning("source \(name): \(error); trying again in \(Int(seconds.rounded())) s")
                await rest(seconds)
            }
        }
        intake.meter.note(.stopped)
    }

    /// Runs the source until it ends or is to be paused.
    private func runOnce() async -> Ending {
        await cancelWhenGracefulShutdown { [source, intake, control] in
            await withTaskGroup(of: Ending?.self) { group in
                group.addTask {
                    do {
                        try await source.run(into: intake)
                        return Task.isCancelled ? .cancelled : .finished
                    } catch is CancellationError {
                        return .cancelled
                    } catch let error as IntakeError where error.code == .closed {
                        return .cancelled
                    } catch {
                        return .failed(error)
                    }
                }
                group.addTask {
                    await control.wait(untilPaused: true)
                    return nil
                }
                if let station = intake.station {
                    let breaks = station.breaks
                    group.addTask {
                        await station.waitForBreak(after: breaks)
                        return station.breaks == breaks ? nil : .failed(Self.interrupted)
                    }
                }
                var ending: Ending?
                var isHeld = false
                for await result in group {
                    if let result { ending = ending ?? result } else if control.isPaused { isHeld = true }
                    group.cancelAll()
                }
                // A source that came to its end while it was being held is at its end.
                if isHeld, !Task.isCancelled, case .cancelled = ending { return .paused }
                return ending ?? .cancelled
            }
        }
    }

    /// Waits before the next attempt; a pause, cancellation and shutdown end it early, and the loop sees them.
    private func rest(_ seconds: Double) async {
        await cancelWhenGracefulShutdown { [wait, control] in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await wait(.seconds(seconds)) }
                group.addTask { await control.wait(untilPaused: true) }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
