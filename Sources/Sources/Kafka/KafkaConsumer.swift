import CRdKafka

/// What a poll of a consumer brings.
enum KafkaEvent {
    case message(KafkaMessage)
    /// The group gives us these partitions; ``KafkaConsumer/assign(_:startingAt:)`` is the answer.
    case assigned([KafkaPartition])
    /// The group takes these partitions away; ``KafkaConsumer/release(_:)`` is the answer.
    case revoked([KafkaPartition])
    /// The group, which is being rebalanced, did not take offsets that it was told.
    case untold
    /// Something that the library mends by itself, or that needs no answer.
    case nothing
}

/// A member of a consumer group. All calls must come from one thread.
final class KafkaConsumer {
    private static let textBytes = 512
    /// Milliseconds in which the group's offsets must be had.
    private static let committedMilliseconds: Int32 = 10_000
    /// Faults of single connections, which the library repairs; when all brokers are gone it says so.
    private static let passing = [
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__PARTITION_EOF,
    ]
    private static let refusals = [
        RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
    ]

    /// What a group says that is being rebalanced. Our own cursor is what counts; the group can be told later.
    private static let rebalancing = [
        RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
        RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST, RD_KAFKA_RESP_ERR__WAIT_COORD,
    ]

    private let options: KafkaSourceOptions
    private let handle: OpaquePointer
    private let queue: OpaquePointer
    private var isPaused = false

