import Foundation
import Journal
import Logging
import Model
import ServiceLifecycle
import Sources
import Synchronization
import TestKit
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(5))) struct SourceSupervisorTests {
    /// A source that does what it is told, once per run.
    final class ScriptedSource: Source {
        enum Step: Sendable { case fail, end, wait, closed }
        struct Failure: Error {}
        let runs = Mutex(0)
        private let steps: [Step]

        init(_ steps: [Step]) { self.steps = steps }

        func run(into intake: any Intake) async throws {
            let number = runs.withLock { runs in
                defer { runs += 1 }
                return runs
            }
            switch steps[min(number, steps.count - 1)] {
            case .fail: throw Failure()
            case .end: return
            case .closed: throw IntakeError(.closed, "closed")
            case .wait:
                for await _ in AsyncStream<Void>.makeStream().stream {}
                throw CancellationError()
            }
        }
    }

    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `A failing source is run again after 1, 2, 4 … 60 seconds and up to half as much again`() async throws {
        let test = try TestPipeline()
        let intake = test.pipeline.intake(for: SourceSettings(name: "s"))
        let source = ScriptedSource([ScriptedSource.Step](repeating: .fail, count: 9) + [.end])
        let waits = Notes<Duration>()
        let status = Notes<SourceStatus.State>()
        try await SourceSupervisor(source, intake: intake, logger: logger) { duration in
            waits.add(duration)
            status.add(intake.meter.status.state)
        }.run()
        let seconds: [Double] = [1, 2, 4, 8, 16, 32, 60, 60, 60]
        #expect(waits.all.count == seconds.count)
        for (wait, least) in zip(waits.all, seconds) { #expect(wait >= .seconds(least) && wait <= .seconds(least * 1.5)) }
        #expect(status.all.allSatisfy { $0 == .failing })
        #expect(intake.meter.status.state == .finished)
        await test.journal.close()
    }

    @Test func `Cancellation ends a running source, a waiting supervisor and a loop`() async throws {
        let test = try TestPipeline()
        for step in [ScriptedSource.Step.wait, .fail] {
            let intake = test.pipeline.intake(for: SourceSettings(name: "\(step)"))
            let source = ScriptedSource([step])
            let supervisor = SourceSupervisor(source, intake: intake, logger: logger) { _ in
                for await _ in AsyncStream<Void>.makeStream().stream {}
                try Task.checkCancellation()
            }
            let task = Task { try await supervisor.run() }
            await GateTests.settle { source.runs.withLock { $0 } == 1 }
            task.cancel()
            try await task.value
            #expect(source.runs.withLock { $0 } == 1)
            #expect(intake.meter.status.state == .stopped)
        }
        await test.journal.close()
    }

    @Test func `A graceful shutdown does not wait for the next attempt`() async throws {
        let test = try TestPipeline()
        let intake = test.pipeline.intake(for: SourceSettings(name: "s"))
        let waits = Notes<Duration>()
        let supervisor = SourceSupervisor(ScriptedSource([.fail]), intake: intake, logger: logger) { duration in
            waits.add(duration)
            for await _ in AsyncStream<Void>.makeStream().stream {}
            try Task.checkCancellation()
        }
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: supervisor, successTerminationBehavior: .ignore)], logger: logger))
        let task = Task { try await group.run() }
        await GateTests.settle { !waits.all.isEmpty }
        await group.triggerGracefulShutdown()
        try await task.value
        #expect(intake.meter.status.state == .stopped)
        await test.journal.close()
    }

    @Test func `A paused source is held until it is resumed, and no failure brings it back`() async throws {
        let test = try TestPipeline()
        for step in [ScriptedSource.Step.wait, .fail] {
            let name = "\(step)"
            let intake = test.pipeline.intake(for: SourceSettings(name: name))
            let source = ScriptedSource([step, step, .end])
            let supervisor = SourceSupervisor(source, intake: intake, logger: logger) { _ in
                for await _ in AsyncStream<Void>.makeStream().stream {}
                try Task.checkCancellation()
            }
            let task = Task { try await supervisor.run() }
            for round in 1...2 {
                await GateTests.settle { source.runs.withLock { $0 } == round }
                #expect(try test.pipeline.set(name, isPaused: true) == .done)
                await GateTests.settle { intake.meter.status.state == .paused }
                #expect(intake.meter.status.reason == "paused by an operator" && source.runs.withLock { $0 } == round)
                #expect(try test.pipeline.set(name, isPaused: false) == .done)
            }
            try await task.value
            #expect(intake.meter.status.state == .finished && source.runs.withLock { $0 } == 3)
        }
        #expect(try test.pipeline.set("none", isPaused: true) == .unknown)
        _ = test.pipeline.intake(for: SourceSettings(name: "http"))
        #expect(try test.pipeline.set("http", isPaused: true) == .unsupervised)
        await test.journal.close()
    }

    @Test func `A pause outlives the process, and a paused source can be stopped`() async throws {
        let folder = TemporaryFolder()
        let file = folder.file("paused.json")
        let first = try PausedSources(path: file)
        try first.set("b", isPaused: true)
        try first.set("a", isPaused: true)
        try first.set("b", isPaused: false)
        let test = try TestPipeline(paused: try PausedSources(path: file))
        let intake = test.pipeline.intake(for: SourceSettings(name: "a"))
        let source = ScriptedSource([.end])
        let supervisor = SourceSupervisor(source, intake: intake, logger: logger) { _ in Issue.record("waited") }
        let task = Task { try await supervisor.run() }
        await GateTests.settle { intake.meter.status.state == .paused }
        task.cancel()
        try await task.value
        #expect(source.runs.withLock { $0 } == 0 && intake.meter.status.state == .stopped)
        try Data("{".utf8).write(to: URL(filePath: file))
        #expect(throws: (any Error).self) { try PausedSources(path: file) }
        await test.journal.close()
    }

    @Test func `A closed pipeline ends a source for good`() async throws {
        let test = try TestPipeline()
        let intake = test.pipeline.intake(for: SourceSettings(name: "s"))
        let source = ScriptedSource([.closed])
        try await SourceSupervisor(source, intake: intake, logger: logger) { _ in Issue.record("waited") }.run()
        #expect(source.runs.withLock { $0 } == 1)
        #expect(intake.meter.status.state == .stopped)
        await test.journal.close()
    }
}

