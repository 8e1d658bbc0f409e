import Foundation
import Model
import NIOCore
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

/// The promises that every source keeps, for the AMQP consumer; `Tests/system/test_amqp.py` shows them against RabbitMQ.
@Suite(.timeLimit(.minutes(4))) struct AMQPContractTests {
    private static func source(
        _ broker: AMQPBroker, password: String = "secret", queue: String = AMQPBroker.queue, limit: Int = 1 << 20, heartbeat: Int = 30,
        prefetch: Int = 1000
    ) -> AMQPSource {
        var options = AMQPSourceOptions(host: "127.0.0.1", port: broker.port, user: "petrel", password: password, queue: queue)
        options.maxRecordBytes = limit
        options.heartbeatSeconds = heartbeat
        options.prefetch = prefetch
        return AMQPSource(options)
    }

    /// Runs the source to its error.
    private static func failure(_ source: AMQPSource, _ intake: RecordingIntake) async -> PeerError? {
        await #expect(throws: PeerError.self) { try await source.run(into: intake) }
    }

    /// Runs the source until the broker has been told of that many messages, then cancels it.
    private static func run(_ source: AMQPSource, _ intake: RecordingIntake, _ broker: AMQPBroker, until count: Int) async throws {
        let run = Task { try await source.run(into: intake) }
        defer { run.cancel() }
        try await eventually { broker.state.withLock { $0.acknowledged.count } >= count }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    /// Most bytes that the kernel keeps for one connection on its way (tcp(7), `tcp_rmem` and `tcp_wmem`).
    private static func kernelBytes() throws -> Int {
        try ["tcp_rmem", "tcp_wmem"].reduce(0) { sum, name in
            let limits = try String(contentsOfFile: "/proc/sys/net/ipv4/\(name)", encoding: .utf8).split(whereSeparator: \.isWhitespace)
            return sum + (limits.last.flatMap { Int($0) } ?? 0)
        }
    }

    /// While the journal has no room the broker's messages stay with the broker, which hears that we are there.
    @Test func backPressure() async throws {
        let broker = try await AMQPBroker()
        let text = String(repeating: "x", count: 60_000)
        // More than both ends hold: the source's queue and the kernel's buffers at their largest.
        let count = 5 * (Handover<AMQPDelivery>().bound + (try Self.kernelBytes())) / 4 / text.utf8.count
        broker.publish((0..<count).map { "\($0) \(text)" })
        let store = RecordingStore()
        let gate = GatedIntake(RecordingIntake(store: store))
        let run = Task { try await Self.source(broker, heartbeat: 1).run(into: gate) }
        defer { run.cancel() }
        try await eventually { gate.waiting == 1 && broker.state.withLock { $0.heartbeats } >= 3 }
        #expect(gate.waiting == 1 && store.texts.isEmpty)
        #expect(broker.state.withLock { $0.delivered } < count, "it is not read, so the broker cannot write")
        #expect(broker.state.withLock { $0.acknowledged.isEmpty })
        gate.release()
        try await eventually { broker.state.withLock { $0.acknowledged.count } == count }
        run.cancel()
        _ = await run.result
        #expect(store.texts.map { $0.prefix { $0 != " " } } == (0..<count).map { "\($0)" })
        try await broker.stop()
    }

    /// Late commits, kills at any batch, connections that break: each message once, and none acknowledged that is not durable.
    @Test func resumeWithoutLoss() async throws {
        let store = RecordingStore()
        let early = Mutex([String]())
        let broker = try await AMQPBroker { body in
            if !store.texts.contains(body) { early.withLock { $0.append(body) } }
        }
        var random = SeededGenerator(seed: 11)
        var published: [String] = []
        for round in 0..<12 {
            let texts = (0..<50).map { "\(round) \($0)" }
            broker.publish(texts, ids: true)
            published += texts
            let intake = RecordingIntake(
                store: store, lag: Int.random(in: 0...3, using: &random), killAt: Int.random(in: 2...40, using: &random))
            let source = Self.source(broker, prefetch: Int.random(in: 1...60, using: &random))
            if round % 3 == 2 {
                let run = Task { try await source.run(into: intake) }
                defer { run.cancel() }
                let before = store.texts.count
                try await eventually { store.texts.count > before || intake.run.withLock { $0.left } <= 0 }
                broker.cut()
                await #expect(throws: (any Error).self) { try await run.value }
            } else {
                let committing = Task { await intake.commitLate() }
                defer { committing.cancel() }
                await #expect(throws: IntakeError.self) { try await source.run(into: intake) }
            }
        }
        try await Self.run(Self.source(broker), RecordingIntake(store: store), broker, until: published.count)
        #expect(store.texts.sorted() == published.sorted())
        #expect(early.withLock { $0 } == [])
        #expect(broker.state.withLock { $0.acknowledged.sorted() } == published.sorted())
        #expect(broker.state.withLock { $0.redelivered } > 0 && store.duplicates > 0, "some came again, and were recognised")
        try await broker.stop()
    }

    /// Without an id a message that comes again is stored again: nothing is lost, and the documentation says so.
    @Test func `Messages without an id are stored at least once`() async throws {
        let broker = try await AMQPBroker()
        broker.publish(["one", "two"])
        let store = RecordingStore()
        let dying = RecordingIntake(store: store, lag: .max, killAt: 2)
        let run = Task { try await Self.source(broker).run(into: dying) }
        defer { run.cancel() }
        try await eventually { dying.run.withLock { !$0.waiting.isEmpty } }
        broker.cut()
        let committing = Task { await dying.commitLate() }
        await #expect(throws: PeerError.self) { try await run.value }
        committing.cancel()
        try await Self.run(Self.source(broker), RecordingIntake(store: store), broker, until: 2)
        #expect(Set(store.texts) == ["one", "two"] && store.texts.count > 2)
        try await broker.stop()
    }

    @Test func reconnect() async throws {
        let broker = try await AMQPBroker()
        broker.publish(["before"])
        let store = RecordingStore()
        let endings: [(String, @Sendable () -> Void)] = [
            ("is lost", { broker.cut() }),
            (
                "CONNECTION_FORCED",
                {
                    broker.send(
                        .method(10, 50, on: 0) {
                            $0.writeInteger(UInt16(320))
                            $0.writeShortText("CONNECTION_FORCED - broker forced connection closure")
                            $0.writeInteger(UInt32(0))
                        })
                }
            ),
            (
                "closed the channel: PRECONDITION_FAILED",
                {
                    broker.send(
                        .method(20, 40) {
                            $0.writeInteger(UInt16(406))
                            $0.writeShortText("PRECONDITION_FAILED - delivery acknowledgement timed out")
                            $0.writeInteger(UInt32(0))
                        })
                }
            ),
            (
                "cancelled the consumer",
                {
                    broker.send(
                        .method(60, 30) {
                            $0.writeShortText("ctag")
                            $0.writeInteger(UInt8(1))
                        })
                }
            ),
        ]
        for (number, (reason, ending)) in endings.enumerated() {
            let run = Task { try await Self.source(broker).run(into: RecordingIntake(store: store)) }
            defer { run.cancel() }
            try await eventually { broker.state.withLock { $0.acknowledged.count } == number + 1 }
            ending()
            let error = await #expect(throws: PeerError.self) { try await run.value }
            #expect(error?.code == .lost && error?.isTransient == true)
            #expect(error?.detail.contains(reason) == true, "\(error?.detail ?? "")")
            broker.publish(["after \(number)"])
        }
        try await Self.run(Self.source(broker), RecordingIntake(store: store), broker, until: endings.count + 1)
        #expect(store.texts == ["before"] + endings.indices.map { "after \($0)" })
        try await broker.stop()
        let gone = await Self.failure(Self.source(broker), RecordingIntake(store: store))
        #expect(gone?.code == .unreachable && gone?.detail.contains("check the address") == true)
    }

    @Test(arguments: [("wrong", AMQPBroker.queue, "ACCESS_REFUSED"), ("secret", "other", "NOT_FOUND - no queue 'other'")])
    func `A broker that refuses says why`(password: String, queue: String, reason: String) async throws {
        let broker = try await AMQPBroker()
        let error = await Self.failure(Self.source(broker, password: password, queue: queue), RecordingIntake(store: RecordingStore()))
        #expect(error?.code == .refused && error?.detail.contains(reason) == true, "\(error?.detail ?? "")")
        try await broker.stop()
    }

    @Test func malformedMessage() async throws {
        let broker = try await AMQPBroker()
        let texts = ["\u{0}\u{1}not a record", "", "good"]
        broker.publish(texts)
        let store = RecordingStore()
        try await Self.run(Self.source(broker), RecordingIntake(store: store), broker, until: texts.count)
        #expect(store.texts == texts)
        // What is no AMQP at all, and frames that are in no order.
        let body = AMQPFrame(kind: .body, channel: 1, payload: ByteBuffer(string: "x")).bytes
        for (rubbish, code) in [
            (Array("HTTP/1.1 400 Bad Request".utf8), PeerError.Code.lost), (Array(body.readableBytesView), .protocolViolation),
        ] {
            broker.state.withLock { $0.rubbish = rubbish }
            let error = await Self.failure(Self.source(broker), RecordingIntake(store: store))
            #expect(error?.code == code && error?.isTransient == true, "\(error?.detail ?? "")")
        }
        try await broker.stop()
    }

    @Test func hugeMessage() async throws {
        let broker = try await AMQPBroker()
        broker.publish([String(repeating: "h", count: 3_000_000), "small"])
        let store = RecordingStore()
        try await Self.run(Self.source(broker, limit: 100_000), RecordingIntake(store: store), broker, until: 2)
        #expect(store.state.withLock { $0.oversized } == [3_000_000])
        #expect(store.texts.map(\.utf8.count) == [4096, 5])
        broker.publish([String(repeating: "h", count: 3_000_000)])
        try await Self.run(Self.source(broker, limit: 3_000_000), RecordingIntake(store: store), broker, until: 3)
        #expect(store.state.withLock { $0.oversized }.count == 1 && store.texts.last?.utf8.count == 3_000_000)
        try await broker.stop()
    }

    /// A broker that says nothing for two heartbeats is given up.
    @Test func halfOpenPeer() async throws {
        let broker = try await AMQPBroker()
        broker.state.withLock { $0.isSilent = true }
        let error = await Self.failure(Self.source(broker, heartbeat: 1), RecordingIntake(store: RecordingStore()))
        #expect(error?.code == .lost && error?.detail.contains("heartbeat") == true, "\(error?.detail ?? "")")
        #expect(broker.state.withLock { $0.heartbeats } > 0)
        try await broker.stop()
    }

    /// What was accepted becomes durable and is acknowledged before the farewell.
    @Test func shutdown() async throws {
        let broker = try await AMQPBroker()
        broker.publish(["one", "two"])
        let store = RecordingStore()
        let intake = RecordingIntake(store: store, lag: .max)
        let run = Task { try await Self.source(broker).run(into: intake) }
        defer { run.cancel() }
        try await eventually { intake.run.withLock { $0.waiting.reduce(0) { $0 + $1.0.records.count } } == 2 }
        run.cancel()
        let committing = Task { await intake.commitLate() }
        defer { committing.cancel() }
        await #expect(throws: CancellationError.self) { try await run.value }
        committing.cancel()
        #expect(store.texts == ["one", "two"])
        #expect(broker.state.withLock { $0.acknowledged } == ["one", "two"] && broker.state.withLock { $0.farewells } == 1)
        broker.publish(["three"])
        let other = RecordingStore()
        try await Self.run(Self.source(broker), RecordingIntake(store: other), broker, until: 3)
        #expect(other.texts == ["three"])
        try await broker.stop()
    }
}
