import Foundation
import NIOCore
import Synchronization
import TestKit
import Testing

@testable import Sources
@testable import Wire

/// The promises that every source keeps, for the hpfeeds subscriber against a broker on loopback.
@Suite(.timeLimit(.minutes(2))) struct HPFeedsContractTests {
    private static func source(
        _ port: Int, limit: Int = 1 << 20, idle: Duration? = nil, channels: [String] = ["cowrie.sessions"]
    ) -> HPFeedsSource {
        HPFeedsSource(
            HPFeedsSourceOptions(
                host: "127.0.0.1", port: port, ident: "sub", secret: "open sesame", channels: channels, maxRecordBytes: limit,
                idleTimeout: idle))
    }

    /// Greets, and waits until the client has proved its secret and asked for its channel.
    private static func greet(_ inbound: LoopbackPeer.Inbound, _ outbound: LoopbackPeer.Outbound) async throws {
        let nonce: [UInt8] = [9, 8, 7, 6]
        try await outbound.write(ByteBuffer(bytes: HPFeedsFrame.info(broker: "@test", nonce: nonce)))
        let wanted =
            HPFeedsFrame.auth(ident: "sub", secret: "open sesame", nonce: nonce)
            + HPFeedsFrame.subscribe(ident: "sub", channel: "cowrie.sessions")
        var received: [UInt8] = []
        while received.count < wanted.count, let buffer = await inbound.next() { received += buffer.readableBytesView }
        guard received == wanted else {
            try await outbound.write(ByteBuffer(bytes: HPFeedsFrame.error("Authentication failed for sub")))
            throw CancellationError()
        }
    }

    private static func publish(_ text: String, ident: String = "lab-7", channel: String = "cowrie.sessions") -> ByteBuffer {
        ByteBuffer(bytes: HPFeedsFrame.publish(HPFeedsPublication(ident: ident, channel: channel, payload: Array(text.utf8))))
    }

    /// Runs the source to its error.
    private static func failure(_ port: Int, _ intake: RecordingIntake, limit: Int = 1 << 20, idle: Duration? = nil) async -> PeerError? {
        do {
            try await source(port, limit: limit, idle: idle).run(into: intake)
            return nil
        } catch {
            return error as? PeerError
        }
    }

    @Test func backPressure() async throws {
        let store = RecordingStore()
        let intake = RecordingIntake(store: store, lag: .max)
        let text = String(repeating: "x", count: 65_000)
        try await LoopbackPeer.serving { _, inbound, outbound in
            try await Self.greet(inbound, outbound)
            for number in 0..<300 { try await outbound.write(Self.publish("\(number) \(text)")) }
            while await inbound.next() != nil {}
        } _: { port in
            let run = Task { try await Self.source(port).run(into: intake) }
            try await eventually { intake.run.withLock { $0.waiting.count } > TicketWindow.limit }
            for _ in 0..<2000 { await Task.yield() }
            #expect(intake.run.withLock { $0.waiting.count } == TicketWindow.limit + 1)
            let committing = Task { await intake.commitLate() }
            try await eventually { store.state.withLock { $0.records.count } == 300 }
            run.cancel()
            _ = await run.result
            committing.cancel()
            #expect(store.texts.map { $0.prefix { $0 != " " } } == (0..<300).map { "\($0)" })
        }
    }

    /// The protocol cannot be resumed: what was accepted stays, once; what is published in between does not come.
    @Test func resumeWithoutLoss() async throws {
        let store = RecordingStore()
        try await LoopbackPeer.serving { number, inbound, outbound in
            try await Self.greet(inbound, outbound)
            try await outbound.write(Self.publish("first of \(number)"))
            try await outbound.write(Self.publish("second of \(number)"))
        } _: { port in
            for _ in 0..<2 { #expect(await Self.failure(port, RecordingIntake(store: store))?.code == .lost) }
            #expect(store.texts == ["first of 0", "second of 0", "first of 1", "second of 1"])
            #expect(store.state.withLock { $0.sensors["first of 0"] } == "lab-7")
        }
    }

    @Test func reconnect() async throws {
        let intake = RecordingIntake(store: RecordingStore())
        try await LoopbackPeer.serving { _, inbound, outbound in
            try await Self.greet(inbound, outbound)
            try await outbound.write(Self.publish("{}"))
        } _: { port in
            let error = await Self.failure(port, intake)
            #expect(error?.isTransient == true)
            #expect(error?.detail == "hpfeeds 127.0.0.1:\(port) closed the connection")
            #expect(intake.store.texts == ["{}"])
        }
        let gone = await Self.failure(1, intake)
        #expect(gone?.code == .unreachable)
        #expect(gone?.detail.contains("check the address") == true)
    }

    @Test func `A broker that refuses says why`() async throws {
        try await LoopbackPeer.serving { _, inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: HPFeedsFrame.info(broker: "@test", nonce: [1, 2, 3, 4])))
            _ = await inbound.next()
            try await outbound.write(ByteBuffer(bytes: HPFeedsFrame.error("Authentication \u{1b}[31mfailed")))
        } _: { port in
            let error = await Self.failure(port, RecordingIntake(store: RecordingStore()))
            #expect(error?.code == .refused)
            #expect(error?.detail.contains("Authentication  [31mfailed; check ident") == true)
        }
    }

    @Test func malformedMessage() async throws {
        let intake = RecordingIntake(store: RecordingStore())
        try await LoopbackPeer.serving { _, inbound, outbound in
            try await Self.greet(inbound, outbound)
            try await outbound.write(ByteBuffer(bytes: [0, 0, 0, 7, 3, 200, 0x61]))
            try await outbound.write(Self.publish("good"))
            try await outbound.write(ByteBuffer(bytes: Array("GET / HTTP".utf8)))
        } _: { port in
            let error = await Self.failure(port, intake)
            #expect(error?.code == .protocolViolation)
            #expect(Set(intake.store.texts) == ["\u{fffd}a", "good"])
            #expect(intake.store.state.withLock { $0.refusals }.first?.hasPrefix("bad_value: a publication that ends in its ident") == true)
        }
    }

    @Test func hugeMessage() async throws {
        let intake = RecordingIntake(store: RecordingStore())
        try await LoopbackPeer.serving { _, inbound, outbound in
            try await Self.greet(inbound, outbound)
            try await outbound.write(Self.publish(String(repeating: "h", count: 3_000_000)))
            try await outbound.write(Self.publish("small"))
        } _: { port in
            #expect(await Self.failure(port, intake, limit: 100_000)?.code == .lost)
            #expect(intake.store.state.withLock { $0.oversized } == [3_000_000])
            #expect(intake.store.texts.map(\.utf8.count) == [HPFeedsReader.keptOfOversized, 5])
        }
    }

    @Test func halfOpenPeer() async throws {
        try await LoopbackPeer.serving { _, inbound, _ in
            while await inbound.next() != nil {}
        } _: { port in
            let error = await Self.failure(port, RecordingIntake(store: RecordingStore()), idle: .milliseconds(50))
            #expect(error?.code == .idle)
        }
    }

    @Test func shutdown() async throws {
        let intake = RecordingIntake(store: RecordingStore(), lag: .max)
        try await LoopbackPeer.serving { _, inbound, outbound in
            try await Self.greet(inbound, outbound)
            try await outbound.write(Self.publish("accepted"))
            while await inbound.next() != nil {}
        } _: { port in
            let run = Task { try await Self.source(port).run(into: intake) }
            try await eventually { intake.run.withLock { !$0.waiting.isEmpty } }
            run.cancel()
            let committing = Task { await intake.commitLate() }
            await #expect(throws: CancellationError.self) { try await run.value }
            committing.cancel()
            #expect(intake.store.texts == ["accepted"])
        }
    }
}
