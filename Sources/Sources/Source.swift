public import Formats
public import Model
public import Wire

/// A place from which bytes come: a file, standard input, HTTP, a simulator.
///
/// A source acquires bytes and says where they stood; it never decodes and never retries (the supervisor does).
public protocol Source: Sendable {
    /// Runs until the source is at its end or its task is cancelled.
    func run(into intake: any Intake) async throws
}

/// Where a source puts what it acquires.
public protocol Intake: Sendable {
    /// The cursors that are committed for streams of this source, newest last.
    func cursors() async throws -> [StreamCursor]

    /// Opens a stream: one file, connection or request, whose records are decoded in order by one format.
    ///
    /// The format is the source's own, else it is detected from the head. Throws ``IntakeError`` when no format claims it.
    func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane
}

/// A stream as it is opened.
public struct StreamDescription: Sendable {
    /// Identifies the stream among those of its source for ever, e.g. the fingerprint of a file's head; part of every origin key.
    public var id: String
    /// For people: the path or the peer.
    public var name: String
    /// The first bytes (up to 64 KiB), for detection.
    public var head: [UInt8]
    /// The committed cursor from which it goes on, or nil from the start.
    public var cursor: StreamCursor?
    /// The name of the stream's format where the source knows it; nil leaves it to the configuration or to detection.
    public var format: String?

    /// A description with the given parts.
    public init(id: String, name: String, head: [UInt8] = [], cursor: StreamCursor? = nil, format: String? = nil) {
        self.id = id
        self.name = name
        self.head = head
        self.cursor = cursor
        self.format = format
    }
}

/// Takes the records of one stream, in order.
public protocol Lane: Sendable {
    /// How this stream's format separates records.
    var framing: Framing { get }

    /// The name of the format that decodes this stream; empty when the lane does not tell.
    var format: String { get }

    /// Takes a batch; suspends while the pipeline is full, which is the back-pressure.
    ///
    /// Returns once the batch is on its way, in order; the ticket tells when it is durable.
    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket

    /// Like ``accept(_:)``, but returns nil instead of waiting when the pipeline is full (HTTP answers 429).
    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket?
}

extension Lane {
    public var format: String { "" }
}

/// A run of records from one stream.
public struct RawBatch: Sendable {
    /// The bytes in which the records lie.
    public var bytes: [UInt8]
    /// The records, without their separators, as ranges of ``bytes``.
    public var records: [Range<Int>]
    /// Offset in the stream's decompressed bytes of `bytes[0]`; with a record's range it is the position that dead letters state.
    public var startOffset: UInt64
    /// Offset behind the last record and its separator: where to go on.
    public var endOffset: UInt64
    /// What identifies the content before ``endOffset`` (``StreamCursor/identity``).
    public var identity: [UInt8]
    /// The framer's state at ``endOffset``, or what else the source must remember there (``StreamCursor/framerState``).
    public var framerState: [UInt8]
    /// Records longer than the limit, by index: their full length. Only their beginning is in ``bytes``.
    public var oversized: [Int: UInt64]
    /// When the bytes were read.
    public var arrival: Timestamp
    /// Records that this batch stands for but which are committed already: counted as received and duplicate. Their bytes are absent,
    /// and they change neither the stream's cursor nor its ``StreamCursor/records``.
    public var duplicates: Int
    /// Records that were given up before they could be read (a kernel's buffer that was full): counted as received and shed.
    public var shed = 0
    /// Records that were not taken: by the configuration's choice (a sender who is not allowed), or because they are messages of the
    /// transport's own protocol. Counted as received and filtered.
    public var filtered = 0
    /// An instant from the file's name, for records without a date.
    public var fileTime: Timestamp?
    /// The sensor, where the transport tells (a syslog peer); nil leaves it to the record or the source's option.
    public var sensor: String?
    /// The sender's own key for this batch (an Idempotency-Key with the batch's number), by which a repetition is recognised.
    public var originKey: String?
    /// Records that the source itself refuses, by index, with the reason under which they become dead letters.
    public var refused: [Int: DecodeError] = [:]
    /// The sensor of events whose record and transport name none.
    public var sensorOtherwise: String?
    /// What the sender says of all the records beside them, which each of their events gets as `labels.*`.
    public var labels: [Label] = []

    /// A label of events.
    public struct Label: Sendable, Hashable {
        /// What stands behind `labels.`.
        public var key: String
        /// The text.
        public var value: String

        /// A label of those parts.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// A batch with the given parts.
    public init(
        bytes: [UInt8], records: [Range<Int>], startOffset: UInt64, endOffset: UInt64, identity: [UInt8] = [], framerState: [UInt8] = [],
        oversized: [Int: UInt64] = [:], arrival: Timestamp, duplicates: Int = 0, filtered: Int = 0, fileTime: Timestamp? = nil,
        sensor: String? = nil, originKey: String? = nil
    ) {
        self.bytes = bytes
        self.records = records
        self.startOffset = startOffset
        self.endOffset = endOffset
        self.identity = identity
        self.framerState = framerState
        self.oversized = oversized
        self.arrival = arrival
        self.duplicates = duplicates
        self.filtered = filtered
        self.fileTime = fileTime
        self.sensor = sensor
        self.originKey = originKey
    }
}

/// What became of a batch.
public struct BatchVerdict: Sendable {
    /// What became of one record.
    public enum Verdict: Equatable, Sendable {
        /// Stored as that many events.
        case stored(Int)
        case filtered
        case duplicate
        /// Kept as a dead letter for that reason.
        case deadLettered(String)
        /// A header, comment or blank: not counted.
        case notARecord
        /// Given up, because there was no room: counted, not kept.
        case shed
        /// On disk, on its way to the journal; what becomes of it is not known yet.
        case spilled
    }

    /// One verdict per record of the batch, in order.
    public var records: [Verdict]
    /// Id of the first stored event; nil when none was.
    public var firstID: EventID?
    /// Id of the last stored event; nil when none was.
    public var lastID: EventID?

    /// A verdict with the given parts.
    public init(records: [Verdict], firstID: EventID? = nil, lastID: EventID? = nil) {
        self.records = records
        self.firstID = firstID
        self.lastID = lastID
    }
}

/// Why the intake does not take something.
public struct IntakeError: Error, Sendable, CustomStringConvertible {
    /// The kinds of reasons.
    public enum Code: Sendable {
        /// No format claims the stream, or the named one does not exist.
        case unknownFormat
        /// The journal cannot write (disk full, damaged); try again later.
        case journalUnavailable
        /// The pipeline is shutting down.
        case closed
        /// An Idempotency-Key came again with other content.
        case keyReused
        /// The committed cursor cannot be used.
        case badCursor
    }

    /// The kind of reason.
    public let code: Code
    /// What, where, and what to do.
    public let detail: String

    /// An error of that kind.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// Whether the same call may succeed later.
    public var isTransient: Bool { code == .journalUnavailable }

    public var description: String { detail }
}
