import Formats

/// One message of a peer, on its way to the lane of its stream.
struct Message: Equatable, Sendable {
    /// The stream to which it belongs, as the peer names it: a channel, a routing key, a partition of a topic.
    var stream: String
    /// By what its format is chosen: the stream, but for streams that are parts of something.
    var subject: String
    /// The payload, which is one record; of one that is longer than the limit only the beginning.
    var payload: [UInt8]
    /// Bytes of the whole payload.
    var length: UInt64
    /// The sensor, where the peer tells.
    var sensor: String?
    /// The sender's own key, by which a repetition is recognised.
    var key: String?
    /// The peer's position behind the message (``RawBatch/identity``).
    var identity: [UInt8] = []
    /// Why it is no record at all.
    var refusal: DecodeError?

    init(stream: String, subject: String? = nil, payload: [UInt8], length: UInt64? = nil, sensor: String? = nil) {
        self.stream = stream
        self.subject = subject ?? stream
        self.payload = payload
        self.length = length ?? UInt64(payload.count)
        self.sensor = sensor
    }

    /// Whether the payload is cut.
    var isCut: Bool { length > UInt64(payload.count) }
}

extension RawBatch {
    /// Adds a message as a record.
    mutating func append(_ message: Message) {
        let start = bytes.count
        bytes += message.payload
        if message.isCut { oversized[records.count] = message.length }
        if let refusal = message.refusal { refused[records.count] = refusal }
        records.append(start..<bytes.count)
        endOffset = startOffset + UInt64(bytes.count)
        identity = message.identity
    }
}
