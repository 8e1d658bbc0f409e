import Model
import NIOCore
import NIOEmbedded
import Testing

@testable import Sources

/// The handler by the clock of an event loop that the test moves.
@Suite struct WebSocketHandlerTests {
    private static let times = WebSocketTimes(ping: .seconds(30), idle: .seconds(90))

    private static func channel(gate: ReadGate? = nil) throws -> EmbeddedChannel {
        let assembler = MessageAssembler(limit: 1 << 20, inflater: nil)
        let channel = EmbeddedChannel(handler: WebSocketHandler(assembler: assembler, times: times, mask: { 0 }))
        if let gate { try channel.pipeline.syncOperations.addHandler(gate) }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private static func receive(_ channel: EmbeddedChannel, _ bytes: [UInt8]) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }

    private static func sent(_ channel: EmbeddedChannel) throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        while let frame = try channel.readOutbound(as: ByteBuffer.self) { frames.append(Array(frame.readableBytesView)) }
        return frames
    }

    private static func texts(_ channel: EmbeddedChannel) throws -> [[String]] {
        var bursts: [[String]] = []
        while let burst = try channel.readInbound(as: WebSocketBurst.self) {
            bursts.append(burst.messages.map { String(decoding: burst.bytes[$0], as: UTF8.self) })
        }
        return bursts
    }

    /// A masked frame of the client; the mask is 0.
    private static func frame(_ opcode: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
        [0x80 | opcode, 0x80 | UInt8(payload.count), 0, 0, 0, 0] + payload
    }

    @Test func halfOpenPeer() throws {
        let channel = try Self.channel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(try Self.sent(channel) == [Self.frame(9), Self.frame(9)])
        try Self.receive(channel, ServerFrame.bytes(10, []))
        channel.embeddedEventLoop.advanceTime(by: .seconds(89))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(throws: WebSocketError(.idle, "nothing was heard for 90 s, not even an answer to a ping")) {
            try channel.throwIfErrorCaught()
        }
        #expect(!channel.isActive)
    }

    @Test func answersPings() throws {
        let channel = try Self.channel()
        try Self.receive(channel, ServerFrame.bytes(9, [1, 2, 3]))
        #expect(try Self.sent(channel) == [Self.frame(10, [1, 2, 3])])
    }

    @Test func handsOnAtOnceThenGathers() throws {
        let channel = try Self.channel()
        try Self.receive(channel, ServerFrame.text("a") + ServerFrame.text("b"))
        #expect(try Self.texts(channel) == [["a", "b"]])
        for text in ["c", "d"] {
            try Self.receive(channel, ServerFrame.text(text))
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(20))
        }
        #expect(try Self.texts(channel).isEmpty)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(10))
        #expect(try Self.texts(channel) == [["c", "d"]])
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(51))
        try Self.receive(channel, ServerFrame.text("e"))
        #expect(try Self.texts(channel) == [["e"]])
    }

    @Test func handsOnWhatIsThereBeforeAnError() throws {
        let channel = try Self.channel()
        try Self.receive(channel, ServerFrame.text("a"))
        #expect(throws: WebSocketError.self) {
            try Self.receive(channel, ServerFrame.text("b") + ServerFrame.bytes(1, [], reserved: 0x20) + ServerFrame.text("c"))
        }
        #expect(try Self.texts(channel) == [["a"], ["b"]])
        #expect(try Self.sent(channel) == [Self.frame(8, [0x03, 0xEA])])
        #expect(!channel.isActive)
    }

    @Test func echoesACloseAndTellsItsReason() throws {
        let channel = try Self.channel()
        #expect(throws: WebSocketError(.closed, "the server closed the connection with code 4000: \"too slow\"")) {
            try Self.receive(channel, ServerFrame.bytes(8, [0x0F, 0xA0] + Array("too slow".utf8)) + ServerFrame.text("behind"))
        }
        #expect(try Self.sent(channel) == [Self.frame(8, [0x0F, 0xA0])])
        #expect(try Self.texts(channel).isEmpty)
    }

    @Test func takesASilenceForNoneWhileTheReaderIsBehind() throws {
        let gate = ReadGate()
        let channel = try Self.channel(gate: gate)
        gate.isOpen = false
        try Self.receive(channel, ServerFrame.text("a"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        #expect(channel.isActive)
        gate.isOpen = true
        channel.read()
        channel.embeddedEventLoop.advanceTime(by: .seconds(89))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(180))
        #expect(!channel.isActive)
        #expect(throws: WebSocketError.self) { try channel.throwIfErrorCaught() }
    }
}

/// Holds reads back, as a reader does that is behind.
private final class ReadGate: ChannelOutboundHandler {
    typealias OutboundIn = String
    var isOpen = true

    func read(context: ChannelHandlerContext) { if isOpen { context.read() } }
}
