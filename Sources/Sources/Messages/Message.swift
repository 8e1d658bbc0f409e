import Formats
import Wire

/// One message of a peer, on its way to the lane of its stream.
struct Message: Equatable, Sendable {
    /// The stream to which it belongs, as the peer names it: a channel, a routing key, a partition of a topic.
    var stream: String
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

    init(stream: String, payload: [UInt8], length: UInt64? = nil, sensor: String? = nil) {
        self.stream = stream
        self.payload = payload
        self.length = length ?? UInt64(payload.count)
        self.sensor = sensor
    }

    /// A message of that length of which the payload's beginning is at hand; more than `limit` bytes are cut.
    init(stream: String, payload: some Collection<UInt8>, limit: Int, sensor: String? = nil) {
        let kept = payload.count > limit ? Framer.keptOfOversized : payload.count
        self.init(stream: stream, payload: Array(payload.prefix(kept)), length: UInt64(payload.count), sensor: sensor)
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
