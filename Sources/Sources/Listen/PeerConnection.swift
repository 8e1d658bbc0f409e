public import Model
import NIOCore
import NIOSSL

/// An accepted connection, read and written without blocking.
public final class PeerConnection: Sendable {
    /// The peer's address; nil on a local socket.
    public let peer: IPAddress?
    /// The peer's port; 0 on a local socket.
    public let peerPort: Int
    /// The address of this machine that was connected to; nil on a local socket.
    public let local: IPAddress?
    /// The port that was connected to; 0 on a local socket.
    public let localPort: Int
    let channel: any Channel
    let inbox: ByteInbox

    init(channel: any Channel, inboxBytes: Int) {
        self.channel = channel
        inbox = ByteInbox(limit: inboxBytes)
        peer = channel.remoteAddress?.ip
        peerPort = channel.remoteAddress?.port ?? 0
        local = channel.localAddress?.ip
        localPort = channel.localAddress?.port ?? 0
    }

    /// For people: the peer's address and port.
    public var name: String { peer.map { "\($0) port \(peerPort)" } ?? "local" }

    /// Why nothing more comes; nil while it may.
    public var end: ConversationEnd? { inbox.end }

    /// Waits for bytes and takes all that came; nil at the end, or when the task is cancelled.
    public func read() async -> [UInt8]? {
        guard let taken = await inbox.take() else { return nil }
        if taken.mustResume { _ = channel.setOption(ChannelOptions.autoRead, value: true) }
        return taken.bytes
    }

    /// Writes bytes and waits until the system has taken them. A failure ends the conversation.
    public func write(_ bytes: [UInt8]) async {
        do {
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        } catch {
            inbox.finish(.failed("\(error)"))
        }
    }

    /// Closes the connection; what was written before is sent.
    public func close() {
        inbox.finish(.closed)
        channel.close(promise: nil)
    }

    /// Ends the conversation for that reason and closes the connection.
    func close(as end: ConversationEnd) {
        inbox.finish(end)
        channel.close(promise: nil)
    }
}

extension SocketAddress {
    /// The address, without the port; nil for a local socket.
    var ip: IPAddress? { ipAddress.flatMap { IPAddress($0) } }
}

/// Moves what comes over a connection into its inbox.
final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: PeerConnection

    init(_ connection: PeerConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard connection.inbox.append(unwrapInboundIn(data)) else { return }
        _ = context.channel.setOption(ChannelOptions.autoRead, value: false)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.inbox.finish(.peer)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as ChannelEvent where event == .inputClosed:
            connection.inbox.finish(.peer)
        case let event as IdleStateHandler.IdleStateEvent where event == .read:
            // A peer that we hold back is not idle.
            if !connection.inbox.isPaused { connection.close(as: .idle) }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A peer that closes TLS without saying so only ends the connection.
        if let error = error as? NIOSSLError, error == .uncleanShutdown {
            connection.inbox.finish(.peer)
        } else {
            connection.inbox.finish(.failed("\(error)"))
        }
        context.close(promise: nil)
    }
}
