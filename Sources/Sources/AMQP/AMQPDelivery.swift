import Model

/// A message that the broker delivered.
struct AMQPDelivery: Equatable, Sendable {
    /// Number of the delivery on its channel, for the acknowledgement.
    var tag: UInt64
    var routingKey: String
    /// The `message-id` property, which the publisher gives.
    var messageID: String?
    /// The body; of one that is longer than the limit only the beginning.
    var payload: [UInt8] = []
    /// Bytes of the whole body.
    var length: UInt64 = 0

    /// The key by which a repetition is recognised: the publisher's id with a hash of the body, because nothing forces ids to be unique.
    var key: String? {
        messageID.map { "\($0)#\(length)#" + String(fnv1a64(payload), radix: 16) }
    }
}

/// Puts deliveries together from the frames of a channel: method, header, as many bodies as the header says.
///
/// Of a body that is longer than the limit only the beginning is kept while the rest goes by.
struct AMQPAssembly {
    /// The longest body that is kept whole, in bytes.
    let limit: Int
    /// How much is kept of a longer one.
    let keptOfOversized: Int

    private var delivery: AMQPDelivery?
    private var hasHeader = false
    private var missing: UInt64 = 0

    init(limit: Int, keptOfOversized: Int = 4096) {
        self.limit = limit
        self.keptOfOversized = keptOfOversized
    }

    /// Begins a delivery.
    mutating func begin(tag: UInt64, routingKey: String) throws(PeerError) {
        guard delivery == nil else { throw unexpected("a delivery inside another") }
        delivery = AMQPDelivery(tag: tag, routingKey: routingKey)
        hasHeader = false
    }

    /// Takes the header; the delivery itself when it has no body.
    mutating func header(length: UInt64, messageID: String?) throws(PeerError) -> AMQPDelivery? {
        guard delivery != nil, !hasHeader else { throw unexpected("a header without a delivery") }
        hasHeader = true
        delivery?.length = length
        delivery?.messageID = messageID
        missing = length
        return missing == 0 ? take() : nil
    }

    /// Takes a part of the body; the delivery when it was the last.
    mutating func body(_ bytes: UnsafeRawBufferPointer) throws(PeerError) -> AMQPDelivery? {
        guard let current = delivery, hasHeader, bytes.count <= missing else { throw unexpected("a body without a header") }
        let most = current.length > UInt64(limit) ? keptOfOversized : limit
        delivery?.payload.append(contentsOf: bytes.prefix(max(0, most - current.payload.count)))
        missing -= UInt64(bytes.count)
        return missing == 0 ? take() : nil
    }

    private mutating func take() -> AMQPDelivery? {
        defer { delivery = nil }
        return delivery
    }

    private func unexpected(_ what: String) -> PeerError {
        PeerError(.protocolViolation, "the broker sends \(what): this is not AMQP 0-9-1")
    }
}
