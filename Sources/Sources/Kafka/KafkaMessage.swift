import CRdKafka

/// A message of a partition.
struct KafkaMessage: Sendable {
    let partition: KafkaPartition
    let offset: Int64
    /// The value; of one that is longer than the limit only the beginning.
    let payload: [UInt8]
    /// Bytes of the whole value.
    let length: UInt64

    init(_ message: rd_kafka_message_t, topic: String, limit: Int, keptOfOversized: Int = 4096) {
        partition = KafkaPartition(topic: topic, number: message.partition)
        offset = message.offset
        length = UInt64(message.len)
        let kept = message.len > limit ? min(message.len, keptOfOversized) : message.len
        payload = Array(UnsafeRawBufferPointer(start: message.payload, count: message.payload == nil ? 0 : kept))
    }

    /// The message for its lane.
    var message: Message {
        var message = Message(stream: partition.stream, subject: partition.topic, payload: payload, length: length)
        message.identity = KafkaPosition.identity(next: offset + 1)
        return message
    }
}
