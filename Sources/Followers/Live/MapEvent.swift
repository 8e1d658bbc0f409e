public import Model

/// What the map needs of an event, small enough to keep millions of them.
public struct MapEvent: Sendable {
    /// Where an event's source can be drawn, or why it cannot.
    public enum Placement: UInt8, Sendable {
        case placed
        /// A private, loopback, link-local or documentation address.
        case privateAddress
        /// A public address that is in no database, or no address at all.
        case unmapped
    }

    public var id: EventID
    public var time: Timestamp
    public var family: EventFamily
    public var type: AttackType
    public var severity: AttackSeverity?
    public var placement: Placement
    public var accuracy: GeoAccuracy
    public var point: GeoPoint
    /// The source country's two letters, or zero.
    public var country: CountryCode
    public var address: IPAddress?
    /// Number of the sensor's name in the ``SensorTable``.
    public var sensor: UInt16
    public var port: UInt16?
    public var isUDP: Bool
    /// Whether it is marked as noise: what `noise.kind: *` matches.
    public var isNoise: Bool

    /// Reads a row; sensors get their numbers in the table.
    public init(_ row: EventRow, id: EventID, sensors: inout SensorTable) {
        self.id = id
        time = id.committed
        family = .record
        type = .other
        placement = .unmapped
        accuracy = .unknown
        point = GeoPoint(latitude: 0, longitude: 0)
        country = CountryCode()
        sensor = SensorTable.unnamed
        isUDP = false
        isNoise = false
        var hasPoint = false
        // A post has the place that it states, else that of an address it names.
        var named: GeoPoint?
        var namedAccuracy = GeoAccuracy.unknown
        var name: ArraySlice<UInt8>?
        var sensorPoint: GeoPoint?
        row.visit { pair in
            switch pair.field {
            case .timestamp: time = row.date(pair)
            case .eventFamily: family = EventFamily(utf8: row.utf8(pair)) ?? .record
            case .attackType: type = AttackType(utf8: row.utf8(pair)) ?? .other
            case .attackSeverity: severity = AttackSeverity(utf8: row.utf8(pair))
            case .sourceLocation:
                point = row.point(pair)
                hasPoint = point.isValid
            case .postLocation: named = row.point(pair)
            case .postAccuracy: namedAccuracy = GeoAccuracy(utf8: row.utf8(pair)) ?? .unknown
            case .sourceAccuracy: accuracy = GeoAccuracy(utf8: row.utf8(pair)) ?? .unknown
            case .sourcePlacement: if row.utf8(pair).first == UInt8(ascii: "p") { placement = .privateAddress }
            case .sourceCountryCode: country = CountryCode(utf8: row.utf8(pair))
            case .sourceIP: address = row.ip(pair)
            case .destinationPort: port = UInt16(exactly: row.integer(pair))
            case .networkTransport: isUDP = row.utf8(pair).elementsEqual("udp".utf8)
            case .observerName: name = row.utf8(pair)
            case .noiseKind: isNoise = true
            case .observerLocation: sensorPoint = row.point(pair)
            default: break
            }
        }
        if !hasPoint, let named, named.isValid {
            (point, accuracy, hasPoint) = (named, namedAccuracy, true)
        }
        if hasPoint { placement = .placed }
        if let name { sensor = sensors.number(of: name, at: sensorPoint) }
    }
}

/// A country's two letters in one number; zero is none.
public struct CountryCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    let letters: UInt16

    init() { letters = 0 }

    init(utf8 text: ArraySlice<UInt8>) {
        guard text.count == 2, let first = text.first, let last = text.last, first < 0x80, last < 0x80 else {
            letters = 0
            return
        }
        letters = UInt16(first) << 8 | UInt16(last)
    }

    init(stored: UInt16) { letters = stored }

    public static func < (a: CountryCode, b: CountryCode) -> Bool { a.letters < b.letters }

    var isNone: Bool { letters == 0 }

    public var description: String {
        isNone ? "" : String(decoding: [UInt8(letters >> 8), UInt8(truncatingIfNeeded: letters)], as: UTF8.self)
    }
}

/// The sensors seen, numbered in order of appearance; names beyond the bound share the last number.
public struct SensorTable: Sendable {
    /// A sensor and where it stands.
    public struct Sensor: Sendable, Equatable {
        public var name: String
        /// Nil until somebody has said where it stands.
        public var point: GeoPoint?
    }

    /// Most sensors that are told apart.
    static let maximumCount = 4096
    /// The number of events that name no sensor.
    static let unnamed: UInt16 = 0

    public private(set) var sensors = [Sensor(name: "")]
    private var numbers: [[UInt8]: UInt16] = [:]
    /// Rises with every change, so that screens are told.
    private(set) var revision = 0

    /// A table that knows no sensor.
    public init() {}

    mutating func number(of name: ArraySlice<UInt8>, at point: GeoPoint?) -> UInt16 {
        let key = Array(name)
        if let known = numbers[key] {
            if let point, sensors[Int(known)].point != point {
                sensors[Int(known)].point = point
                revision += 1
            }
            return known
        }
        guard sensors.count < Self.maximumCount else { return UInt16(Self.maximumCount - 1) }
        let number = UInt16(sensors.count)
        sensors.append(Sensor(name: String(decoding: name, as: UTF8.self), point: point))
        numbers[key] = number
        revision += 1
        return number
    }
}

extension AttackType {
    init?(utf8 text: ArraySlice<UInt8>) { self.init(name: String(decoding: text, as: UTF8.self)) }
}

extension AttackSeverity {
    init?(utf8 text: ArraySlice<UInt8>) { self.init(name: String(decoding: text, as: UTF8.self)) }
}

extension EventFamily {
    init?(utf8 text: ArraySlice<UInt8>) { self.init(name: String(decoding: text, as: UTF8.self)) }
}

extension GeoAccuracy {
    init?(utf8 text: ArraySlice<UInt8>) { self.init(name: String(decoding: text, as: UTF8.self)) }
}
