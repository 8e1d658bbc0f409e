import NIOCore
import NIOPosix
import Synchronization

/// A broker on loopback with one queue, which speaks what a consumer sees of RabbitMQ.
///
/// It lets `petrel` with the password `secret` in, delivers up to the prefetch, forgets what is acknowledged, and delivers the rest again,
/// in its place, to the next connection.
final class AMQPBroker: Sendable {
    /// A message of the queue.
    struct Message: Sendable {
        var body: [UInt8]
        var id: String?
        var routingKey: String
        fileprivate var isRedelivered = false
    }

    struct State {
        /// Messages that wait for a consumer, oldest first.
        var ready: [Message] = []
        /// Bodies that were acknowledged, in order.
        var acknowledged: [String] = []
        var redelivered = 0
        var delivered = 0
        var heartbeats = 0
        /// Connections that were closed as the protocol asks for.
        var farewells = 0
        /// Says nothing once a consumer is there.
        var isSilent = false
        /// Bytes to send in place of messages.
        var rubbish: [UInt8]?
        fileprivate var connections: [ObjectIdentifier: any Channel] = [:]
    }

    static let queue = "petrel"
    let state = Mutex(State())
    private let channel: any Channel

    /// Listens on a free port of loopback; `onAcknowledge` is given each body that was acknowledged.
    init(onAcknowledge: @escaping @Sendable (String) -> Void = { _ in }) async throws {
        let owner = Owner()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 1 << 16, high: 1 << 18))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let broker = owner.broker.withLock({ $0 }) else { throw AMQPBrokerError.notAMQP }
                    try channel.pipeline.syncOperations.addHandler(AMQPBrokerHandler(broker, onAcknowledge))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        owner.broker.withLock { $0 = self }
    }

    private final class Owner: Sendable {
        let broker = Mutex<AMQPBroker?>(nil)
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    /// Puts messages into the queue; `ids` numbers them.
    func publish(_ texts: [String], routingKey: String = "eve", ids: Bool = false) {
        let channels = state.withLock { state in
            state.ready += texts.map { Message(body: Array($0.utf8), id: ids ? "m-\($0)" : nil, routingKey: routingKey) }
            return Array(state.connections.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(AMQPBrokerHandler.Arrival()) }
    }

    /// Breaks every connection without a word.
    func cut() { for channel in state.withLock({ Array($0.connections.values) }) { channel.close(promise: nil) } }

    /// Sends a frame on every connection.
    func send(_ frame: AMQPFrame) {
        for channel in state.withLock({ Array($0.connections.values) }) { channel.writeAndFlush(frame.bytes, promise: nil) }
    }

    /// Stops listening, and breaks what is left.
    func stop() async throws {
        try await channel.close()
        cut()
    }

    fileprivate func note(_ channel: any Channel, isOpen: Bool) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = isOpen ? channel : nil }
    }
}

