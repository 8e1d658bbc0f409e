import Model
import NIOHTTP1
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

@Suite(.timeLimit(.minutes(2))) struct HTTPPollContractTests {
    static func options(_ url: String, key: [String] = ["id"]) -> HTTPPollOptions {
        var options = HTTPPollOptions(client: HTTPClientOptions(url: url))
        options.format = "test"
        options.key = key
        options.jitter = 0
        return options
    }

    static func items(_ numbers: some Sequence<Int>) -> String { "[\(numbers.map { "{\"id\":\($0)}" }.joined(separator: ","))]" }

    static func texts(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "{\"id\":\($0)}" } }

    static func run(_ options: HTTPPollOptions, polls: Int, _ store: RecordingStore, killAt: Int = .max, lag: Int = 0) async -> (
        error: (any Error)?, waits: [Duration], notices: [String]
    ) {
        let wait = ScriptedWait(ending: polls)
        let notices = Mutex<[String]>([])
        let source = HTTPPollSource(
            options, onNotice: { notice in notices.withLock { $0.append(notice) } }, wait: { try wait.wait($0) }, random: { 0.5 },
            now: scriptClock)
        let error = await outcome(of: source, into: RecordingIntake(store: store, lag: lag, killAt: killAt))
        return (error, wait.durations, notices.withLock { $0 })
    }

    @Test func backPressure() async throws {
        let server = try await ScriptedServer { _, _ in .text(Self.items(1...3)) }
        let store = RecordingStore()
        let gate = GatedIntake(RecordingIntake(store: store))
        let wait = ScriptedWait(ending: 2)
        let source = HTTPPollSource(Self.options(server.url()), wait: { try wait.wait($0) }, now: scriptClock)
        let run = Task { try await source.run(into: gate) }
        try await eventually { gate.waiting == 1 }
        for _ in 0..<1000 { await Task.yield() }
        #expect(server.requests.count == 1 && wait.durations.isEmpty, "nothing is asked for while the first answer is not taken")
        gate.release()
        await #expect(throws: EndOfScript.self) { try await run.value }
        #expect(store.texts == Self.texts(1...3) && store.duplicates == 3)
        try await server.stop()
    }

    /// A feed that moves on, commits that are late, kills at any batch: each item once, and every one of them.
    @Test func resumeWithoutLoss() async throws {
        var random = SeededGenerator(seed: 5)
        let newest = Mutex(0)
        let server = try await ScriptedServer { _, _ in
            let last = newest.withLock { $0 }
            return .text(Self.items(max(1, last - 39)...max(1, last)))
        }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.items = ["."]
        options.window = 60
        options.batchRecords = 7
        for _ in 0..<60 {
            newest.withLock { $0 += Int.random(in: 1...9, using: &random) }
            let kill = Int.random(in: 1...9, using: &random)
            _ = await Self.run(options, polls: 1, store, killAt: kill, lag: Int.random(in: 0...3, using: &random))
            // Whatever happened, the next run that lives brings what is missing, and nothing twice.
            _ = await Self.run(options, polls: 1, store)
        }
        #expect(store.texts.sorted() == Self.texts(1...newest.withLock { $0 }).sorted())
        try await server.stop()
    }

    @Test func reconnect() async throws {
        let server = try await ScriptedServer { number, _ in
            switch number {
            case 0: .text("busy", status: 503, headers: [("Retry-After", "120")])
            case 1: .text("slow down", status: 429, headers: [("Retry-After", "Tue, 14 Nov 2023 22:15:20 GMT")])
            case 2: .text("[{\"id\":1}]", status: 200)
            case 3: .text("broken\u{1b}[31m", status: 500)
            default: ScriptedServer.Reply(headers: [("Content-Length", "100")], parts: [Array("[{\"id\":2}".utf8)], end: .cut)
            }
        }
        let store = RecordingStore()
        let first = await Self.run(Self.options(server.url("/feed?secret=1")), polls: 9, store)
        #expect(first.waits == [.seconds(120), .seconds(120), .seconds(60)])
        #expect(first.notices.count == 2 && first.notices[0].contains("asks to wait 120 s"))
        let refused = try #require(first.error as? HTTPSourceError)
        #expect(refused.code == .refused && refused.status == 500 && refused.detail.contains("500: broken [31m"))
        #expect(!refused.detail.contains("secret"), "what may be a secret is not shown")
        let second = await Self.run(Self.options(server.url()), polls: 1, store)
        #expect((second.error as? HTTPSourceError)?.code == .unreachable)
        #expect(store.texts == Self.texts([1]), "nothing of a torn answer is taken")
        var gone = Self.options(server.url())
        try await server.stop()
        gone.client.connectTimeout = .milliseconds(300)
        let third = await Self.run(gone, polls: 1, store)
        #expect((third.error as? HTTPSourceError)?.code == .unreachable)
    }

    @Test func malformedMessage() async throws {
        let server = try await ScriptedServer { number, request in
            if request.headers.contains(name: "if-none-match") { return .text("", status: 304) }
            return .text("{\"data\":[{\"id\":1},", headers: [("ETag", "\"a\"")])
        }
        let store = RecordingStore()
        var options = Self.options(server.url())
        options.items = ["data"]
        let run = await Self.run(options, polls: 3, store)
        #expect(run.error == nil)
        #expect(store.texts == ["{\"data\":[{\"id\":1},"], "the format is given what came, once, and says what is wrong with it")
        try await server.stop()
    }

    @Test func hugeMessage() async throws {
        let long = String(repeating: "x", count: 9000)
        let server = try await ScriptedServer { _, request in
            request.uri == "/many" ? .text(Self.items(1...100_000)) : .text("[{\"id\":1,\"a\":\"\(long)\"},{\"id\":2}]")
        }
        for items in [["."], []] {
            let store = RecordingStore()
            var options = Self.options(server.url())
            options.items = items
            options.maximumRecordBytes = 5000
            #expect(await Self.run(options, polls: 1, store).error == nil)
            #expect(store.texts.count == 2 && store.texts[1] == "{\"id\":2}" && store.texts[0].utf8.count == Framer.keptOfOversized)
            #expect(store.state.withLock { $0.oversized } == [9015])
        }
        var options = Self.options(server.url("/many"))
        options.maximumAnswerBytes = 100_000
        let error = await Self.run(options, polls: 1, RecordingStore()).error as? HTTPSourceError
        #expect(error?.code == .badAnswer && error?.detail.contains("larger than 100000 bytes; raise max_size") == true)
        try await server.stop()
    }

    @Test func halfOpenPeer() async throws {
        let server = try await ScriptedServer { _, _ in .lines("[{\"id\":1}", end: .silence) }
        var options = Self.options(server.url())
        options.client.idleTimeout = .milliseconds(100)
        let error = await Self.run(options, polls: 1, RecordingStore()).error as? HTTPSourceError
        #expect(error?.code == .stalled)
        options.client.idleTimeout = .seconds(60)
        options.client.timeout = .milliseconds(100)
        let late = await Self.run(options, polls: 1, RecordingStore()).error as? HTTPSourceError
        #expect(late?.code == .stalled && late?.detail.contains("raise timeout") == true)
        try await server.stop()
    }

    @Test func shutdown() async throws {
        let server = try await ScriptedServer { number, _ in number == 0 ? .text(Self.items(1...2)) : .lines("[", end: .silence) }
        let store = RecordingStore()
        let source = HTTPPollSource(Self.options(server.url()), wait: { _ in }, now: scriptClock)
        let run = Task { try await source.run(into: RecordingIntake(store: store)) }
        try await eventually { server.requests.count == 2 }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(store.texts == Self.texts(1...2))
        try await server.stop()
    }

    // MARK: What only polling has

    @Test func asksConditionally() async throws {
        let server = try await ScriptedServer { number, request in
            switch number {
            case 0: .text(Self.items([1]), headers: [("ETag", "W/\"one\""), ("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT")])
            case 1: .text("", status: 304)
            default: .text(Self.items([1, 2]))
            }
        }
        let store = RecordingStore()
        #expect(await Self.run(Self.options(server.url()), polls: 2, store).error == nil)
        // The next run goes on with what is committed.
        #expect(await Self.run(Self.options(server.url()), polls: 2, store).error == nil)
        #expect(server.fields("if-none-match") == [nil, "W/\"one\"", "W/\"one\"", nil])
        #expect(server.fields("if-modified-since")[1] == "Tue, 14 Nov 2023 22:13:20 GMT")
        #expect(store.texts == Self.texts([1, 2]) && store.duplicates == 3)
        // Another address is asked without what belongs to this one, and its items are still known.
        #expect(await Self.run(Self.options(server.url("/other")), polls: 1, store).error == nil)
        #expect(server.fields("if-none-match").last == .some(nil) && store.texts.count == 2)
        try await server.stop()
    }

    @Test func followsACursor() async throws {
        let server = try await ScriptedServer { _, request in
            let from = Int(request.uri.drop { $0 != "=" }.dropFirst()) ?? -1
            return .text("{\"next\":\"\(from + 2)\",\"data\":\(Self.items(from..<from + 2))}", headers: [("X-Next", "\(from + 2)")])
        }
        for cursor in ["next", "header:X-Next", "data.id"] {
            let store = RecordingStore()
            var options = Self.options(server.url("/?since={cursor}"), key: [])
            options.items = ["data"]
            options.cursor = cursor
            options.cursorStart = "10"
            #expect(await Self.run(options, polls: 2, store).error == nil)
            #expect(await Self.run(options, polls: 1, store).error == nil)
            #expect(store.texts == Self.texts(cursor == "data.id" ? [10, 11, 11, 12, 12, 13] : Array(10..<16)))
        }
        try await server.stop()
    }

    @Test func understandsCompression() async throws {
        let gzip: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 139, 174, 86, 202, 76, 81, 178, 50, 172, 213, 129, 48, 140, 106, 99, 1, 234, 209, 71, 250,
            19, 0,
            0, 0,
        ]
        let server = try await ScriptedServer { number, _ in
            .bytes(number == 0 ? gzip : Array(gzip.dropLast(9)), headers: [("Content-Encoding", "gzip")])
        }
        let store = RecordingStore()
        let run = await Self.run(Self.options(server.url()), polls: 2, store)
        #expect(store.texts == Self.texts(1...2) && server.fields("accept-encoding") == ["gzip", "gzip"])
        #expect((run.error as? HTTPSourceError)?.detail.contains("gzip data end in the middle") == true)
        try await server.stop()
    }

    @Test func keepsCredentialsAtHome() async throws {
        let other = try await ScriptedServer { _, _ in .text(Self.items([2])) }
        let server = try await ScriptedServer { number, request in
            switch request.uri {
            case "/away": .text("", status: 302, headers: [("Location", other.url("/there"))])
            case "/loop": .text("", status: 302, headers: [("Location", "loop")])
            case "/home": .text("", status: 307, headers: [("Location", "/end")])
            default: .text(Self.items([1]))
            }
        }
        let store = RecordingStore()
        var options = Self.options(server.url("/home"))
        options.client.token = "t0ken"
        options.client.headers = ["X-Key": "k"]
        #expect(await Self.run(options, polls: 1, store).error == nil)
        #expect(server.fields("authorization") == ["Bearer t0ken", "Bearer t0ken"] && server.fields("x-key") == ["k", "k"])
        options.client.url = server.url("/away")
        #expect(await Self.run(options, polls: 1, store).error == nil)
        #expect(other.fields("authorization") == [nil] && other.fields("x-key") == [nil] && other.requests[0].uri == "/there")
        #expect(store.texts == Self.texts([1, 2]))
        options.client.url = server.url("/loop")
        #expect((await Self.run(options, polls: 1, store).error as? HTTPSourceError)?.detail.contains("redirects") == true)
        try await server.stop()
        try await other.stop()
    }

    @Test func saysWhenTheWindowIsTooSmall() async throws {
        let server = try await ScriptedServer { _, _ in .text(Self.items(1...9)) }
        var options = Self.options(server.url())
        options.window = 5
        let run = await Self.run(options, polls: 1, RecordingStore())
        #expect(run.notices.count == 1 && run.notices[0].contains("lists 9 items, but only 5 keys are remembered"))
        try await server.stop()
    }
}
