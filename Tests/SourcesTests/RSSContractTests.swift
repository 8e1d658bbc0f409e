import Model
import NIOHTTP1
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

/// The promises that every source keeps, for feeds: polling as in `HTTPPollContractTests`, with entries of XML in place of items of JSON.
@Suite(.timeLimit(.minutes(2))) struct RSSContractTests {
    private static func options(_ url: String) -> HTTPPollOptions {
        var options = HTTPPollOptions(client: HTTPClientOptions(url: url))
        options.format = "rss"
        options.key = ["guid", "id", "link"]
        options.jitter = 0
        return options
    }

    private static func entry(_ number: Int, text: String = "x") -> String {
        "<item><title>\(text)</title><guid>g\(number)</guid></item>"
    }

    private static func feed(_ numbers: some Sequence<Int>) -> String {
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>t</title>\(numbers.map { entry($0) }.joined())</channel></rss>"
    }

    private static func intake(_ store: RecordingStore, lag: Int = 0, killAt: Int = .max) -> RecordingIntake {
        RecordingIntake(store: store, framing: .entries, lag: lag, killAt: killAt)
    }

    private static func run(
        _ options: HTTPPollOptions, polls: Int, _ store: RecordingStore, killAt: Int = .max, lag: Int = 0
    ) async -> (any Error)? {
        let wait = ScriptedWait(ending: polls)
        let source = HTTPPollSource(options, wait: { try wait.wait($0) }, random: { 0.5 }, now: scriptClock)
        return await outcome(of: source, into: intake(store, lag: lag, killAt: killAt))
    }

    /// The numbers of the entries, in the order in which they were stored.
    private static func numbers(_ store: RecordingStore) -> [Int] {
        store.texts.compactMap { text in text.firstMatch(of: #/<guid>g(\d+)</guid>/#).flatMap { Int($0.output.1) } }
    }

    @Test func backPressure() async throws {
        let server = try await ScriptedServer { _, _ in .text(Self.feed(1...3)) }
        let store = RecordingStore()
        let gate = GatedIntake(Self.intake(store))
        let wait = ScriptedWait(ending: 2)
        let source = HTTPPollSource(Self.options(server.url()), wait: { try wait.wait($0) }, now: scriptClock)
        let run = Task { try await source.run(into: gate) }
        try await eventually { gate.waiting == 1 }
        for _ in 0..<1000 { await Task.yield() }
        #expect(server.requests.count == 1 && wait.durations.isEmpty, "nothing is asked for while the first answer is not taken")
        gate.release()
        await #expect(throws: EndOfScript.self) { try await run.value }
        #expect(Self.numbers(store) == [1, 2, 3] && store.duplicates == 3)
        try await server.stop()
    }

    /// A feed that moves on, late commits, kills at any batch: each entry once, and every one of them.
    @Test func resumeWithoutLoss() async throws {
        var random = SeededGenerator(seed: 21)
        let newest = Mutex(0)
        let server = try await ScriptedServer { _, _ in
            let last = newest.withLock { $0 }
            return .text(Self.feed(max(1, last - 29)...max(1, last)))
        }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.window = 60
        options.batchRecords = 5
        for _ in 0..<30 {
            newest.withLock { $0 += Int.random(in: 1...9, using: &random) }
            let kill = Int.random(in: 1...7, using: &random)
            _ = await Self.run(options, polls: 1, store, killAt: kill, lag: Int.random(in: 0...3, using: &random))
            #expect(await Self.run(options, polls: 1, store) == nil)
        }
        #expect(Self.numbers(store).sorted() == Array(1...newest.withLock { $0 }))
        try await server.stop()
    }

    /// Answers that fail are asked for again, and one that is torn brings nothing.
    @Test func reconnect() async throws {
        let server = try await ScriptedServer { number, request in
            switch number {
            case 0: .text("busy", status: 503, headers: [("Retry-After", "60")])
            case 1: .text(Self.feed([1]), headers: [("ETag", "\"a\"")])
            case 2: ScriptedServer.Reply(headers: [("Content-Length", "900")], parts: [Array(Self.feed([2]).utf8)], end: .cut)
            case 3: request.headers.contains(name: "if-none-match") ? .text("", status: 304) : .text(Self.feed([9]))
            default: .text(Self.feed([1, 2]))
            }
        }
        let store = RecordingStore()
        #expect(await Self.run(Self.options(server.url()), polls: 2, store) == nil)
        let torn = await Self.run(Self.options(server.url()), polls: 1, store) as? HTTPSourceError
        #expect(torn?.code == .unreachable && Self.numbers(store) == [1])
        #expect(await Self.run(Self.options(server.url()), polls: 2, store) == nil)
        #expect(Self.numbers(store) == [1, 2])
        try await server.stop()
    }

    /// What is no feed is handed on once, for the format to say so; entries around a broken one are not lost.
    @Test func malformedMessage() async throws {
        let page = "<html><body>Not here</body></html>"
        let broken =
            "<rss><channel>\(Self.entry(1))<item><title>&nope; <b></title><guid>g2</guid></item>\(Self.entry(3))<item><title>cut"
        let server = try await ScriptedServer { number, _ in .text(number == 0 ? page : broken) }
        let store = RecordingStore()
        #expect(await Self.run(Self.options(server.url()), polls: 1, store) == nil)
        #expect(store.texts.joined().contains("Not here"))
        let other = RecordingStore()
        #expect(await Self.run(Self.options(server.url()), polls: 1, other) == nil)
        #expect(Set(Self.numbers(other)).isSuperset(of: [1, 3]) && other.texts.joined().contains("nope"))
        try await server.stop()
    }

    @Test func hugeMessage() async throws {
        let long = Self.entry(1, text: String(repeating: "h", count: 50_000))
        let server = try await ScriptedServer { _, _ in .text("<rss><channel>\(long)\(Self.entry(2))</channel></rss>") }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.maximumRecordBytes = 10_000
        #expect(await Self.run(options, polls: 1, store) == nil)
        #expect(store.state.withLock { $0.oversized.count } == 1 && Self.numbers(store) == [2])
        let whole = RecordingStore()
        options.maximumRecordBytes = 100_000
        #expect(await Self.run(options, polls: 1, whole) == nil)
        #expect(Self.numbers(whole) == [1, 2])
        options.maximumAnswerBytes = 20_000
        let error = await Self.run(options, polls: 1, RecordingStore()) as? HTTPSourceError
        #expect(error?.code == .badAnswer && error?.detail.contains("raise max_size") == true)
        try await server.stop()
    }

    @Test func halfOpenPeer() async throws {
        let server = try await ScriptedServer { _, _ in .lines("<rss><channel>\(Self.entry(1))", end: .silence) }
        var options = Self.options(server.url())
        options.client.idleTimeout = .milliseconds(100)
        let store = RecordingStore()
        let error = await Self.run(options, polls: 1, store) as? HTTPSourceError
        #expect(error?.code == .stalled && store.texts.isEmpty, "an answer is taken whole")
        try await server.stop()
    }

    @Test func shutdown() async throws {
        let server = try await ScriptedServer { number, _ in number == 0 ? .text(Self.feed(1...2)) : .lines("<rss>", end: .silence) }
        let store = RecordingStore()
        let source = HTTPPollSource(Self.options(server.url()), wait: { _ in }, now: scriptClock)
        let run = Task { try await source.run(into: Self.intake(store)) }
        try await eventually { server.requests.count == 2 }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(Self.numbers(store) == [1, 2])
        try await server.stop()
    }
}