    /// Makes the consumer and subscribes; the connection comes about in the background.
    init(_ options: KafkaSourceOptions) throws(PeerError) {
        self.options = options
        let configuration = try Self.configuration(options)
        var text = [CChar](repeating: 0, count: Self.textBytes)
        guard let handle = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, &text, text.count) else {
            rd_kafka_conf_destroy(configuration)
            throw PeerError(.misconfigured, "\(options.peer): \(Self.text(text))")
        }
        self.handle = handle
        rd_kafka_poll_set_consumer(handle)
        queue = rd_kafka_queue_get_consumer(handle)
        let topics = rd_kafka_topic_partition_list_new(Int32(options.topics.count))
        defer { rd_kafka_topic_partition_list_destroy(topics) }
        for topic in options.topics { rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA) }
        try check(rd_kafka_subscribe(handle, topics), "does not subscribe to \(options.topics.joined(separator: ", "))")
    }

    deinit {
        rd_kafka_queue_destroy(queue)
        rd_kafka_destroy(handle)
    }

    private static func configuration(_ options: KafkaSourceOptions) throws(PeerError) -> OpaquePointer {
        let configuration: OpaquePointer = rd_kafka_conf_new()
        var settings = [
            "bootstrap.servers": options.brokers.joined(separator: ","), "group.id": options.group, "enable.auto.commit": "false",
            "enable.auto.offset.store": "false", "auto.offset.reset": options.beginsAtOldest ? "earliest" : "latest",
        ]
        let defaults = ["client.id": "petrel", "queued.max.messages.kbytes": "16384"]
        settings.merge(defaults.merging(options.properties) { $1 }) { own, _ in own }
        if let password = options.password { settings["sasl.password"] = password }
        var text = [CChar](repeating: 0, count: textBytes)
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard rd_kafka_conf_set(configuration, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(configuration)
                throw PeerError(.misconfigured, "\(options.peer): \(Self.text(text)); correct it below properties:")
            }
        }
        rd_kafka_conf_set_events(
            configuration, RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_ERROR)
        return configuration
    }

    /// What comes next; nil when nothing has come in that time.
    func poll(milliseconds: Int32) throws(PeerError) -> KafkaEvent? {
        guard let event = rd_kafka_queue_poll(queue, milliseconds) else { return nil }
        defer { rd_kafka_event_destroy(event) }
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_FETCH:
            guard let message = rd_kafka_event_message_next(event)?.pointee else { return .nothing }
            try check(message.err, "cannot be read")
            let topic = message.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
            return .message(KafkaMessage(message, topic: topic, limit: options.maxRecordBytes))
        case RD_KAFKA_EVENT_REBALANCE:
            let partitions = Self.partitions(rd_kafka_event_topic_partition_list(event))
            return rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? .assigned(partitions) : .revoked(partitions)
        case RD_KAFKA_EVENT_OFFSET_COMMIT:
            let code = rd_kafka_event_error(event)
            if Self.passing.contains(code) || code == RD_KAFKA_RESP_ERR__NO_OFFSET { return .nothing }
            return try isTaken(code) ? .nothing : .untold
        case RD_KAFKA_EVENT_ERROR:
            let code = rd_kafka_event_error(event)
            guard !Self.passing.contains(code) else { return .nothing }
            throw failure(code, "reports: \(String(cString: rd_kafka_event_error_string(event)))")
        default: return .nothing
        }
    }

    /// Takes partitions, each from an offset, or from where the group is if that is further on: another member may have had it since.
    func assign(_ partitions: [KafkaPartition], startingAt start: (KafkaPartition) -> Int64?) throws(PeerError) {
        try withList(partitions.map { ($0, 0) }) { list throws(PeerError) in
            let code = rd_kafka_committed(handle, list, Self.committedMilliseconds)
            try check(code, "does not tell the group's offsets")
            for (index, partition) in partitions.enumerated() {
                let told = list.pointee.elems[index].offset
                let start = start(partition)
                list.pointee.elems[index].offset = start.map { max($0, told) } ?? Int64(RD_KAFKA_OFFSET_STORED)
            }
            if isCooperative {
                try check(rd_kafka_incremental_assign(handle, list), "does not assign partitions")
            } else {
                try check(rd_kafka_assign(handle, list), "does not assign partitions")
            }
        }
        isPaused = false
    }

    /// Gives partitions back.
    func release(_ partitions: [KafkaPartition]) throws(PeerError) {
        try withList(partitions.map { ($0, 0) }) { list throws(PeerError) in
            if isCooperative {
                try check(rd_kafka_incremental_unassign(handle, list), "does not release partitions")
            } else {
                try check(rd_kafka_assign(handle, nil), "does not release partitions")
            }
        }
    }

    /// Stops or resumes fetching; polling must go on, or the group takes us for dead.
    func pause(_ isToPause: Bool) throws(PeerError) {
        guard isPaused != isToPause else { return }
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        try check(rd_kafka_assignment(handle, &list), "does not tell its partitions")
        guard let list else { return }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        try check(isToPause ? rd_kafka_pause_partitions(handle, list) : rd_kafka_resume_partitions(handle, list), "does not pause")
        isPaused = isToPause
    }

    /// Tells the group how far we are, for those who look at its lag and for partitions without a cursor.
    ///
    /// Returns whether the group took it; without waiting, ``KafkaEvent/untold`` comes when it did not.
    func tell(_ offsets: [(partition: KafkaPartition, next: Int64)], isWaiting: Bool) throws(PeerError) -> Bool {
        guard !offsets.isEmpty else { return true }
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        try withList(offsets.map { ($0.partition, $0.next) }) { list throws(PeerError) in
            code = rd_kafka_commit(handle, list, isWaiting ? 0 : 1)
        }
        return try isTaken(code)
    }

    private func isTaken(_ code: rd_kafka_resp_err_t) throws(PeerError) -> Bool {
        if Self.rebalancing.contains(code) { return false }
        try check(code, "does not take offsets")
        return true
    }

    /// Leaves the group.
    func close() throws(PeerError) { try check(rd_kafka_consumer_close(handle), "does not let us leave the group") }

    private var isCooperative: Bool { rd_kafka_rebalance_protocol(handle).map { String(cString: $0) } == "COOPERATIVE" }

    // MARK: Lists and errors of the library

    private static func partitions(_ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> [KafkaPartition] {
        guard let list, let elements = list.pointee.elems else { return [] }
        return (0..<Int(list.pointee.cnt)).map {
            KafkaPartition(topic: String(cString: elements[$0].topic), number: elements[$0].partition)
        }
    }

    private func withList(
        _ offsets: [(KafkaPartition, Int64)],
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws(PeerError) -> Void
    ) throws(PeerError) {
        guard let list = rd_kafka_topic_partition_list_new(Int32(offsets.count)) else { return }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for (partition, offset) in offsets {
            rd_kafka_topic_partition_list_add(list, partition.topic, partition.number)?.pointee.offset = offset
        }
        try body(list)
    }

    private func check(_ code: rd_kafka_resp_err_t, _ what: String) throws(PeerError) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw failure(code, "\(what): \(String(cString: rd_kafka_err2str(code)))")
    }

    /// The library's own error objects, which say success by being absent.
    private func check(_ error: OpaquePointer?, _ what: String) throws(PeerError) {
        guard let error else { return }
        defer { rd_kafka_error_destroy(error) }
        throw failure(rd_kafka_error_code(error), "\(what): \(String(cString: rd_kafka_error_string(error)))")
    }

    private func failure(_ code: rd_kafka_resp_err_t, _ what: String) -> PeerError {
        if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN {
            return PeerError(.unreachable, "\(options.peer) \(what); check brokers: and that they run")
        }
        return Self.refusals.contains(code)
            ? PeerError(.refused, "\(options.peer) \(what); check topics, properties and what the user may do")
            : PeerError(.lost, "\(options.peer) \(what)")
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
