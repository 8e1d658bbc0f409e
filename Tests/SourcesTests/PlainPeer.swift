import NIOCore
import NIOPosix

/// A server that answers the first bytes of each connection with a text, and closes.
enum PlainPeer {
    static func serve<Result: Sendable>(
        _ answer: @escaping @Sendable (String) -> String, while body: @Sendable (Int) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AnswerHandler(answer)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(server.localAddress?.port ?? 0)
            try await server.close()
            return result
        } catch {
            try await server.close()
            throw error
        }
    }

    private final class AnswerHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: @Sendable (String) -> String

        init(_ answer: @escaping @Sendable (String) -> String) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let request = String(buffer: unwrapInboundIn(data))
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer(request)))).whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
