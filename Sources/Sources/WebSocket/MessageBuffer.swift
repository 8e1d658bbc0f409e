/// A message while it arrives: its beginning up to a limit, and its full length.
struct MessageBuffer {
    /// A message of more than this many times the limit ends the connection: it might never end.
    static let ceilingFactor: UInt64 = 256

    /// Most bytes kept.
    let limit: Int
    private(set) var bytes: [UInt8] = []
    /// Bytes of the message, kept or not.
    private(set) var length: UInt64 = 0

    init(limit: Int) { self.limit = max(1, limit) }

    /// Whether all of the message was kept.
    var isComplete: Bool { length == UInt64(bytes.count) }

    /// Adds bytes; throws when the message is beyond the ceiling.
    mutating func append(_ more: UnsafeRawBufferPointer) throws(WebSocketError) {
        length += UInt64(more.count)
        guard length <= UInt64(limit) * Self.ceilingFactor else {
            throw WebSocketError(
                .tooLong,
                "a message goes on beyond \(length) bytes, \(Self.ceilingFactor) times max_record; raise max_record if it is meant")
        }
        bytes.append(contentsOf: more.prefix(max(0, limit - bytes.count)))
    }

    /// Begins anew and gives away what was kept.
    mutating func take() -> [UInt8] {
        defer {
            bytes = []
            length = 0
        }
        return bytes
    }
}
