import NIOCore

/// Messages that arrived together.
struct WebSocketBurst: Sendable, Equatable {
    var bytes: [UInt8] = []
    /// The messages as ranges of ``bytes``.
    var messages: [Range<Int>] = []
    /// Messages longer than the limit, by index: their full length.
    var oversized: [Int: UInt64] = [:]

    mutating func append(_ message: [UInt8], length: UInt64) {
        let start = bytes.count
        bytes.append(contentsOf: message)
        if length > UInt64(message.count) { oversized[messages.count] = length }
        messages.append(start..<bytes.count)
    }
}

/// The times of a connection.
struct WebSocketTimes: Sendable {
    /// Between pings of our own.
    var ping: TimeAmount
    /// Without a byte from the server, after which the connection is given up.
    var idle: TimeAmount
    /// For which messages gather when they come in quick succession.
    var gather: TimeAmount = .milliseconds(50)
}

/// Speaks RFC 6455 on a channel after the handshake: bytes in, bursts of messages out; texts in, masked frames out.
///
/// A burst is handed on at once after a pause, and at most every 50 ms while messages keep coming. All times are those of the event
/// loop. While the reader is behind, nothing is read and silence does not count.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = WebSocketBurst
    typealias OutboundIn = String
    typealias OutboundOut = ByteBuffer

    /// A burst of more than this is handed on without delay.
    private static let fullBytes = 1 << 20
    private static let fullMessages = 5000

    private var assembler: MessageAssembler
    private let times: WebSocketTimes
    private let mask: @Sendable () -> UInt32
    private var rest = ByteBuffer()
    private var burst = WebSocketBurst()
    private var lastBurst: NIODeadline?
    private var gathering: Scheduled<Void>?
    private var pinging: RepeatedTask?
    private var idling: Scheduled<Void>?
    private var lastHeard = NIODeadline.distantPast
    private var awaitsRead = true
    private var isClosing = false
    private var hasSentClose = false

    init(
        assembler: MessageAssembler, times: WebSocketTimes,
        mask: @escaping @Sendable () -> UInt32 = { UInt32.random(in: .min ... .max) }
    ) {
        self.assembler = assembler
        self.times = times
        self.mask = mask
    }

    func handlerAdded(context: ChannelHandlerContext) {
        lastHeard = context.eventLoop.now
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        pinging = context.eventLoop.scheduleRepeatedTask(initialDelay: times.ping, delay: times.ping) { _ in
            let (handler, context) = bound.value
            handler.send(.ping, [], context)
        }
        watch(context, for: times.idle)
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopTimers() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastHeard = context.eventLoop.now
        awaitsRead = false
        guard !isClosing else { return }
        var bytes = unwrapInboundIn(data)
        if rest.readableBytes > 0 {
            rest.writeBuffer(&bytes)
            swap(&rest, &bytes)
        }
        var inputs: [WebSocketInput] = []
        var failure: WebSocketError?
        do throws(WebSocketError) { try assembler.read(&bytes, into: &inputs) } catch { failure = error }
        rest = bytes
        rest.discardReadBytes()
        for input in inputs { take(input, context) }
        if let failure, !isClosing { fail(failure, context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        handOnWhenDue(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        // The reader has caught up: what was silence while it was behind does not count.
        if !awaitsRead { lastHeard = context.eventLoop.now }
        awaitsRead = true
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        handOn(context)
        isClosing = true
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopTimers()
        handOn(context)
        if !isClosing {
            isClosing = true
            context.fireErrorCaught(WebSocketError(.closed, "the connection ended without a close frame"))
        }
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let frame = FrameHead.frame(.text, Array(unwrapOutboundIn(data).utf8), mask: mask(), allocator: context.channel.allocator)
        context.write(wrapOutboundOut(frame), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        isClosing = true
        sendClose(1001, context)
        context.close(mode: mode, promise: promise)
    }

    // MARK: What arrives

    private func take(_ input: WebSocketInput, _ context: ChannelHandlerContext) {
        switch input {
        case .message(let bytes, let length):
            burst.append(bytes, length: length)
            if burst.bytes.count >= Self.fullBytes || burst.messages.count >= Self.fullMessages { handOn(context) }
        case .ping(let payload): send(.pong, payload, context)
        case .pong: break
        case .close(let code, let reason):
            sendClose(code == 1005 ? 1000 : code, context)
            let stated = reason.isEmpty ? "" : ": \(WebSocketAgreement.shown(reason))"
            end(WebSocketError(.closed, "the server closed the connection with code \(code)\(stated)"), context)
        }
    }

    /// Hands the burst on now if the last one is long enough ago, else when it will be.
    private func handOnWhenDue(_ context: ChannelHandlerContext) {
        guard !burst.messages.isEmpty, gathering == nil else { return }
        let now = context.eventLoop.now
        guard let last = lastBurst, now < last + times.gather else {
            handOn(context)
            return
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        gathering = context.eventLoop.scheduleTask(deadline: last + times.gather) {
            let (handler, context) = bound.value
            handler.gathering = nil
            handler.handOn(context)
            context.fireChannelReadComplete()
        }
    }

    private func handOn(_ context: ChannelHandlerContext) {
        gathering?.cancel()
        gathering = nil
        guard !burst.messages.isEmpty else { return }
        lastBurst = context.eventLoop.now
        let ready = burst
        burst = WebSocketBurst()
        context.fireChannelRead(wrapInboundOut(ready))
    }

    // MARK: Ends

    /// Gives the connection up when nothing was heard for the idle time although something was waited for.
    private func watch(_ context: ChannelHandlerContext, for time: TimeAmount) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        idling = context.eventLoop.scheduleTask(in: time) {
            let (handler, context) = bound.value
            let silence = context.eventLoop.now - handler.lastHeard
            if handler.awaitsRead, silence >= handler.times.idle {
                let seconds = handler.times.idle.nanoseconds / 1_000_000_000
                handler.end(WebSocketError(.idle, "nothing was heard for \(seconds) s, not even an answer to a ping"), context)
            } else {
                handler.watch(context, for: handler.awaitsRead ? handler.times.idle - silence : handler.times.idle)
            }
        }
    }

    private func fail(_ error: WebSocketError, _ context: ChannelHandlerContext) {
        sendClose(error.closeCode, context)
        end(error, context)
    }

    private func end(_ error: WebSocketError, _ context: ChannelHandlerContext) {
        handOn(context)
        isClosing = true
        stopTimers()
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    private func stopTimers() {
        pinging?.cancel()
        idling?.cancel()
        gathering?.cancel()
        gathering = nil
    }

    // MARK: What is sent

    private func sendClose(_ code: UInt16, _ context: ChannelHandlerContext) {
        guard !hasSentClose, context.channel.isActive else { return }
        send(.close, [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)], context)
        hasSentClose = true
    }

    private func send(_ opcode: FrameOpcode, _ payload: [UInt8], _ context: ChannelHandlerContext) {
        guard !hasSentClose else { return }
        let frame = FrameHead.frame(opcode, payload, mask: mask(), allocator: context.channel.allocator)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}
