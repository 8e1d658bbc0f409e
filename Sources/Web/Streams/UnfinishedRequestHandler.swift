import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Closes a connection that has not sent its whole request when the server shuts down.
///
/// Hummingbird lets requests under way end; one whose client has gone quiet never would, and would hold the shutdown up to its limit. So what
/// has brought nothing for a second is closed. Lives on its channel's event loop.
final class UnfinishedRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    /// Longest pause of an upload during shutdown.
    static let patience = TimeAmount.seconds(1)

    private var isUnfinished = false
    private var isShuttingDown = false
    /// Whether something came since it was looked for last.
    private var hasMoved = false
    private var check: RepeatedTask?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: isUnfinished = true
        case .body: break
        case .end: isUnfinished = false
        }
        hasMoved = true
        // It may have been sent before the shutdown, and be read behind it.
        if isShuttingDown, isUnfinished { watch(context) }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isShuttingDown = true
            if isUnfinished { watch(context) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func watch(_ context: ChannelHandlerContext) {
        guard check == nil else { return }
        hasMoved = false
        let channel = NIOLoopBound(context, eventLoop: context.eventLoop)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleRepeatedTask(initialDelay: Self.patience, delay: Self.patience) { task in
            handler.value.closeIfQuiet(channel.value, task)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
    }

    private func closeIfQuiet(_ context: ChannelHandlerContext, _ task: RepeatedTask) {
        if isUnfinished, hasMoved {
            hasMoved = false
            return
        }
        task.cancel()
        check = nil
        if isUnfinished { context.close(promise: nil) }
    }
}
