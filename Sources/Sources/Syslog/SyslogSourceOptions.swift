/// How a `syslog` source listens.
public struct SyslogSourceOptions: Sendable {
    /// A way by which messages come.
    public enum Transport: String, Sendable, CaseIterable { case udp, tcp, tls }
    /// Which name a sensor has.
    public enum SensorName: String, Sendable, CaseIterable {
        /// The host that the message's header names, else the peer's address.
        case header
        /// The peer's address, whatever the header says.
        case peer
    }

    /// Where it listens.
    public var listen: ListenAddress
    /// The ways; UDP and a connection may have the same port.
    public var transports: [Transport]
    /// The networks from which messages are taken.
    public var allow: AllowList
    /// The certificate for ``Transport/tls``.
    public var tls: ServerTLS?
    /// The format's name; nil recognises every message by itself.
    public var format: String?
    /// The sensor of every message; nil goes by ``sensorFrom``.
    public var sensor: String?
    /// Which name sensors have.
    public var sensorFrom: SensorName
    /// Whether only what stands behind the header is handed on, for formats that do not know syslog's headers.
    public var stripsHeader: Bool
    /// The longest message in bytes.
    public var maxRecordBytes: Int
    /// Connections at a time.
    public var maxConnections: Int
    /// After how long a silent connection is closed.
    public var idleTimeout: Duration
    /// Bytes that the kernel keeps of UDP while Petrel is busy.
    public var receiveBufferBytes: Int
    /// Senders whose state is kept.
    public var maxSenders: Int

    /// Options with the given parts. Throws ``ListenError`` for those that contradict each other.
    public init(
        listen: ListenAddress, transports: [Transport] = [.udp, .tcp], allow: AllowList = .any, tls: ServerTLS? = nil,
        format: String? = nil, sensor: String? = nil, sensorFrom: SensorName = .header, stripsHeader: Bool = false,
        maxRecordBytes: Int = 1 << 20, maxConnections: Int = 1024, idleTimeout: Duration = .seconds(86_400),
        receiveBufferBytes: Int = 8 << 20, maxSenders: Int = 4096
    ) throws(ListenError) {
        if transports.isEmpty { throw ListenError(.badOption, option: "transports", "names none; write udp, tcp or tls") }
        if transports.contains(.tcp), transports.contains(.tls) {
            throw ListenError(.badOption, option: "transports", "tcp and tls cannot have the same port; give tls a source of its own")
        }
        if transports.contains(.tls), tls == nil {
            throw ListenError(.badOption, option: "transports", "tls needs tls_certificate and tls_key")
        }
        self.listen = listen
        self.transports = transports
        self.allow = allow
        self.tls = tls
        self.format = format
        self.sensor = sensor
        self.sensorFrom = sensorFrom
        self.stripsHeader = stripsHeader
        self.maxRecordBytes = maxRecordBytes
        self.maxConnections = maxConnections
        self.idleTimeout = idleTimeout
        self.receiveBufferBytes = receiveBufferBytes
        self.maxSenders = max(1, maxSenders)
    }
}
