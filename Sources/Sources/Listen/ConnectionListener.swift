import Model
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Where connections are accepted.
enum ListenPlace: Sendable, CustomStringConvertible {
    case address(ListenAddress)
    /// A socket in the file system.
    case path(String)

    var description: String {
        switch self {
        case .address(let address): address.description
        case .path(let path): path
        }
    }
}

/// What a listener grants its peers.
struct ConnectionLimits: Sendable {
    /// Connections at a time.
    var connections: Int
    /// Connections at a time from one address.
    var connectionsPerAddress = Int.max
    /// How long a peer may say nothing; nil for ever.
    var idle: Duration?
    /// How long a connection may last; nil for ever.
    var lifetime: Duration?
    /// Bytes of a connection that wait before its socket is no longer read.
    var inboxBytes = 65_536
}

/// Accepts connections and serves each in a task of its own.
struct ConnectionListener: Sendable {
    /// Bytes of a connection that the kernel may hold; Linux grants twice as many, for its own records.
    static let kernelBytes = 256 << 10

    let place: ListenPlace
    let limits: ConnectionLimits
    let allow: AllowList
    let tls: NIOSSLContext?
    /// Told of refused peers and broken connections.
    let notices: NoticeLimiter
    /// Whether broken connections are told of.
    var tellsBroken = true
    /// What is open; listeners that share it share their limits.
    var counts = ConnectionCounts()

    /// Accepts until the task is cancelled or `serve` throws; connections are closed when their `serve` returns.
    ///
    /// - Parameter onBound: told the port once the listener listens.
    func run(onBound: @Sendable (Int) async throws -> Void, serve: @escaping @Sendable (PeerConnection) async throws -> Void) async throws {
        let counts = counts
        let (accepted, continuation) = AsyncStream<PeerConnection>.makeStream()
        let server = try await bind { channel in
            guard admit(channel, counts) else { return channel.close() }
            let peer = channel.remoteAddress?.ip
            channel.closeFuture.whenComplete { _ in counts.release(channel, peer) }
            let connection = PeerConnection(channel: channel, inboxBytes: limits.inboxBytes)
            do {
                if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                if let idle = limits.idle {
                    try channel.pipeline.syncOperations.addHandler(IdleStateHandler(readTimeout: TimeAmount(idle)))
                }
                try channel.pipeline.syncOperations.addHandler(InboxHandler(connection))
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
            if let lifetime = limits.lifetime {
                let task = channel.eventLoop.scheduleTask(in: TimeAmount(lifetime)) { connection.close(as: .lifetime) }
                channel.closeFuture.whenComplete { _ in task.cancel() }
            }
            continuation.yield(connection)
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        defer {
            server.close(promise: nil)
            continuation.finish()
            // Those, too, that were accepted and are not served yet.
            counts.closeAll()
        }
        try await onBound(server.localAddress?.port ?? 0)
        try await withThrowingDiscardingTaskGroup { group in
            for await connection in accepted {
                group.addTask {
                    defer { connection.close() }
                    do {
                        try await serve(connection)
                    } catch {
                        // The group only cancels its other tasks: the loop that accepts must end, too.
                        continuation.finish()
                        throw error
                    }
                    if tellsBroken, case .failed(let why) = connection.end {
                        notices.tell("broken", "\(place): \(connection.name): \(why)")
                    }
                }
            }
            // Only cancellation ends the stream: the connections that are left are told so.
            server.close(promise: nil)
            group.cancelAll()
        }
    }

    private func bind(_ initialise: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>) async throws -> any Channel {
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(ChannelOptions.backlog, value: 512)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            // What the kernel holds comes at once when a peer closes, whether or not its connection is being read.
            .serverChannelOption(ChannelOptions.socketOption(.so_rcvbuf), value: Self.kernelBytes)
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            // One read at a time, so that reading stops as soon as it must.
            .childChannelOption(ChannelOptions.maxMessagesPerRead, value: 1)
            .childChannelInitializer(initialise)
        do {
            switch place {
            case .address(let address):
                return
                    try await bootstrap
                    .childChannelOption(ChannelOptions.socketOption(.so_keepalive), value: 1)
                    .bind(host: address.host, port: address.port).get()
            case .path(let path):
                return try await bootstrap.bind(unixDomainSocketPath: path).get()
            }
        } catch {
            throw ListenError(.unavailable, option: "listen", "\(place) cannot be used: \(error); is it in use, or are rights missing?")
        }
    }

    private func admit(_ channel: any Channel, _ counts: ConnectionCounts) -> Bool {
        let peer = channel.remoteAddress?.ip
        let name = peer.map { "\($0)" } ?? "a peer"
        guard allow.allows(peer) else {
            notices.tell("refused", "\(place): refused \(name), which is not in the networks of allow")
            return false
        }
        guard counts.admit(channel, peer, limits) else {
            notices.tell("full", "\(place): refused \(name): as many connections as are allowed are open")
            return false
        }
        return true
    }
}

/// How many connections are open.
final class ConnectionCounts: Sendable {
    private struct State {
        var open: [ObjectIdentifier: any Channel] = [:]
        var byAddress: [IPAddress: Int] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Counts one more, where the limits allow it.
    func admit(_ channel: any Channel, _ peer: IPAddress?, _ limits: ConnectionLimits) -> Bool {
        state.withLock { state in
            let same = peer.map { state.byAddress[$0, default: 0] } ?? 0
            guard !state.isClosed, state.open.count < limits.connections, same < limits.connectionsPerAddress else { return false }
            state.open[ObjectIdentifier(channel)] = channel
            if let peer { state.byAddress[peer] = same + 1 }
            return true
        }
    }

    func release(_ channel: any Channel, _ peer: IPAddress?) {
        state.withLock { state in
            guard state.open.removeValue(forKey: ObjectIdentifier(channel)) != nil else { return }
            guard let peer, let same = state.byAddress[peer] else { return }
            state.byAddress[peer] = same > 1 ? same - 1 : nil
        }
    }

    /// Closes every connection, and lets no more in.
    func closeAll() {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.open.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue + attoseconds / 1_000_000_000)
    }
}
