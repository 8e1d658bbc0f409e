import NIOCore

/// Ends a connection on which nothing comes although we wait for it.
///
/// Time during which we do not read, because the pipeline is full, does not count.
final class IdleWatch: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let timeout: TimeAmount
    private let error: PeerError
    private var isWaiting = false
    private var alarm: Scheduled<Void>?

    /// Fails the connection with `error` after that time.
    init(timeout: TimeAmount, error: PeerError) {
        self.timeout = timeout
        self.error = error
    }

    func read(context: ChannelHandlerContext) {
        if !isWaiting { wait(context) }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        rest()
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        rest()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { rest() }

    private func wait(_ context: ChannelHandlerContext) {
        isWaiting = true
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [self] in
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    private func rest() {
        isWaiting = false
        alarm?.cancel()
        alarm = nil
    }
}
