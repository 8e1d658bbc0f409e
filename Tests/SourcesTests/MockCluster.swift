import CRdKafka

/// A Kafka cluster of one broker in this process, as librdkafka brings it for tests, and a producer for it.
final class MockCluster: @unchecked Sendable {
    private let host: OpaquePointer
    private let cluster: OpaquePointer
    private let producer: OpaquePointer

    /// A cluster with those topics and so many partitions in each.
    init(_ topics: [String: Int32]) throws {
        host = try Self.producer([:])
        guard let cluster = rd_kafka_mock_cluster_new(host, 1) else { throw MockClusterError(text: "no cluster") }
        self.cluster = cluster
        for (topic, partitions) in topics {
            guard rd_kafka_mock_topic_create(cluster, topic, partitions, 1) == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw MockClusterError(text: "no topic \(topic)")
            }
        }
        producer = try Self.producer(["bootstrap.servers": String(cString: rd_kafka_mock_cluster_bootstraps(cluster))])
    }

    deinit {
        rd_kafka_destroy(producer)
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(host)
    }

    /// Where the broker listens.
    var brokers: [String] { [String(cString: rd_kafka_mock_cluster_bootstraps(cluster))] }

    /// Whether the broker answers.
    func setUp(_ isUp: Bool) {
        if isUp { rd_kafka_mock_broker_set_up(cluster, 1) } else { rd_kafka_mock_broker_set_down(cluster, 1) }
    }

    /// Publishes messages in a partition; nil is a message without a value. Returns when the broker has them.
    func publish(_ topic: String, _ partition: Int32, _ texts: [String?]) throws {
        guard let handle = rd_kafka_topic_new(producer, topic, nil) else { throw MockClusterError(text: "no topic \(topic)") }
        defer { rd_kafka_topic_destroy(handle) }
        for text in texts {
            var bytes = Array((text ?? "").utf8)
            let status =
                text == nil
                ? rd_kafka_produce(handle, partition, RD_KAFKA_MSG_F_COPY, nil, 0, nil, 0, nil)
                : rd_kafka_produce(handle, partition, RD_KAFKA_MSG_F_COPY, &bytes, bytes.count, nil, 0, nil)
            guard status == 0 else { throw MockClusterError(text: String(cString: rd_kafka_err2str(rd_kafka_last_error()))) }
        }
        guard rd_kafka_flush(producer, 60_000) == RD_KAFKA_RESP_ERR_NO_ERROR else { throw MockClusterError(text: "not all were taken") }
    }

    private static func producer(_ settings: [String: String]) throws -> OpaquePointer {
        let configuration: OpaquePointer = rd_kafka_conf_new()
        for (name, value) in settings { rd_kafka_conf_set(configuration, name, value, nil, 0) }
        guard let handle = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else { throw MockClusterError(text: "no producer") }
        return handle
    }
}

/// Why the mock cluster does not do what a test asks.
struct MockClusterError: Error { let text: String }
