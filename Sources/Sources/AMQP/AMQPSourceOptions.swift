/// From which queue the `amqp` source consumes, and how.
public struct AMQPSourceOptions: Sendable {
    /// What to do with the queue before consuming from it.
    public enum Declaration: Sendable, Equatable {
        /// Nothing: it must be there.
        case none
        /// Make it when it is not there: durable, of that type (`classic`, `quorum`), bound to the exchange by each key.
        case durable(type: String, exchange: String?, routingKeys: [String])
    }

    /// Certificates and key for TLS, as paths of PEM files.
    public struct TLS: Sendable, Equatable {
        /// The authorities to trust; nil trusts those of Debian's `ca-certificates`.
        public var authorities: String?
        /// The client's own certificate, for brokers that ask for one.
        public var certificate: String?
        /// The key of the client's certificate.
        public var key: String?

        /// TLS with the given files.
        public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
            self.authorities = authorities
            self.certificate = certificate
            self.key = key
        }
    }

    /// Host of the broker.
    public var host: String
    /// Port of the broker.
    public var port: Int
    /// The virtual host.
    public var virtualHost: String
    /// The user.
    public var user: String
    /// The user's password.
    public var password: String
    /// How the connection is secured; nil not at all.
    public var tls: TLS?
    /// The queue.
    public var queue: String
    /// What to do with the queue first.
    public var declaration = Declaration.none
    /// Most messages that the broker sends without an acknowledgement.
    public var prefetch = 1000
    /// Seconds between heartbeats; a connection that is silent for twice as long is given up.
    public var heartbeatSeconds = 30
    /// Formats by routing key; a key that ends in `*` stands for all that begin so. Others are recognised by their content.
    public var formats: [String: String] = [:]
    /// Whether each routing key is a stream of its own; else the queue is one, as where the source's format is stated.
    public var separatesRoutingKeys = true
    /// The longest message in bytes; longer ones are dead-lettered as `too_long`.
    public var maxRecordBytes = 1 << 20

    /// Options for a queue.
    public init(
        host: String, port: Int = 5672, virtualHost: String = "/", user: String = "guest", password: String = "guest", queue: String
    ) {
        self.host = host
        self.port = port
        self.virtualHost = virtualHost
        self.user = user
        self.password = password
        self.queue = queue
    }

    /// For people: the broker and the queue.
    var peer: String { "amqp \(host):\(port) \(queue)" }
}
