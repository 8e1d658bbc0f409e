import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Sources
import Synchronization
import Wire

/// A WebSocket server of a test: each connection is served by a script.
struct WebSocketFeed {
    /// One connection, as its script sees it.
    struct Connection: Sendable {
        /// Counts from 0.
        let number: Int
        let target: String
        let headers: HTTPHeaders
        let wire: Wire
        private let frames: AsyncStream<WebSocketFrame>

        init(number: Int, head: HTTPRequestHead, wire: Wire, frames: AsyncStream<WebSocketFrame>) {
            self.number = number
            target = head.uri
            headers = head.headers
            self.wire = wire
            self.frames = frames
        }

        /// Sends bytes as they are.
        ///
        /// The frame encoder writes the frame's head itself, so bytes go past it.
        func send(_ bytes: [UInt8]) async throws { try await wire.write(bytes) }

        func send(text: String) async throws { try await send(ServerFrame.text(text)) }

        /// The next frame of the client whose kind is among those; nil at the end.
        func next(_ opcodes: WebSocketOpcode...) async -> [UInt8]? {
            for await frame in frames where opcodes.contains(frame.opcode) {
                var data = frame.unmaskedData
                return data.readBytes(length: data.readableBytes)
            }
            return nil
        }

        func nextText() async -> String? { await next(.text).map { String(decoding: $0, as: UTF8.self) } }

        /// Says goodbye and waits until the client has gone.
        func close() async throws {
            try await send(ServerFrame.bytes(8, [0x03, 0xE8]))
            while await next(.text, .ping, .pong, .binary, .connectionClose) != nil {}
        }
    }

    private typealias Upgraded = (NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, Wire, HTTPRequestHead)

    /// Serves every connection by the script while the body runs, which is given the address.
    static func serve<Result: Sendable>(
        headers: HTTPHeaders = [:], _ script: @escaping @Sendable (Connection) async throws -> Void,
        while body: @Sendable (String) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try upgraded(channel, headers) }
            }
        let port = server.channel.localAddress?.port ?? 0
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withThrowingDiscardingTaskGroup { connections in
                    try await server.executeThenClose { incoming in
                        var number = 0
                        for try await upgrade in incoming {
                            let own = number
                            number += 1
                            connections.addTask {
                                // A client that goes in the middle of the handshake or of a write is part of these tests.
                                guard let (channel, wire, head) = try? await upgrade.get() else { return }
                                try? await channel.executeThenClose { inbound, _ in
                                    let (frames, tell) = AsyncStream.makeStream(of: WebSocketFrame.self)
                                    try await withThrowingTaskGroup(of: Void.self) { group in
                                        group.addTask {
                                            defer { tell.finish() }
                                            for try await frame in inbound { tell.yield(frame) }
                                        }
                                        try await script(Connection(number: own, head: head, wire: wire, frames: frames))
                                        group.cancelAll()
                                    }
                                }
                            }
                        }
                    }
                }
            }
            let result = try await body("ws://127.0.0.1:\(port)/feed")
            group.cancelAll()
            return result
        }
    }

    private static func upgraded(_ channel: any Channel, _ headers: HTTPHeaders) throws -> EventLoopFuture<Upgraded> {
        let upgrader = NIOTypedWebSocketServerUpgrader<Upgraded>(
            maxFrameSize: 1 << 20,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(headers) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let handler = WireHandler()
                    try channel.pipeline.syncOperations.addHandler(handler, position: .first)
                    let wire = Wire(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
                    return (try NIOAsyncChannel(wrappingChannelSynchronously: channel), wire, head)
                }
            })
        return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: .init(
                upgradeConfiguration: .init(
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { channel in channel.eventLoop.makeFailedFuture(ChannelError.eof) })))
    }
}

/// Writes bytes to the client as they are.
struct Wire: Sendable {
    let channel: any Channel
    fileprivate let handler: NIOLoopBound<WireHandler>

    /// Writes and waits until the kernel has them.
    func write(_ bytes: [UInt8]) async throws {
        try await channel.eventLoop.flatSubmit {
            let promise = channel.eventLoop.makePromise(of: Void.self)
            handler.value.write(bytes, promise)
            return promise.futureResult
        }.get()
    }
}

/// Stands nearest to the socket.
private final class WireHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(_ bytes: [UInt8], _ promise: EventLoopPromise<Void>) {
        guard let context else {
            promise.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: promise)
    }
}

/// Passes everything on to another intake, and tells how many records it has taken; may hold them back.
final class WatchedIntake: Intake {
    private let inner: any Intake
    private let onAccept: @Sendable (Int) async -> Void
    private let count = Mutex(0)

    init(_ inner: any Intake, onAccept: @escaping @Sendable (Int) async -> Void) {
        self.inner = inner
        self.onAccept = onAccept
    }

    func cursors() async throws -> [StreamCursor] { try await inner.cursors() }

    func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane {
        WatchedLane(inner: try await inner.open(stream), intake: self)
    }

    fileprivate func note(_ records: Int) async {
        let total = count.withLock { count in
            count += records
            return count
        }
        await onAccept(total)
    }
}

private struct WatchedLane: Lane {
    let inner: any Lane
    let intake: WatchedIntake
    var framing: Framing { inner.framing }

    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket {
        let ticket = try await inner.accept(batch)
        await intake.note(batch.records.count)
        return ticket
    }

    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? { try await accept(batch) }
}
