/// Where a stream has been committed up to.
public struct StreamCursor: Equatable, Sendable {
    /// Identifies the stream among those of its source for ever.
    public var stream: String
    /// For people: the path or the peer when it was last seen.
    public var name: String
    /// The name of the format that decodes it.
    public var format: String
    /// Offset in decompressed bytes behind the last committed record.
    public var offset: UInt64
    /// What was counted as received before the offset, whatever became of it.
    public var records: UInt64
    /// What identifies the content before the offset, in the source's own form.
    public var identity: [UInt8]
    /// The decoder's state at the offset.
    public var decoderState: [UInt8]
    /// The framer's state at the offset (inside an array or not).
    public var framerState: [UInt8]

    /// A cursor with the given parts.
    public init(
        stream: String, name: String, format: String, offset: UInt64 = 0, records: UInt64 = 0, identity: [UInt8] = [],
        decoderState: [UInt8] = [], framerState: [UInt8] = []
    ) {
        self.stream = stream
        self.name = name
        self.format = format
        self.offset = offset
        self.records = records
        self.identity = identity
        self.decoderState = decoderState
        self.framerState = framerState
    }
}
