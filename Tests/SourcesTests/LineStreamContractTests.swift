import Model
import NIOHTTP1
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

@Suite(.timeLimit(.minutes(2))) struct LineStreamContractTests {
    static func options(_ url: String) -> HTTPStreamOptions {
        var options = HTTPStreamOptions(client: HTTPClientOptions(url: url))
        options.format = "test"
        return options
    }

    static func lines(_ numbers: some Sequence<Int>) -> String { numbers.map { "{\"id\":\($0)}\r\n" }.joined() }

    static func texts(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "{\"id\":\($0)}" } }

    static func run(
        _ options: HTTPStreamOptions, waits: Int = 1, _ store: RecordingStore, killAt: Int = .max, lag: Int = 0
    ) async -> (error: (any Error)?, waits: [Duration]) {
        let wait = ScriptedWait(ending: waits)
        let source = LineStreamSource(options, wait: { try wait.wait($0) }, now: scriptClock)
        let error = await outcome(of: source, into: RecordingIntake(store: store, lag: lag, killAt: killAt))
        return (error, wait.durations)
    }

    @Test func backPressure() async throws {
        // Far more than the buffers between both ends hold; the server's writes wait in its memory.
        let part = (0..<200).map { "{\"id\":\($0),\"a\":\"\(String(repeating: "x", count: 1000))\"}\n" }.joined()
        let server = try await ScriptedServer { _, _ in ScriptedServer.Reply(parts: (0..<80).map { _ in Array(part.utf8) }) }
        let store = RecordingStore()
        let gate = GatedIntake(RecordingIntake(store: store))
        let wait = ScriptedWait(ending: 1)
        let source = LineStreamSource(Self.options(server.url()), wait: { try wait.wait($0) }, now: scriptClock)
        let run = Task { try await source.run(into: gate) }
        try await eventually { gate.waiting == 1 }
        for _ in 0..<1000 { await Task.yield() }
        #expect(gate.waiting == 1 && store.texts.isEmpty, "one batch waits, and nothing is read past it")
        gate.release()
        await #expect(throws: EndOfScript.self) { try await run.value }
        #expect(store.texts.count == 16_000)
        try await server.stop()
    }

    /// A cursor in the address, connections that break anywhere, late commits, kills: each record once, and every one of them.
    @Test func resumeWithoutLoss() async throws {
        var random = SeededGenerator(seed: 8)
        let total = 400
        let plan = Mutex(SeededGenerator(seed: 9))
        let server = try await ScriptedServer { _, request in
            let next = (Int(request.uri.drop { $0 != "=" }.dropFirst()) ?? 0) + 1
            guard next <= total else { return .text("\r\n") }
            let (count, size, isCut) = plan.withLock { random in
                (Int.random(in: 1...40, using: &random), Int.random(in: 1...50, using: &random), Bool.random(using: &random))
            }
            let bytes = Array(("\r\n" + Self.lines(next..<min(total + 1, next + count))).utf8)
            let parts = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            return ScriptedServer.Reply(parts: isCut ? Array(parts.dropLast()) : parts, end: isCut ? .cut : .whole)
        }
        let store = RecordingStore()
        var options = Self.options(server.url("/?after={cursor}"))
        options.cursor = "id"
        var runs = 0
        while store.texts.count < total, runs < 3000 {
            runs += 1
            let kill = Int.random(in: 1...30, using: &random)
            _ = await Self.run(options, waits: 3, store, killAt: kill, lag: Int.random(in: 0...3, using: &random))
        }
        #expect(store.texts == Self.texts(1...total))
        try await server.stop()
    }

    @Test func reconnect() async throws {
        let server = try await ScriptedServer { number, _ in
            switch number {
            case 0: .lines("\r\n", Self.lines(1...2))
            case 1: .lines(Self.lines(2...3))
            case 2: .lines()
            default: .text("no", status: 401)
            }
        }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.key = ["id"]
        let run = await Self.run(options, waits: 9, store)
        #expect(run.waits == [.seconds(3), .seconds(3)] && (run.error as? HTTPSourceError)?.code == .ended)
        #expect(store.texts == Self.texts(1...3) && store.duplicates == 1)
        let refused = await Self.run(options, store).error
        #expect("\(refused ?? EndOfScript())".contains("answers 401: no; check token"))
        try await server.stop()
    }

    @Test func malformedMessage() async throws {
        let server = try await ScriptedServer { _, _ in .lines("{\"id\":1}\nrubbish\n", "\n\n{\"id\":2}\n{\"cut\":") }
        let store = RecordingStore()
        #expect(await Self.run(Self.options(server.url()), store).error == nil)
        #expect(store.texts == ["{\"id\":1}", "rubbish", "{\"id\":2}"])
        try await server.stop()
    }

    @Test func hugeMessage() async throws {
        let long = "{\"id\":\"\(String(repeating: "x", count: 20_000))\"}\n"
        let server = try await ScriptedServer { _, _ in .lines(long, Self.lines([2])) }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.maximumRecordBytes = 10_000
        #expect(await Self.run(options, store).error == nil)
        #expect(store.texts.count == 2 && store.texts[1] == "{\"id\":2}" && store.state.withLock { $0.oversized } == [20_009])
        try await server.stop()
    }

    @Test func halfOpenPeer() async throws {
        let server = try await ScriptedServer { _, _ in .lines(Self.lines([1]), "\r\n", end: .silence) }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.client.idleTimeout = .milliseconds(100)
        #expect((await Self.run(options, store).error as? HTTPSourceError)?.code == .stalled)
        #expect(store.texts == Self.texts([1]))
        try await server.stop()
    }

    @Test func shutdown() async throws {
        let server = try await ScriptedServer { _, _ in .lines(Self.lines([1]), end: .silence) }
        let store = RecordingStore()
        let source = LineStreamSource(Self.options(server.url()), now: scriptClock)
        let run = Task { try await source.run(into: RecordingIntake(store: store)) }
        try await eventually { store.texts.count == 1 }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        try await server.stop()
    }
}
