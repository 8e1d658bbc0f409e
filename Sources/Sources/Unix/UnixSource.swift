public import Model
import Wire

/// How a `unix` source listens.
public struct UnixSourceOptions: Sendable {
    /// The kinds of sockets.
    public enum Socket: String, Sendable, CaseIterable { case stream, datagram }

    /// Where the socket lies.
    public var path: String
    /// What it carries: connections whose bytes are framed by the format, or datagrams of one record each.
    public var socket: Socket
    /// The permissions of the socket file; nil leaves them to the process.
    public var mode: UInt32?
    /// To whom the socket file is given; nil leaves it as it is.
    public var owner: SocketOwner?
    /// The format's name; nil detects it from the first record.
    public var format: String?
    /// The sensor of records that do not name theirs.
    public var sensor: String?
    /// The longest record in bytes.
    public var maxRecordBytes: Int
    /// Connections at a time.
    public var maxConnections: Int

    /// Options with the given parts.
    public init(
        path: String, socket: Socket = .stream, mode: UInt32? = nil, owner: SocketOwner? = nil, format: String? = nil,
        sensor: String? = nil, maxRecordBytes: Int = 1 << 20, maxConnections: Int = 64
    ) {
        self.path = path
        self.socket = socket
        self.mode = mode
        self.owner = owner
        self.format = format
        self.sensor = sensor
        self.maxRecordBytes = maxRecordBytes
        self.maxConnections = maxConnections
    }
}

/// Receives records over a local socket from programs of this machine.
///
/// Nothing is acknowledged, so what was received but not committed is lost with a kill. A sender that is faster than the journal is held
/// back by the socket.
public struct UnixSource: Source {
    private static let headBytes = 65_536

    let options: UnixSourceOptions
    let now: @Sendable () -> Timestamp
    let onBound: @Sendable () -> Void
    let onNotice: @Sendable (String) -> Void

    /// A source with those options; `onBound` is told when it listens.
    public init(
        _ options: UnixSourceOptions, now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() },
        onBound: @escaping @Sendable () -> Void = {}, onNotice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.options = options
        self.now = now
        self.onBound = onBound
        self.onNotice = onNotice
    }

    /// Listens until the task is cancelled, and ends when what was accepted is durable. The socket file is then removed.
    public func run(into intake: any Intake) async throws {
        try UnixPath.clear(options.path, isDatagram: options.socket == .datagram)
        switch options.socket {
        case .stream: try await accept(into: intake)
        case .datagram: try await receive(into: intake)
        }
    }

    private func accept(into intake: any Intake) async throws {
        let notices = NoticeLimiter(now: now, onNotice: onNotice)
        let listener = ConnectionListener(
            place: .path(options.path), limits: ConnectionLimits(connections: options.maxConnections), allow: .any, tls: nil,
            notices: notices)
        defer { UnixPath.remove(options.path) }
        try await listener.run(
            onBound: { _ in
                try UnixPath.protect(options.path, mode: options.mode, owner: options.owner)
                onBound()
            },
            serve: { connection in
                do {
                    try await serve(connection, into: intake)
                } catch let error as IntakeError where error.code == .unknownFormat {
                    notices.tell("format", "connection closed: \(error.detail)")
                }
            })
    }

    private func serve(_ connection: PeerConnection, into intake: any Intake) async throws {
        var head: [UInt8] = []
        while !head.contains(10), head.count < Self.headBytes, let bytes = await connection.read() { head += bytes }
        guard !head.isEmpty else { return }
        let lane = try await intake.open(StreamDescription(id: "", name: options.path, head: Array(head.prefix(Self.headBytes))))
        var feeder = LaneFeeder(
            lane: lane, framer: Framer(framing: lane.framing, maxRecordBytes: options.maxRecordBytes), batchRecords: 5000,
            sensor: options.sensor, now: now)
        try await feeder.push(head)
        while let bytes = await connection.read() { try await feeder.push(bytes) }
        try await feeder.finishWithCut()
    }

    private func receive(into intake: any Intake) async throws {
        let socket = try DatagramSocket.unix(options.path, bufferBytes: 1 << 20)
        let receiver = DatagramReceiver(socket, allow: .any)
        receiver.start()
        defer {
            receiver.cancel()
            UnixPath.remove(options.path)
        }
        try UnixPath.protect(options.path, mode: options.mode, owner: options.owner)
        onBound()
        var lane: (any Lane)?
        var window = TicketWindow()
        var offset: UInt64 = 0
        while let run = try await receiver.take() {
            guard let first = run.records.first else { continue }
            let open =
                if let lane { lane } else {
                    try await intake.open(
                        StreamDescription(id: "", name: options.path, head: Array(run.bytes[first].prefix(Self.headBytes))))
                }
            lane = open
            try await window.add(try await open.accept(batch(run, offset)))
            offset += UInt64(run.bytes.count)
        }
        try await window.drain()
    }

    private func batch(_ run: DatagramRun, _ offset: UInt64) -> RawBatch {
        var records = run.records
        var oversized: [Int: UInt64] = [:]
        for (index, range) in records.enumerated() where range.count > options.maxRecordBytes {
            oversized[index] = UInt64(range.count)
            records[index] = range.lowerBound..<range.lowerBound + min(range.count, Framer.keptOfOversized)
        }
        return RawBatch(
            bytes: run.bytes, records: records, startOffset: offset, endOffset: offset + UInt64(run.bytes.count), oversized: oversized,
            arrival: now(), sensor: options.sensor)
    }
}
