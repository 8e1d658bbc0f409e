public import Model
public import Wire

/// How the bytes of one kind of log become events.
///
/// Synchronous, without I/O, and never trapping: a record that is not understood throws, and the pipeline keeps it as a dead
/// letter with the reason. A format is a value: one instance decodes one stream, in order, and what it remembers between records
/// (a CSV header, Snort's year) is its ``state``, which is committed with the cursor.
public protocol Format: Sendable {
    /// Name, documentation and framing.
    static var spec: FormatSpec { get }

    /// Makes a decoder that goes on from a committed state; nil when the state is not this format's.
    init?(state: [UInt8])

    /// What must be remembered to go on behind the last record; empty when nothing.
    var state: [UInt8] { get }

    /// Decodes one record into zero or more closed rows of the batch, all but enrichment.
    ///
    /// On a throw the batch is as it was before, but for an open row, which the caller abandons.
    mutating func decode(_ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch) throws(DecodeError) -> Decoded

    /// How sure the format is that a stream which begins with these bytes is its own, from 0 (not mine) to 100 (certain).
    ///
    /// The bytes are the first few records as they came (up to 64 KiB), possibly cut; the name is the file's, possibly empty.
    static func likelihood(head: Span<UInt8>, fileName: String) -> Int
}

/// What became of a record that was understood.
public enum Decoded: Equatable, Sendable {
    /// That many rows were appended.
    case events(Int)
    /// It is not wanted (by the configuration's choice) and counts as filtered.
    case filtered
    /// It is no record at all (a header line, a comment, a blank line) and is not counted.
    case notARecord
}

/// What is known about a record besides its bytes.
public struct RecordContext: Sendable {
    /// When the record reached Petrel; the event time of a record that has none.
    public var arrival: Timestamp
    /// The sensor's name when the record does not say: the source's `sensor:` option, a syslog host, the peer's address.
    public var sensor: String?
    /// An instant from the file's name, for records without a date of their own.
    public var fileTime: Timestamp?
    /// Minutes east of UTC for times without a zone (the source's `time_zone:` option).
    public var zoneMinutes: Int

    /// A context with the given parts.
    public init(arrival: Timestamp, sensor: String? = nil, fileTime: Timestamp? = nil, zoneMinutes: Int = 0) {
        self.arrival = arrival
        self.sensor = sensor
        self.fileTime = fileTime
        self.zoneMinutes = zoneMinutes
    }
}

/// A format's name and how its records lie in a stream.
public struct FormatSpec: Sendable {
    /// The name used in configuration, on the command line and in `/api/v1/ingest/{format}`.
    public let name: String
    /// One line for lists.
    public let summary: String
    /// How records are separated.
    public let framing: Framing

    /// A spec with the given parts.
    public init(name: String, summary: String, framing: Framing) {
        self.name = name
        self.summary = summary
        self.framing = framing
    }
}

/// Why a record could not be understood.
public struct DecodeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of reasons, by which dead letters are counted.
    public enum Code: String, Sendable, CaseIterable {
        /// Not JSON, or cut.
        case malformedJSON = "malformed_json"
        /// Not CSV of the right number of columns.
        case malformedCSV = "malformed_csv"
        /// Not XML, or cut.
        case malformedXML = "malformed_xml"
        /// JSON, but not an object.
        case notAnObject = "not_an_object"
        /// A field that the format cannot do without is absent.
        case missingField = "missing_field"
        /// A time that is no time.
        case badTime = "bad_time"
        /// A value that does not fit its field.
        case badValue = "bad_value"
        /// Longer than the limit for one record.
        case tooLong = "too_long"
        /// No format claims the record.
        case unknownFormat = "unknown_format"
    }

    /// The kind of reason.
    public let code: Code
    /// What exactly, with the offset or field, for people; holds nothing of the record but short printable excerpts.
    public let detail: String

    /// An error of that kind.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public var description: String { "\(code.rawValue): \(detail)" }
}
