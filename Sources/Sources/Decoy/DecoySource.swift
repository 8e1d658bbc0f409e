public import Model

/// How a `decoy` source behaves.
public struct DecoySourceOptions: Sendable {
    /// The address on which all services listen; its port does not count.
    public var listen: ListenAddress
    /// The services and their ports.
    public var ports: [DecoyPort]
    /// The networks that are talked to.
    public var allow: AllowList
    /// The sensor's name.
    public var sensor: String?
    /// Connections at a time, of all services together.
    public var maxConnections: Int
    /// Connections at a time from one address.
    public var maxConnectionsPerAddress: Int
    /// Bytes that a client may send in a conversation.
    public var maximumBytes: Int
    /// How long a client may say nothing.
    public var idleTimeout: Duration
    /// How long a conversation may last.
    public var maximumTime: Duration

    /// Options with the given parts.
    public init(
        listen: ListenAddress, ports: [DecoyPort], allow: AllowList = .any, sensor: String? = nil, maxConnections: Int = 256,
        maxConnectionsPerAddress: Int = 16, maximumBytes: Int = 65_536, idleTimeout: Duration = .seconds(15),
        maximumTime: Duration = .seconds(60)
    ) {
        self.listen = listen
        self.ports = ports
        self.allow = allow
        self.sensor = sensor
        self.maxConnections = maxConnections
        self.maxConnectionsPerAddress = maxConnectionsPerAddress
        self.maximumBytes = maximumBytes
        self.idleTimeout = idleTimeout
        self.maximumTime = maximumTime
    }
}

/// A sensor of low interaction: speaks just enough of some protocols to learn who comes and what they try.
///
/// Nothing that comes is executed, stored as a file, opened or looked up, and no connection is made. Every conversation becomes one record
/// of the format `decoy` when it ends.
public struct DecoySource: Source {
    let options: DecoySourceOptions
    let now: @Sendable () -> Timestamp
    let onBound: @Sendable (DecoyService, Int) -> Void
    let onNotice: @Sendable (String) -> Void

    /// A source with those options; `onBound` is told the port of each service.
    public init(
        _ options: DecoySourceOptions, now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() },
        onBound: @escaping @Sendable (_ service: DecoyService, _ port: Int) -> Void = { _, _ in },
        onNotice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.options = options
        self.now = now
        self.onBound = onBound
        self.onNotice = onNotice
    }

    /// Listens until the task is cancelled. Conversations that are under way then end and are kept as far as they went.
    public func run(into intake: any Intake) async throws {
        let lane = try await intake.open(StreamDescription(id: "", name: "decoy \(options.listen.host)", format: "decoy"))
        let collector = DecoyCollector(lane, sensor: options.sensor, now: now)
        let notices = NoticeLimiter(now: now, onNotice: onNotice)
        let counts = ConnectionCounts()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for port in options.ports {
                group.addTask {
                    if port.service.isDatagram {
                        try await receive(port, collector, notices)
                    } else {
                        try await accept(port, collector, counts, notices)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await collector.drain()
    }

    private func place(_ port: DecoyPort) -> ListenAddress {
        var place = options.listen
        place.port = port.port
        return place
    }

    private static func random() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    // MARK: Connections

    private func accept(
        _ port: DecoyPort, _ collector: DecoyCollector, _ counts: ConnectionCounts, _ notices: NoticeLimiter
    ) async throws {
        let listener = ConnectionListener(
            place: .address(place(port)),
            limits: ConnectionLimits(
                connections: options.maxConnections, connectionsPerAddress: options.maxConnectionsPerAddress, idle: options.idleTimeout,
                lifetime: options.maximumTime, inboxBytes: min(options.maximumBytes, 65_536)),
            allow: options.allow, tls: nil, notices: notices, tellsBroken: false, counts: counts)
        try await listener.run(onBound: { onBound(port.service, $0) }) { connection in
            try await serve(connection, port.service, collector)
        }
    }

    private func serve(_ connection: PeerConnection, _ service: DecoyService, _ collector: DecoyCollector) async throws {
        var conversation = DecoyConversation(service, at: now(), maximumBytes: options.maximumBytes, random: Self.random())
        let opening = conversation.open()
        if !opening.isEmpty { await connection.write(opening) }
        while !conversation.isOver, let bytes = await connection.read() {
            let answer = conversation.receive(bytes, at: now())
            if !answer.isEmpty { await connection.write(answer) }
        }
        let end = connection.end ?? .closed
        connection.close()
        let endpoints = DecoyConversation.Endpoints(
            peer: connection.peer, peerPort: connection.peerPort, local: connection.local, localPort: connection.localPort)
        try await collector.add([conversation.record(endpoints, end: end, at: now())])
    }

    // MARK: Datagrams

    private func receive(_ port: DecoyPort, _ collector: DecoyCollector, _ notices: NoticeLimiter) async throws {
        let socket = try DatagramSocket.udp(place(port), bufferBytes: 1 << 20)
        let receiver = DatagramReceiver(socket, allow: options.allow)
        receiver.start()
        defer { receiver.cancel() }
        onBound(port.service, socket.port)
        var budget = DecoyBudget()
        while let run = try await receiver.take() {
            let time = now()
            let records = zip(run.records, run.peers).map { range, peer in
                var conversation = DecoyConversation(port.service, at: time, maximumBytes: options.maximumBytes, random: Self.random())
                let answer = conversation.receive(Array(run.bytes[range]), at: time)
                // An answer is never longer than the request, and an address that is asked for often gets none: it may be forged.
                if !answer.isEmpty, answer.count <= range.count, budget.allows(peer.address, at: time) {
                    socket.send(answer, to: peer, isIPv6: options.listen.isIPv6)
                }
                let endpoints = DecoyConversation.Endpoints(
                    peer: peer.address, peerPort: peer.port, local: options.listen.address, localPort: socket.port)
                return conversation.record(endpoints, end: .closed, at: time)
            }
            if run.dropped > 0 { notices.tell("dropped", "\(port.service.rawValue): the kernel dropped \(run.dropped) datagrams") }
            try await collector.add(records, shed: run.dropped, refused: run.refused)
        }
    }
}

/// How many datagrams each address is answered.
struct DecoyBudget: Sendable {
    /// Answers to one address a minute.
    static let answers = 10
    /// Addresses that are remembered; with more of them in a minute nobody is answered any more.
    static let addresses = 4096

    private var minute: Int64 = 0
    private var given: [IPAddress: Int] = [:]

    /// Whether the address may have one more answer.
    mutating func allows(_ address: IPAddress?, at time: Timestamp) -> Bool {
        guard let address else { return false }
        if time.minute != minute {
            minute = time.minute
            given = [:]
        }
        let count = given[address] ?? 0
        guard count < Self.answers, count > 0 || given.count < Self.addresses else { return false }
        given[address] = count + 1
        return true
    }
}
