public import Model

/// What one commit adds for one stream: events, dead letters, books and cursor, all or nothing.
public struct JournalAppend: Sendable {
    /// Name of the source, under which the books are kept.
    public var source: String
    /// The events; at most ``EventID/sequenceCount``.
    public var events: EventBatch
    /// Records that were not understood.
    public var deadLetters: [DeadLetter]
    /// What is added to the source's books. `stored` and `deadLettered` are those of the two above.
    public var ledger: Ledger
    /// The cursor behind the last record; nil for streams that cannot be read again.
    public var cursor: StreamCursor?
    /// The offset at which this stream must be committed for the cursor to follow; a mismatch refuses the append.
    public var previousOffset: UInt64
    /// The sender's key, by which a repetition is recognised.
    public var origin: Origin?
    /// The dead letter that becomes these events; where it is not there any more, nothing is appended.
    public var retries: DeadLetterID?
    /// The place in a queue from which this comes; what is at or before the committed place is not appended again.
    public var queued: StreamCursor?

    /// The events in the form in which they are kept, where they were packed before their turn.
    var packed: PackedSpan?

    /// A sender's key and a hash of what came with it.
    public struct Origin: Sendable {
        /// The key, unique within the source.
        public var key: String
        /// Hash of the content: the same key with another content is an error.
        public var contentHash: UInt64

        /// An origin of that key and content.
        public init(key: String, contentHash: UInt64) {
            self.key = key
            self.contentHash = contentHash
        }
    }

    /// An append of the given parts.
    public init(
        source: String, events: EventBatch, deadLetters: [DeadLetter] = [], ledger: Ledger, cursor: StreamCursor? = nil,
        previousOffset: UInt64 = 0, origin: Origin? = nil
    ) {
        self.source = source
        self.events = events
        self.deadLetters = deadLetters
        self.ledger = ledger
        self.cursor = cursor
        self.previousOffset = previousOffset
        self.origin = origin
    }
}

/// What became of an append.
public struct CommitReceipt: Sendable, Equatable {
    /// Id of the first event; with ``count`` the whole run, which is consecutive.
    public var firstID: EventID
    /// Events committed.
    public var count: Int
    /// Whether the origin key was known, so that everything counted as duplicate.
    public var wasRepeated: Bool

    /// Id of the last event, or nil when there was none.
    public var lastID: EventID? { count > 0 ? EventID(firstID.value + Int64(count) - 1) : nil }
}

/// Input that could not be understood, kept with its reason.
public struct DeadLetter: Sendable, Equatable {
    /// Most bytes of a record that are kept; the full length is kept beside it.
    public static let maximumBytes = 65_536

    /// Name of the source.
    public var source: String
    /// For people: path or peer.
    public var stream: String
    /// Offset of the record in its stream, decompressed bytes.
    public var offset: UInt64
    /// The kind of reason, as in `DecodeError.Code`.
    public var reason: String
    /// What exactly.
    public var detail: String
    /// The record, or its first ``maximumBytes``.
    public var bytes: [UInt8]
    /// Length of the whole record.
    public var length: UInt64
    /// When it came.
    public var arrival: Timestamp
    /// Name of the format that did not understand it; empty where it is not known.
    public var format: String
    /// The sensor, where the transport told it.
    public var sensor: String?

    /// A dead letter of the given parts; longer bytes are cut.
    public init(
        source: String, stream: String, offset: UInt64, reason: String, detail: String, bytes: [UInt8], length: UInt64, arrival: Timestamp,
        format: String = "", sensor: String? = nil
    ) {
        self.source = source
        self.stream = stream
        self.offset = offset
        self.reason = reason
        self.detail = detail
        self.bytes = bytes.count > Self.maximumBytes ? Array(bytes[..<Self.maximumBytes]) : bytes
        self.length = length
        self.arrival = arrival
        self.format = format
        self.sensor = sensor
    }
}
