public import Model
public import Wire

/// How the fields of any JSON or CSV become ECS fields: what a `mapping:` block of the configuration says.
public struct MappingSpec: Sendable, Equatable {
    /// Where the event time stands and how it is written.
    public struct Time: Sendable, Equatable {
        /// JSON path or CSV column.
        public var path: String
        /// `iso8601`, `epoch`, `epoch_ms`, `epoch_us`, a pattern such as `%d/%m/%Y %H:%M:%S`, or nil for any of the known forms.
        public var format: String?
        /// Minutes east of UTC for times without a zone; nil takes the source's.
        public var zoneMinutes: Int?

        /// A time with the given parts.
        public init(path: String, format: String? = nil, zoneMinutes: Int? = nil) {
            self.path = path
            self.format = format
            self.zoneMinutes = zoneMinutes
        }
    }

    /// A value looked up in a table.
    public struct Lookup: Sendable, Equatable {
        /// JSON path or CSV column; nil gives every event the default.
        public var path: String?
        /// Value of the record (compared without case) to ours.
        public var table: [String: String]
        /// What a value outside the table becomes; nil leaves the field out.
        public var fallback: String?

        /// A lookup with the given parts.
        public init(path: String?, table: [String: String] = [:], fallback: String? = nil) {
            self.path = path
            self.table = table
            self.fallback = fallback
        }
    }

    /// Where coordinates stand, in degrees.
    public struct Place: Sendable, Equatable {
        /// JSON path or CSV column of the latitude.
        public var latitude: String
        /// JSON path or CSV column of the longitude.
        public var longitude: String

        /// A place with the given parts.
        public init(latitude: String, longitude: String) {
            self.latitude = latitude
            self.longitude = longitude
        }
    }

    /// Where the names of CSV columns come from.
    public enum Header: Sendable, Equatable {
        /// The first record.
        case firstRecord
        /// Nowhere: columns are named by number, from 1.
        case none
        /// This list; a first record equal to it is skipped.
        case columns([String])
    }

    /// `.json` or `.csv`.
    public var framing: Framing
    /// ECS name or `labels.<key>` to JSON path or CSV column.
    public var fields: [String: String]
    /// ECS name or `labels.<key>` to a fixed value.
    public var constants: [String: String]
    /// The event time; nil takes the arrival.
    public var time: Time?
    /// `attack.type`.
    public var attackType: Lookup?
    /// `attack.severity`.
    public var severity: Lookup?
    /// Coordinates of the source.
    public var sourcePlace: Place?
    /// Coordinates of the destination.
    public var destinationPlace: Place?
    /// Coordinates of the sensor.
    public var observerPlace: Place?
    /// `event.family` of every event.
    public var family: EventFamily
    /// For CSV.
    public var header: Header
    /// For CSV: the byte between columns.
    public var delimiter: UInt8

    /// A mapping of JSON without fields.
    public init(
        framing: Framing = .json, fields: [String: String] = [:], constants: [String: String] = [:], time: Time? = nil,
        attackType: Lookup? = nil, severity: Lookup? = nil, sourcePlace: Place? = nil, destinationPlace: Place? = nil,
        observerPlace: Place? = nil, family: EventFamily = .attack, header: Header = .firstRecord, delimiter: UInt8 = UInt8(ascii: ",")
    ) {
        self.framing = framing
        self.fields = fields
        self.constants = constants
        self.time = time
        self.attackType = attackType
        self.severity = severity
        self.sourcePlace = sourcePlace
        self.destinationPlace = destinationPlace
        self.observerPlace = observerPlace
        self.family = family
        self.header = header
        self.delimiter = delimiter
    }
}
