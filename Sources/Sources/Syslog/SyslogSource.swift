public import Model
import Wire

/// Receives syslog over UDP, TCP and TLS.
///
/// Acquires and frames; the formats decode. Nothing is acknowledged in syslog, so what was received but not committed is lost with a kill.
public struct SyslogSource: Source {
    let options: SyslogSourceOptions
    let now: @Sendable () -> Timestamp
    let onBound: @Sendable (SyslogSourceOptions.Transport, Int) -> Void
    let onNotice: @Sendable (String) -> Void

    /// A source with those options; `onBound` is told each port on which it listens.
    public init(
        _ options: SyslogSourceOptions, now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() },
        onBound: @escaping @Sendable (_ transport: SyslogSourceOptions.Transport, _ port: Int) -> Void = { _, _ in },
        onNotice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.options = options
        self.now = now
        self.onBound = onBound
        self.onNotice = onNotice
    }

    /// Listens until the task is cancelled, and ends when what was accepted is durable.
    public func run(into intake: any Intake) async throws {
        let notices = NoticeLimiter(now: now, onNotice: onNotice)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for transport in options.transports {
                switch transport {
                case .udp: group.addTask { try await receive(into: intake, notices) }
                case .tcp, .tls: group.addTask { try await accept(transport, into: intake, notices) }
                }
            }
            // The first that fails ends the others.
            try await group.waitForAll()
        }
    }

    // MARK: Datagrams

    private func receive(into intake: any Intake, _ notices: NoticeLimiter) async throws {
        let socket = try DatagramSocket.udp(options.listen, bufferBytes: options.receiveBufferBytes)
        let receiver = DatagramReceiver(socket, allow: options.allow)
        receiver.start()
        defer { receiver.cancel() }
        var router = SyslogRouter(options, name: "udp \(options.listen)", intake: intake, now: now)
        try await router.open()
        onBound(.udp, socket.port)
        if socket.dropped == nil { onNotice("udp \(options.listen): this system does not tell how many datagrams it drops") }
        while let run = try await receiver.take() {
            if run.dropped > 0 {
                notices.tell(
                    "dropped",
                    "udp \(options.listen): the kernel dropped \(run.dropped) datagrams, because they came faster than they were stored; raise receive_buffer and net.core.rmem_max"
                )
            }
            if run.refused > 0 {
                notices.tell(
                    "refused", "udp \(options.listen): refused \(run.refused) datagrams from addresses not in the networks of allow")
            }
            try await router.accept(shed: run.dropped, refused: run.refused)
            try await router.route(bytes: run.bytes, records: run.records, oversized: oversized(run)) { run.peers[$0].address }
        }
        try await router.drain()
    }

    /// Datagrams longer than the limit.
    private func oversized(_ run: DatagramRun) -> [Int: UInt64] {
        var oversized: [Int: UInt64] = [:]
        for (index, range) in run.records.enumerated() where range.count > options.maxRecordBytes { oversized[index] = UInt64(range.count) }
        return oversized
    }

    // MARK: Connections

    private func accept(_ transport: SyslogSourceOptions.Transport, into intake: any Intake, _ notices: NoticeLimiter) async throws {
        let listener = ConnectionListener(
            place: .address(options.listen), limits: ConnectionLimits(connections: options.maxConnections, idle: options.idleTimeout),
            allow: options.allow, tls: transport == .tls ? try options.tls?.context() : nil, notices: notices)
        // Shows the source as live before the first message.
        var router = SyslogRouter(options, name: "\(transport.rawValue) \(options.listen)", intake: intake, now: now)
        try await router.open()
        try await listener.run(onBound: { onBound(transport, $0) }) { connection in
            try await serve(connection, transport, into: intake)
        }
    }

    private func serve(_ connection: PeerConnection, _ transport: SyslogSourceOptions.Transport, into intake: any Intake) async throws {
        var router = SyslogRouter(options, name: "\(transport.rawValue) \(options.listen)", intake: intake, now: now)
        var framer = SyslogFramer(maxRecordBytes: options.maxRecordBytes)
        while let bytes = await connection.read() {
            let run = framer.take(bytes)
            try await router.route(bytes: run.bytes, records: run.records, oversized: run.oversized) { _ in connection.peer }
        }
        let last = framer.take([], isFinal: true)
        try await router.route(bytes: last.bytes, records: last.records, oversized: last.oversized) { _ in connection.peer }
        try await router.drain()
    }
}
