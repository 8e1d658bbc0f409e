/// From which topics the `kafka` source consumes, and how.
public struct KafkaSourceOptions: Sendable {
    /// Hosts of the cluster to begin with, each with its port.
    public var brokers: [String]
    /// Topics; one that begins with `^` is a pattern.
    public var topics: [String]
    /// The consumer group, within which every partition has one consumer.
    public var group: String
    /// Whether a partition without any position begins at its oldest message; else with what comes from now on.
    public var beginsAtOldest = true
    /// Settings of librdkafka by name, e.g. `security.protocol`.
    public var properties: [String: String] = [:]
    /// Formats by topic; a name that ends in `*` stands for all that begin so. Others are recognised by their content.
    public var formats: [String: String] = [:]
    /// The longest message in bytes; longer ones are dead-lettered as `too_long`.
    public var maxRecordBytes = 1 << 20

    /// Settings that the source makes itself.
    public static let ownProperties: Set<String> = [
        "bootstrap.servers", "metadata.broker.list", "group.id", "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store",
        "auto.offset.reset", "sasl.password",
    ]

    /// The password for SASL; nil when there is none.
    public var password: String?

    /// Options for topics of a cluster.
    public init(brokers: [String], topics: [String], group: String) {
        self.brokers = brokers
        self.topics = topics
        self.group = group
    }

    /// For people: the cluster.
    var peer: String { "kafka \(brokers.first ?? "")" }
}
