public import Model
import NIOCore
import NIOPosix
import Wire

/// What the `hpfeeds` source subscribes to, and where.
public struct HPFeedsSourceOptions: Sendable {
    /// Host of the broker.
    public var host: String
    /// Port of the broker.
    public var port: Int
    /// Whether the connection is secured by TLS.
    public var usesTLS: Bool
    /// Certificates of the authorities to trust, in PEM form; nil trusts the system's.
    public var authorities: String?
    /// The name under which the broker knows the subscriber.
    public var ident: String
    /// The secret that goes with the name.
    public var secret: String
    /// The channels, e.g. `cowrie.sessions`.
    public var channels: [String]
    /// Formats by channel; a name that ends in `*` stands for all that begin so. Other channels are recognised by their content.
    public var formats: [String: String]
    /// The longest payload in bytes; longer ones are dead-lettered as `too_long`.
    public var maxRecordBytes: Int
    /// How long the broker may be silent; nil for ever.
    public var idleTimeout: Duration?

    /// Options with the given parts.
    public init(
        host: String, port: Int = 10_000, usesTLS: Bool = false, authorities: String? = nil, ident: String, secret: String,
        channels: [String], formats: [String: String] = [:], maxRecordBytes: Int = 1 << 20, idleTimeout: Duration? = nil
    ) {
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
        self.authorities = authorities
        self.ident = ident
        self.secret = secret
        self.channels = channels
        self.formats = formats
        self.maxRecordBytes = maxRecordBytes
        self.idleTimeout = idleTimeout
    }

    /// For people: the broker.
    var peer: String { "hpfeeds \(host):\(port)" }
}

/// Subscribes to channels of an hpfeeds broker.
///
/// The protocol keeps nothing and acknowledges nothing: what is published while there is no connection never comes. The publisher's ident is
/// the sensor.
public struct HPFeedsSource: Source {
    /// How long a connection may take.
    private static let connectTimeout = TimeAmount.seconds(10)

    let options: HPFeedsSourceOptions
    let now: @Sendable () -> Timestamp

    /// A source with the given options; the clock is replaced in tests.
    public init(_ options: HPFeedsSourceOptions, now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }) {
        self.options = options
        self.now = now
    }

    /// Runs until the connection ends, which is an error, or the task is cancelled.
    public func run(into intake: any Intake) async throws {
        let channel = try await connect()
        try await channel.executeThenClose { inbound, outbound in
            var lanes = MessageLanes(intake: intake, peer: options.peer, formats: options.formats, now: now)
            var window = TicketWindow()
            do {
                try await receive(inbound, outbound, &lanes, &window)
            } catch {
                try await window.drain()
                throw PeerTLS.failure(error, of: options.peer, host: options.host) ?? error
            }
            try await window.drain()
            if Task.isCancelled { throw CancellationError() }
            throw PeerError(.lost, "\(options.peer) closed the connection")
        }
    }

    private func receive(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        _ lanes: inout MessageLanes, _ window: inout TicketWindow
    ) async throws {
        var reader = HPFeedsReader(maxPayloadBytes: options.maxRecordBytes)
        var session = HPFeedsSession(options)
        for try await buffer in inbound {
            reader.push(buffer.readableBytesView)
            var messages: [Message] = []
            do {
                while let message = try next(&reader) {
                    switch try session.receive(message) {
                    case .greet(let bytes):
                        try await outbound.write(ByteBuffer(bytes: bytes))
                        try await lanes.connect()
                    case .deliver(let message): messages.append(message)
                    }
                }
            } catch {
                // What came before the fault is whole.
                for ticket in try await lanes.deliver(messages) { try await window.add(ticket) }
                throw error
            }
            for ticket in try await lanes.deliver(messages) { try await window.add(ticket) }
        }
    }

    private func next(_ reader: inout HPFeedsReader) throws(PeerError) -> HPFeedsMessage? {
        do {
            return try reader.next()
        } catch {
            throw PeerError(.protocolViolation, "\(options.peer) sends \(error.description); check the address")
        }
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let tls = options.usesTLS ? try PeerTLS(authorities: options.authorities) : nil
        let options = options
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(Self.connectTimeout)
            .channelOption(.socketOption(.so_keepalive), value: 1)
        do {
            return try await bootstrap.connect(host: options.host, port: options.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(tls.handler(host: options.host)) }
                    if let silence = options.idleTimeout {
                        let error = PeerError(.idle, "\(options.peer) has sent nothing for \(silence); idle_timeout allows no more")
                        try pipeline.addHandler(IdleWatch(timeout: TimeAmount(silence), error: error))
                    }
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        } catch let error as PeerError {
            throw error
        } catch {
            throw PeerError(.unreachable, "\(options.peer) cannot be reached: \(error); check the address and that the broker runs")
        }
    }
}