@Suite struct SourceMeterTests {
    @Test func `The rate is that of the last ten seconds`() {
        let clock = ManualClock()
        let meter = SourceMeter(settings: SourceSettings(name: "s"), clock: clock.wallClock)
        #expect(meter.status.rate == 0 && meter.status.lag == nil && meter.status.state == .starting)
        var counts: [Int] = []
        var random = SeededGenerator(seed: 12)
        for _ in 0..<200 {
            let count = Int.random(in: 0...50, using: &random)
            meter.note(count, newest: nil)
            counts.append(count)
            #expect(meter.status.rate == Double(counts.suffix(10).reduce(0, +)) / 10)
            let pause = Int.random(in: 0..<8, using: &random) == 0 ? 25 : 1
            for _ in 1..<pause { counts.append(0) }
            clock.advance(seconds: Double(pause))
        }
        clock.advance(seconds: 1e6)
        #expect(meter.status.rate == 0)
    }

    @Test func `Lag is from the newest event time, and never negative`() {
        let clock = ManualClock()
        let meter = SourceMeter(settings: SourceSettings(name: "s"), clock: clock.wallClock)
        meter.note(1, newest: clock.now.adding(seconds: -30))
        meter.note(1, newest: clock.now.adding(seconds: -90))
        #expect(meter.status.lag == 30)
        meter.note(1, newest: clock.now.adding(seconds: 500))
        #expect(meter.status.lag == 0)
        let since = meter.status.since
        clock.advance(seconds: 5)
        meter.note(.live)
        meter.note(.live, detail: "again")
        #expect(meter.status.since == since.adding(seconds: 5) && meter.status.reason == "again")
    }

    @Test func `A live source is idle without events, lagging with old ones, and tells since when`() {
        let clock = ManualClock()
        var settings = SourceSettings(name: "s")
        settings.thresholds = SourceThresholds(idleAfterSeconds: 300, lagAfterSeconds: 60)
        let meter = SourceMeter(settings: settings, clock: clock.wallClock)
        let start = clock.now
        clock.advance(seconds: 1000)
        #expect(meter.status.state == .starting, "what was not opened is not idle")
        meter.note(.live)
        clock.advance(seconds: 300)
        #expect(meter.status.state == .live)
        clock.advance(seconds: 1)
        #expect(meter.status.state == .idle && meter.status.reason == "no event yet")
        #expect(meter.status.since == start.adding(seconds: 1300))
        meter.note(1, newest: clock.now.adding(seconds: -60))
        #expect(meter.status.state == .live && meter.status.lastEvent == clock.now)
        clock.advance(seconds: 1)
        meter.note(1, newest: clock.now.adding(seconds: -70))
        #expect(meter.status.state == .lagging, "the newest event time is 61 s behind")
        let since = clock.now
        clock.advance(seconds: 10)
        meter.note(1, newest: clock.now.adding(seconds: -65))
        #expect(meter.status.state == .lagging && meter.status.since == since)
        meter.note(1, newest: clock.now)
        #expect(meter.status.state == .live)
        clock.advance(seconds: 100)
        #expect(meter.status.state == .live && meter.status.lag == 100, "silence is no lag")
        meter.note(failure: "gone", retryInSeconds: 4)
        #expect(meter.status.state == .failing && meter.status.retryAt == clock.now.adding(seconds: 4))
        meter.note(.live)
        #expect(meter.status.retryAt == nil && meter.status.lastError?.text == "gone")
        settings.thresholds = SourceThresholds(idleAfterSeconds: nil, lagAfterSeconds: nil)
        meter.settings = settings
        clock.advance(seconds: 1e6)
        meter.note(1, newest: start)
        clock.advance(seconds: 1e6)
        #expect(meter.status.state == .live)
    }
}
