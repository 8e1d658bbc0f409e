import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization

/// Makes the connection of a WebSocket source: TCP, TLS, handshake.
struct WebSocketConnection {
    typealias Messages = NIOAsyncChannel<WebSocketBurst, String>

    /// What came of the handshake.
    private enum Outcome: Sendable {
        case open(Messages)
        case refused(EventLoopFuture<HTTPResponseHead>)
    }

    let address: WebSocketAddress
    let request: WebSocketRequest
    /// File with the certificates that are trusted instead of the system's.
    let certificateAuthority: String?
    let messageLimit: Int
    let times: WebSocketTimes
    /// For TCP, and then for TLS and the answer to the handshake.
    let patience: TimeAmount
    let group: any EventLoopGroup

    /// Connects; throws what went wrong and what to do.
    func open() async throws -> Messages {
        let tls = try makeTLS()
        let deadline = HandshakeDeadline()
        let outcome: EventLoopFuture<Outcome>
        do {
            outcome = try await ClientBootstrap(group: group)
                .connectTimeout(patience)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: address.host, port: address.port) { channel in
                    channel.eventLoop.makeCompletedFuture { try prepare(channel, tls, deadline) }
                }
        } catch {
            throw WebSocketError(.handshake, "\(address.name): cannot connect: \(error)")
        }
        do {
            switch try await outcome.get() {
            case .open(let messages): return messages
            case .refused(let head): throw WebSocketRequest.refusal(try await head.get())
            }
        } catch let error as WebSocketError {
            throw WebSocketError(error.code, "\(address.name): \(error.detail)")
        } catch {
            throw WebSocketError(.handshake, "\(address.name): \(explain(error, hasWaited: deadline.isOver))")
        }
    }

    private func explain(_ error: any Error, hasWaited: Bool) -> String {
        if hasWaited { return "no answer to the handshake within \(patience.nanoseconds / 1_000_000_000) s" }
        switch error {
        case let error as NIOHTTPClientUpgradeError:
            return "the answer to the handshake is not one of a WebSocket (\(error)); check url, and proxies on the way"
        case let error as NIOSSLError: return "TLS: \(error); state the server's own authority as tls_ca if it has one"
        case let error as BoringSSLError: return "TLS: \(error)"
        case is ChannelError: return "the server closed the connection during the handshake"
        default: return "handshake: \(error)"
        }
    }

    private func makeTLS() throws(WebSocketError) -> NIOSSLContext? {
        guard address.isSecure else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let certificateAuthority { configuration.trustRoots = .file(certificateAuthority) }
        do { return try NIOSSLContext(configuration: configuration) } catch {
            let file = certificateAuthority.map { "tls_ca \($0)" } ?? "the system's certificates"
            throw WebSocketError(.handshake, "\(file) cannot be read as certificates (PEM): \(error)")
        }
    }

    /// Sets up a new channel; the future tells what the server answered.
    private func prepare(
        _ channel: any Channel, _ tls: NIOSSLContext?, _ deadline: HandshakeDeadline
    ) throws -> EventLoopFuture<Outcome> {
        if let tls {
            let isNumeric = address.host.contains(":") || address.host.allSatisfy { $0.isNumber || $0 == "." }
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: tls, serverHostname: isNumeric ? nil : address.host))
        }
        let upgrader = MessageUpgrader<Outcome> { channel, head in
            channel.eventLoop.makeCompletedFuture { .open(try speak(on: channel, head)) }
        }
        let upgrade = NIOTypedHTTPClientUpgradeConfiguration(upgradeRequestHead: request.head, upgraders: [upgrader]) { channel in
            channel.eventLoop.makeCompletedFuture {
                let refusal = RefusalHandler(channel.eventLoop.makePromise())
                try channel.pipeline.syncOperations.addHandler(refusal)
                return .refused(refusal.head.futureResult)
            }
        }
        var configuration = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: upgrade)
        // Servers that talk first put frames into the segment of their answer.
        configuration.leftOverBytesStrategy = .forwardBytes
        let outcome = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: configuration)
        let waiting = channel.eventLoop.scheduleTask(in: patience) {
            deadline.pass()
            channel.close(promise: nil)
        }
        outcome.whenComplete { result in
            if case .success(.open) = result { waiting.cancel() }
            if case .failure = result { channel.close(promise: nil) }
        }
        channel.closeFuture.whenComplete { _ in waiting.cancel() }
        return outcome
    }

    /// After the 101: holds it against the offer and puts the protocol on the channel.
    private func speak(on channel: any Channel, _ head: HTTPResponseHead) throws -> Messages {
        let agreement = try WebSocketAgreement(head.headers, protocols: request.protocols, compress: request.compress)
        var inflater: MessageInflater?
        if agreement.isCompressed {
            inflater = MessageInflater(forgets: agreement.forgets)
            guard inflater != nil else { throw WebSocketError(.handshake, "no memory to inflate messages; compress: false does without") }
        }
        let assembler = MessageAssembler(limit: messageLimit, inflater: inflater)
        try channel.pipeline.syncOperations.addHandler(WebSocketHandler(assembler: assembler, times: times))
        // A burst is a MiB at most: a few on their way keep the reader busy, and no more is read while it is behind.
        return try Messages(
            wrappingChannelSynchronously: channel,
            configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4)))
    }
}

/// Whether the time for a handshake is over.
private final class HandshakeDeadline: Sendable {
    private let passed = Atomic(false)

    var isOver: Bool { passed.load(ordering: .relaxed) }

    func pass() { passed.store(true, ordering: .relaxed) }
}

/// Upgrades to a protocol of our own in place of the frames of `NIOWebSocket`, which buffer whole frames whatever their length; key and
/// answer are its.
private struct MessageUpgrader<Outcome: Sendable>: NIOTypedHTTPClientProtocolUpgrader {
    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []
    private let key: NIOTypedWebSocketClientUpgrader<Outcome>
    private let start: @Sendable (any Channel, HTTPResponseHead) -> EventLoopFuture<Outcome>

    init(start: @escaping @Sendable (any Channel, HTTPResponseHead) -> EventLoopFuture<Outcome>) {
        self.start = start
        key = NIOTypedWebSocketClientUpgrader(upgradePipelineHandler: start)
    }

    func addCustom(upgradeRequestHeaders: inout HTTPHeaders) { key.addCustom(upgradeRequestHeaders: &upgradeRequestHeaders) }

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool { key.shouldAllowUpgrade(upgradeResponse: upgradeResponse) }

    func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Outcome> { start(channel, upgradeResponse) }
}

/// Takes the head of an answer that is no upgrade, and closes.
private final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    let head: EventLoopPromise<HTTPResponseHead>

    init(_ head: EventLoopPromise<HTTPResponseHead>) { self.head = head }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let answer) = unwrapInboundIn(data) else { return }
        head.succeed(answer)
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        head.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        head.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}
