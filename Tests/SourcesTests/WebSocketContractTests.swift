import Model
import NIOCore
import NIOHTTP1
import NIOWebSocket
import Synchronization
import Testing

@testable import Sources

@Suite(.timeLimit(.minutes(4))) struct WebSocketContractTests {
    private static func numbered(_ number: Int, padding: Int = 0) -> String {
        "{\"id\":\"m\(number)\",\"time_us\":\(1000 + number),\"text\":\"\(String(repeating: "x", count: padding))\"}"
    }

    /// Options of a feed with a cursor, resumed 20 back.
    private static func options(_ url: String) -> WebSocketSourceOptions {
        var options = WebSocketSourceOptions(url: url + "?all=1&cursor={cursor}")
        options.format = "test"
        options.cursor = "time_us"
        options.rewind = 20
        options.key = ["id"]
        return options
    }

    private static let clock: @Sendable () -> Timestamp = { Timestamp(microseconds: 1_700_000_000_000_000) }

    /// Runs a source to its error.
    private static func run(_ options: WebSocketSourceOptions, into intake: any Intake) async -> WebSocketError? {
        do { try await WebSocketSource(options, now: clock).run(into: intake) } catch let error as WebSocketError { return error } catch {
            Issue.record("\(error)")
        }
        return nil
    }

    @Test func takesWhatComesWithTheAnswer() async throws {
        let store = RecordingStore()
        let error = try await WebSocketFeed.serve(
            { peer in
                try await peer.send((0..<3).flatMap { ServerFrame.text(Self.numbered($0)) })
                try await peer.close()
            },
            while: { url in
                await Self.run(WebSocketSourceOptions(url: url), into: RecordingIntake(store: store))
            })
        #expect(error?.code == .closed)
        #expect(error?.detail.contains("code 1000") == true)
        #expect(store.texts == (0..<3).map { Self.numbered($0) })
    }

    @Test func backPressure() async throws {
        let store = RecordingStore()
        let (stalled, release) = AsyncStream.makeStream(of: Void.self)
        let isOpen = Atomic(false)
        let most = 2048
        let sent = Mutex(0)
        let wasFull = Mutex(false)
        let intake = WatchedIntake(RecordingIntake(store: store)) { _ in
            guard !isOpen.exchange(true, ordering: .relaxed) else { return }
            for await _ in stalled { break }
        }
        _ = try await WebSocketFeed.serve(
            { peer in
                // Messages of 64 KiB, until the client no longer reads and the kernel's buffers are full.
                let message = ServerFrame.bytes(2, Array(Self.numbered(0, padding: 64 << 10).utf8))
                let wire = peer.wire
                var last: Task<Void, any Error>?
                for _ in 0..<most {
                    last = Task { try await wire.write(message) }
                    sent.withLock { $0 += 1 }
                    if !(try await wire.channel.eventLoop.submit { wire.channel.isWritable }.get()) {
                        wasFull.withLock { $0 = true }
                        break
                    }
                }
                release.yield()
                try await last?.value
                try await peer.close()
            },
            while: { url in
                await Self.run(WebSocketSourceOptions(url: url), into: intake)
            })
        #expect(wasFull.withLock { $0 }, "the server could send 128 MiB although nobody took them")
        #expect(store.texts.count == sent.withLock { $0 })
    }

    @Test func resumeWithoutLoss() async throws {
        // Three connections; each goes on 20 before what is committed, so it repeats some. Commits are late, and the first run is killed.
        let store = RecordingStore()
        let targets = Mutex<[String]>([])
        try await WebSocketFeed.serve(
            { peer in
                targets.withLock { $0.append(peer.target) }
                let from = peer.target.firstRange(of: "cursor=").flatMap { Int(peer.target[$0.upperBound...]) } ?? 1000
                for number in max(0, from - 1000)..<min(300, max(0, from - 1000) + 120) { try await peer.send(text: Self.numbered(number)) }
                try await peer.close()
            },
            while: { url in
                _ = try? await WebSocketSource(Self.options(url), now: Self.clock).run(
                    into: RecordingIntake(store: store, lag: 1, killAt: 3))
                for _ in 0..<4 { _ = await Self.run(Self.options(url), into: RecordingIntake(store: store)) }
            })
        #expect(store.texts == (0..<300).map { Self.numbered($0) })
        #expect(targets.withLock { $0 }.first == "/feed?all=1")
        #expect(targets.withLock { $0 }.last == "/feed?all=1&cursor=1279")
        #expect(store.duplicates > 0)
    }

    @Test func reconnect() async throws {
        // What comes again after a cut in the middle of a message is stored once; the cut message is whole the second time.
        let store = RecordingStore()
        let errors = try await WebSocketFeed.serve(
            { peer in
                let first = ServerFrame.text(Self.numbered(0))
                let second = ServerFrame.text(Self.numbered(1))
                if peer.number == 0 {
                    try await peer.send(first + second[..<10])
                } else {
                    try await peer.send(first + second)
                    try await peer.close()
                }
            },
            while: { url in
                var errors: [WebSocketError?] = []
                for _ in 0..<2 { errors.append(await Self.run(Self.options(url), into: RecordingIntake(store: store))) }
                return errors
            })
        #expect(errors[0]?.detail.contains("without a close frame") == true)
        #expect(store.texts == [Self.numbered(0), Self.numbered(1)])
        #expect(store.duplicates == 1)
    }

    @Test func malformedMessage() async throws {
        // No JSON, no object, not UTF-8: all are handed on, for the format to say what is wrong; the last one ends the connection.
        let store = RecordingStore()
        let (replies, told) = AsyncStream.makeStream(of: [UInt8]?.self)
        let (error, closed) = try await WebSocketFeed.serve(
            { peer in
                for text in ["{not json", "[1]", Self.numbered(7)] { try await peer.send(text: text) }
                try await peer.send(ServerFrame.bytes(1, [0x22, 0xFF, 0x22]))
                told.yield(await peer.next(.connectionClose))
            },
            while: { url in
                let error = await Self.run(Self.options(url), into: RecordingIntake(store: store))
                // The server may come to read the goodbye later than the client to end.
                return (error, await replies.first { _ in true } ?? nil)
            })
        #expect(error?.code == .invalidData)
        #expect(closed == [0x03, 0xEF])
        #expect(store.texts == ["{not json", "[1]", Self.numbered(7), "\"\u{FFFD}\""])
        #expect(store.cursors.first?.identity == Array("1007".utf8))
    }

    @Test func hugeMessage() async throws {
        let store = RecordingStore()
        _ = try await WebSocketFeed.serve(
            { peer in
                try await peer.send(ServerFrame.bytes(2, [UInt8](repeating: 0x61, count: 200_000)))
                try await peer.send(text: Self.numbered(1))
                try await peer.close()
            },
            while: { url in
                var options = Self.options(url)
                options.maxRecordBytes = 1024
                _ = await Self.run(options, into: RecordingIntake(store: store))
            })
        #expect(store.texts == [String(repeating: "a", count: 1024), Self.numbered(1)])
        #expect(store.state.withLock { $0.oversized } == [200_000])
    }

    @Test func shutdown() async throws {
        let store = RecordingStore()
        let inner = RecordingIntake(store: store, lag: 1)
        let (taken, tell) = AsyncStream.makeStream(of: Void.self)
        let intake = WatchedIntake(inner) { count in if count == 3 { tell.yield() } }
        let (replies, told) = AsyncStream.makeStream(of: [UInt8]?.self)
        let goodbye = try await WebSocketFeed.serve(
            { peer in
                try await peer.send((0..<3).flatMap { ServerFrame.text(Self.numbered($0)) })
                told.yield(await peer.next(.connectionClose))
            },
            while: { url in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await inner.commitLate() }
                    let run = Task { try await WebSocketSource(Self.options(url), now: Self.clock).run(into: intake) }
                    for await _ in taken { break }
                    run.cancel()
                    await #expect(throws: CancellationError.self) { try await run.value }
                    group.cancelAll()
                }
                return await replies.first { _ in true } ?? nil
            })
        #expect(store.texts.count == 3)
        #expect(goodbye == [0x03, 0xE9])
    }

    @Test func sendsItsSubscriptionStepByStep() async throws {
        let store = RecordingStore()
        let texts = Mutex<[String]>([])
        _ = try await WebSocketFeed.serve(
            headers: ["Sec-WebSocket-Protocol": "wamp.2.json"],
            { peer in
                for answer in ["[2,1,{}]", "[33,1,5]"] {
                    if let text = await peer.nextText() { texts.withLock { $0.append(text) } }
                    try await peer.send(text: answer)
                }
                try await peer.send(text: "[8,32,1,{},\"wamp.error.not_authorized\"]")
                _ = await peer.nextText()
            },
            while: { url in
                let error = await Self.run(WebSocketPreset.fortinet.options(url: url), into: RecordingIntake(store: store))
                #expect(error?.code == .refused)
                #expect(error?.detail.contains("ERROR") == true)
            })
        #expect(texts.withLock { $0 } == ["[1,\"threatmap\",{\"roles\":{\"subscriber\":{}}}]", "[32,1,{},\"ips\"]"])
        #expect(store.texts.count == 3)
    }

    @Test func beginsAnewWhenTheCursorIsTooOld() async throws {
        let store = RecordingStore()
        let notices = Mutex<[String]>([])
        let texts = Mutex<[String]>([])
        try await WebSocketFeed.serve(
            { peer in
                while let text = await peer.nextText() {
                    texts.withLock { $0.append(text) }
                    if text.contains("\"position\"") {
                        try await peer.send(text: #"{"action":"rtm/subscribe/error","body":{"error":"expired_position"}}"#)
                        continue
                    }
                    try await peer.send(text: #"{"action":"rtm/subscription/data","body":{"position":"\#(peer.number):1","messages":[]}}"#)
                    try await peer.close()
                }
            },
            while: { url in
                let options = WebSocketPreset.satoriRTM.options(url: url, channel: "a \"b\"")
                for _ in 0..<2 {
                    let source = WebSocketSource(options, onNotice: { text in notices.withLock { $0.append(text) } }, now: Self.clock)
                    await #expect(throws: WebSocketError.self) { try await source.run(into: RecordingIntake(store: store)) }
                }
            })
        let sent = texts.withLock { $0 }
        #expect(sent.count == 3)
        #expect(sent.first == sent.last)
        #expect(sent.dropFirst().first?.contains("\"position\":\"0:1\"") == true)
        #expect(sent.first?.contains(#""channel":"a \"b\"""#) == true)
        #expect(notices.withLock { $0 }.count == 1)
        #expect(store.cursors.first?.identity == Array("1:1".utf8))
    }

    @Test func takesRecordsOutOfMessages() async throws {
        let store = RecordingStore()
        _ = try await WebSocketFeed.serve(
            { peer in
                for text in [
                    #"{"data":{"items":[{"a":1},{"a":2}]}}"#, #"{"hello":1}"#, #"{"data":{"items":{"a":3}}}"#,
                    #"{"data":{"items":"{\"a\":4}"}}"#,
                ] { try await peer.send(text: text) }
                try await peer.close()
            },
            while: { url in
                var options = WebSocketSourceOptions(url: url)
                options.record = "data.items"
                _ = await Self.run(options, into: RecordingIntake(store: store))
            })
        #expect(store.texts == (1...4).map { "{\"a\":\($0)}" })
    }

    @Test(arguments: [("HTTP/1.1 401 Unauthorized", "credentials"), ("HTTP/1.1 404 Not Found", "path"), ("HTTP/1.1 200 OK", "WebSocket")])
    func saysWhyAServerRefuses(status: String, advice: String) async throws {
        let error = try await PlainPeer.serve(
            { _ in "\(status)\r\nContent-Length: 2\r\n\r\nno" },
            while: { port in
                await Self.run(WebSocketSourceOptions(url: "ws://127.0.0.1:\(port)/"), into: RecordingIntake(store: RecordingStore()))
            })
        #expect(error?.code == .handshake)
        #expect(error?.detail.contains(advice) == true, "\(error?.detail ?? "")")
    }

    @Test func refusesAWrongKey() async throws {
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n"
        let error = try await PlainPeer.serve(
            { _ in answer },
            while: { port in
                await Self.run(WebSocketSourceOptions(url: "ws://127.0.0.1:\(port)/"), into: RecordingIntake(store: RecordingStore()))
            })
        #expect(error?.code == .handshake)
    }
}
