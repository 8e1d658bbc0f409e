import Model
import NIOHTTP1
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

@Suite(.timeLimit(.minutes(2))) struct EventStreamContractTests {
    static func options(_ url: String) -> HTTPStreamOptions {
        var options = HTTPStreamOptions(client: HTTPClientOptions(url: url))
        options.format = "test"
        return options
    }

    static func event(_ number: Int, name: String? = nil) -> String {
        (name.map { "event: \($0)\n" } ?? "") + "id: \(number)\ndata: {\"id\":\(number)}\n\n"
    }

    static func texts(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "{\"id\":\($0)}" } }

    static func run(
        _ options: HTTPStreamOptions, waits: Int = 1, _ store: RecordingStore, killAt: Int = .max, lag: Int = 0
    ) async -> (error: (any Error)?, waits: [Duration]) {
        let wait = ScriptedWait(ending: waits)
        let source = EventStreamSource(options, wait: { try wait.wait($0) }, now: scriptClock)
        let error = await outcome(of: source, into: RecordingIntake(store: store, lag: lag, killAt: killAt))
        return (error, wait.durations)
    }

    @Test func backPressure() async throws {
        // Far more than the buffers between both ends hold; the server's writes wait in its memory.
        let part = (0..<200).map { "data: \($0)\(String(repeating: "x", count: 1000))\n\n" }.joined()
        let server = try await ScriptedServer { _, _ in
            ScriptedServer.Reply(headers: [("Content-Type", "text/event-stream")], parts: (0..<80).map { _ in Array(part.utf8) })
        }
        let store = RecordingStore()
        let inner = RecordingIntake(store: store)
        let gate = GatedIntake(inner)
        let wait = ScriptedWait(ending: 1)
        let source = EventStreamSource(Self.options(server.url()), wait: { try wait.wait($0) }, now: scriptClock)
        let run = Task { try await source.run(into: gate) }
        try await eventually { gate.waiting == 1 }
        for _ in 0..<1000 { await Task.yield() }
        #expect(gate.waiting == 1 && store.texts.isEmpty, "one batch waits, and nothing is read past it")
        gate.release()
        await #expect(throws: EndOfScript.self) { try await run.value }
        #expect(store.texts.count == 16_000)
        try await server.stop()
    }

    /// Connections that break anywhere, commits that are late, kills at any batch: each event once, and every one of them.
    @Test func resumeWithoutLoss() async throws {
        var random = SeededGenerator(seed: 3)
        let total = 400
        let plan = Mutex(SeededGenerator(seed: 4))
        let server = try await ScriptedServer { _, request in
            let next = (request.headers.first(name: "last-event-id").flatMap { Int($0) } ?? 0) + 1
            guard next <= total else { return .text("", status: 204) }
            let (count, size, isCut) = plan.withLock { random in
                (Int.random(in: 1...40, using: &random), Int.random(in: 1...50, using: &random), Bool.random(using: &random))
            }
            let bytes = Array((next..<min(total + 1, next + count)).map { Self.event($0) }.joined().utf8)
            let parts = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            return ScriptedServer.Reply(
                headers: [("Content-Type", "text/event-stream")], parts: isCut ? Array(parts.dropLast()) : parts, end: isCut ? .cut : .whole
            )
        }
        let store = RecordingStore()
        var runs = 0
        while store.texts.count < total, runs < 3000 {
            runs += 1
            let kill = Int.random(in: 1...30, using: &random)
            _ = await Self.run(Self.options(server.url()), waits: 3, store, killAt: kill, lag: Int.random(in: 0...3, using: &random))
        }
        #expect(store.texts == Self.texts(1...total))
        let last = await Self.run(Self.options(server.url()), store)
        #expect(last.error == nil && last.waits.isEmpty, "204 asks not to come again")
        try await server.stop()
    }

    @Test func reconnect() async throws {
        let server = try await ScriptedServer { number, _ in
            switch number {
            case 0: .events("retry: 50\n", Self.event(1), Self.event(2))
            case 1: .events("retry: 99999999\n", Self.event(3))
            case 2: .events(Self.event(4))
            case 3: .events(end: .whole)
            default: .text("<html>", status: 200, headers: [("Content-Type", "text/html")])
            }
        }
        let store = RecordingStore()
        let run = await Self.run(Self.options(server.url()), waits: 9, store)
        #expect(run.waits == [.milliseconds(50), EventStreamSource.maximumRetry, .seconds(3)])
        #expect((run.error as? HTTPSourceError)?.code == .ended, "a peer that closes at once is left to the supervisor")
        #expect(server.fields("last-event-id") == [nil, "2", "3", "4"])
        #expect(server.fields("accept") == Array(repeating: "text/event-stream", count: 4))
        #expect(store.texts == Self.texts(1...4))
        let second = await Self.run(Self.options(server.url()), store).error as? HTTPSourceError
        #expect(second?.code == .badAnswer && second?.detail.contains("type text/html, not text/event-stream") == true)
        try await server.stop()
    }

    @Test func malformedMessage() async throws {
        let stream =
            ":)\nevent: update\ndata: {\"id\":1}\n\nevent: delete\ndata: 12345\n\ndata\n\nfoo: bar\n\u{0}\n\n: thump\n\ndata: undefined\n\ndata: cut"
        let server = try await ScriptedServer { _, _ in .events(stream) }
        let store = RecordingStore()
        #expect(await Self.run(Self.options(server.url()), store).error == nil)
        #expect(store.texts == ["{\"id\":1}", "12345", "undefined"], "what is no JSON is for the format to refuse; a cut event is none")
        let some = RecordingStore()
        var options = Self.options(server.url())
        options.events = ["update"]
        #expect(await Self.run(options, some).error == nil)
        #expect(some.texts == ["{\"id\":1}"] && some.state.withLock { $0.filtered } == 3, "other events count as filtered")
        try await server.stop()
    }

    @Test func hugeMessage() async throws {
        let server = try await ScriptedServer { _, _ in
            .events("data: \(String(repeating: "x", count: 20_000))\n", "data: y\n\n", Self.event(2))
        }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.maximumRecordBytes = 10_000
        #expect(await Self.run(options, store).error == nil)
        #expect(
            store.texts.count == 2 && store.texts[0].utf8.count == EventStreamReader.keptOfOversized && store.texts[1] == Self.texts([2])[0]
        )
        #expect(store.state.withLock { $0.oversized } == [20_002])
        try await server.stop()
    }

    @Test func halfOpenPeer() async throws {
        let server = try await ScriptedServer { _, _ in .events(Self.event(1), ": keep-alive\n", end: .silence) }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.client.idleTimeout = .milliseconds(100)
        let error = await Self.run(options, store).error as? HTTPSourceError
        #expect(error?.code == .stalled && error?.detail.contains("nothing came for 0.1 s") == true)
        #expect(store.texts == Self.texts([1]), "what came before is durable")
        try await server.stop()
    }

    @Test func shutdown() async throws {
        let server = try await ScriptedServer { _, _ in .events(Self.event(1), end: .silence) }
        let store = RecordingStore()
        let source = EventStreamSource(Self.options(server.url()), now: scriptClock)
        let run = Task { try await source.run(into: RecordingIntake(store: store)) }
        try await eventually { store.texts.count == 1 }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        try await server.stop()
    }

    @Test func recognisesByKey() async throws {
        let server = try await ScriptedServer { _, _ in .events("data: {\"id\":1}\n\n", "data: {\"id\":2}\n\n", "data: {\"id\":1}\n\n") }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.key = ["id"]
        #expect(await Self.run(options, waits: 2, store).error == nil)
        #expect(await Self.run(options, store).error == nil)
        #expect(store.texts == Self.texts(1...2) && store.duplicates == 7)
        try await server.stop()
    }
}