/// The broker's side of a connection.
private final class AMQPBrokerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Tells that there are messages.
    struct Arrival: Sendable {}

    private static let frameBytes = 131_072
    private let broker: AMQPBroker
    private let onAcknowledge: @Sendable (String) -> Void
    private var received = ByteBuffer()
    private var hasGreeted = false
    private var isConsumed = false
    private var prefetch = 0
    private var nextTag: UInt64 = 1
    private var unacknowledged: [(tag: UInt64, message: AMQPBroker.Message)] = []

    init(_ broker: AMQPBroker, _ onAcknowledge: @escaping @Sendable (String) -> Void) {
        self.broker = broker
        self.onAcknowledge = onAcknowledge
    }

    func channelActive(context: ChannelHandlerContext) { broker.note(context.channel, isOpen: true) }

    func channelInactive(context: ChannelHandlerContext) {
        broker.note(context.channel, isOpen: false)
        let returned = unacknowledged.map { entry in
            var message = entry.message
            message.isRedelivered = true
            return message
        }
        broker.state.withLock { $0.ready.insert(contentsOf: returned, at: 0) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { deliver(context) }

    func channelWritabilityChanged(context: ChannelHandlerContext) { deliver(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        do {
            if !hasGreeted {
                guard received.readableBytes >= 8 else { return }
                guard received.readBytes(length: 8) == Array("AMQP".utf8) + [0, 0, 9, 1] else { throw AMQPBrokerError.notAMQP }
                hasGreeted = true
                send(
                    context,
                    .method(10, 10, on: 0) {
                        $0.writeMultipleIntegers(UInt8(0), UInt8(9), UInt32(0))
                        $0.writeLongText("AMQPLAIN PLAIN")
                        $0.writeLongText("en_US")
                    })
            }
            while let frame = try AMQPFrame.take(from: &received) { try take(frame, context) }
        } catch {
            context.close(promise: nil)
        }
    }

    private func send(_ context: ChannelHandlerContext, _ frame: AMQPFrame) {
        context.writeAndFlush(wrapOutboundOut(frame.bytes), promise: nil)
    }

    private func take(_ frame: AMQPFrame, _ context: ChannelHandlerContext) throws {
        if frame.kind == .heartbeat { return broker.state.withLock { $0.heartbeats += 1 } }
        var arguments = frame.payload
        guard frame.kind == .method, let (classID, id) = arguments.readMultipleIntegers(as: (UInt16, UInt16).self) else {
            throw AMQPBrokerError.notAMQP
        }
        switch (classID, id) {
        case (10, 11): try logIn(&arguments, context)
        case (10, 31): break  // connection.tune-ok
        case (10, 40): send(context, .method(10, 41, on: 0) { $0.writeShortText("") })
        case (10, 50):  // connection.close
            broker.state.withLock { $0.farewells += 1 }
            context.writeAndFlush(wrapOutboundOut(AMQPFrame.method(10, 51, on: 0).bytes)).whenComplete { [channel = context.channel] _ in
                channel.close(promise: nil)
            }
        case (20, 10): send(context, .method(20, 11) { $0.writeLongText("") })
        case (50, 10): try declare(&arguments, context)
        case (60, 10):  // basic.qos
            guard let (_, count, _) = arguments.readMultipleIntegers(as: (UInt32, UInt16, UInt8).self) else {
                throw AMQPBrokerError.notAMQP
            }
            prefetch = Int(count)
            send(context, .method(60, 11))
        case (60, 20):  // basic.consume
            send(context, .method(60, 21) { $0.writeShortText("ctag") })
            isConsumed = true
            deliver(context)
        case (60, 80): try acknowledge(&arguments, context)
        default: break
        }
    }

    private func logIn(_ arguments: inout ByteBuffer, _ context: ChannelHandlerContext) throws {
        guard arguments.skipTable() != nil, arguments.readShortText() == "PLAIN", let response = arguments.readLongText() else {
            throw AMQPBrokerError.notAMQP
        }
        guard response == "\u{0}petrel\u{0}secret" else {
            return send(
                context,
                .method(10, 50, on: 0) {
                    $0.writeInteger(UInt16(403))
                    $0.writeShortText("ACCESS_REFUSED - Login was refused")
                    $0.writeInteger(UInt32(0))
                })
        }
        send(context, .method(10, 30, on: 0) { $0.writeMultipleIntegers(UInt16(2047), UInt32(Self.frameBytes), UInt16(60)) })
    }

    private func declare(_ arguments: inout ByteBuffer, _ context: ChannelHandlerContext) throws {
        guard arguments.readInteger(as: UInt16.self) != nil, let queue = arguments.readShortText() else { throw AMQPBrokerError.notAMQP }
        guard queue == AMQPBroker.queue else {
            return send(
                context,
                .method(20, 40) {
                    $0.writeInteger(UInt16(404))
                    $0.writeShortText("NOT_FOUND - no queue '\(queue)' in vhost '/'")
                    $0.writeMultipleIntegers(UInt16(50), UInt16(10))
                })
        }
        send(
            context,
            .method(50, 11) {
                $0.writeShortText(queue)
                $0.writeMultipleIntegers(UInt32(0), UInt32(0))
            })
    }

    private func deliver(_ context: ChannelHandlerContext) {
        guard isConsumed, !broker.state.withLock({ $0.isSilent }) else { return }
        if let rubbish = broker.state.withLock({ $0.rubbish.take() }) {
            return context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: rubbish)), promise: nil)
        }
        while context.channel.isActive, context.channel.isWritable, unacknowledged.count < prefetch {
            let next = broker.state.withLock { state -> AMQPBroker.Message? in
                guard !state.ready.isEmpty else { return nil }
                state.delivered += 1
                state.redelivered += state.ready[0].isRedelivered ? 1 : 0
                return state.ready.removeFirst()
            }
            guard let next else { return }
            unacknowledged.append((nextTag, next))
            write(next, context)
            nextTag += 1
        }
    }

    private func write(_ message: AMQPBroker.Message, _ context: ChannelHandlerContext) {
        var frames = [
            AMQPFrame.method(60, 60) {
                $0.writeShortText("ctag")
                $0.writeMultipleIntegers(nextTag, UInt8(message.isRedelivered ? 1 : 0))
                $0.writeShortText("")
                $0.writeShortText(message.routingKey)
            },
            AMQPFrame.header(length: message.body.count, messageID: message.id),
        ]
        for start in stride(from: 0, to: message.body.count, by: Self.frameBytes - 8) {
            let part = message.body[start..<min(start + Self.frameBytes - 8, message.body.count)]
            frames.append(AMQPFrame(kind: .body, channel: 1, payload: ByteBuffer(bytes: part)))
        }
        for frame in frames { context.write(wrapOutboundOut(frame.bytes), promise: nil) }
        context.flush()
    }

    private func acknowledge(_ arguments: inout ByteBuffer, _ context: ChannelHandlerContext) throws {
        guard let (tag, multiple) = arguments.readMultipleIntegers(as: (UInt64, UInt8).self) else { throw AMQPBrokerError.notAMQP }
        let done = unacknowledged.filter { multiple & 1 == 1 ? $0.tag <= tag : $0.tag == tag }
        guard !done.isEmpty else {
            return send(
                context,
                .method(20, 40) {
                    $0.writeInteger(UInt16(406))
                    $0.writeShortText("PRECONDITION_FAILED - unknown delivery tag \(tag)")
                    $0.writeMultipleIntegers(UInt16(60), UInt16(80))
                })
        }
        unacknowledged.removeAll { entry in done.contains { $0.tag == entry.tag } }
        for entry in done {
            let body = String(decoding: entry.message.body, as: UTF8.self)
            onAcknowledge(body)
            broker.state.withLock { $0.acknowledged.append(body) }
        }
        deliver(context)
    }
}
