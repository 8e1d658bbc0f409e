/// What an attack is, in a small closed set that colours the map (`attack.type`).
public enum AttackType: UInt8, CaseIterable, Sendable {
    case scan, bruteforce, exploit, malware, web, dos, recon, phishing, spam, policy, other

    /// The name stored in `attack.type`.
    public var name: String { Self.names[Int(rawValue)] }

    /// The type of that name, if there is one.
    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }

    private static let names = allCases.map { String(describing: $0) }
}

/// How bad an attack is, on one scale for all sensors (`attack.severity`).
public enum AttackSeverity: UInt8, CaseIterable, Sendable, Comparable {
    case low, medium, high, critical

    /// The name stored in `attack.severity`.
    public var name: String { Self.names[Int(rawValue)] }

    /// The severity of that name, if there is one.
    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }

    public static func < (a: AttackSeverity, b: AttackSeverity) -> Bool { a.rawValue < b.rawValue }

    private static let names = allCases.map { String(describing: $0) }
}

/// Which of the three families an event belongs to (`event.family`).
public enum EventFamily: UInt8, CaseIterable, Sendable {
    /// Somebody did something hostile: an alert, a honeypot contact, a login failure, a feed item.
    case attack
    /// A social post that matched a keyword.
    case post
    /// Context from a sensor (flow, dns, stats …): searchable, but off the map and out of attack totals by default.
    case record

    /// The name stored in `event.family`.
    public var name: String { Self.names[Int(rawValue)] }

    /// The family of that name, if there is one.
    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }

    private static let names = allCases.map { String(describing: $0) }

    /// The family whose name these bytes are; anything else is a record.
    init(stored name: UnsafeBufferPointer<UInt8>) {
        self = name.elementsEqual("attack".utf8) ? .attack : name.elementsEqual("post".utf8) ? .post : .record
    }
}

/// How well a place is known (`source.geo.accuracy`).
public enum GeoAccuracy: UInt8, CaseIterable, Sendable {
    /// The record itself carries the coordinates.
    case stated
    /// Two databases agree on the country, so the city is believed.
    case city
    /// Only the country is believed; the point is its label point.
    case country
    /// Nothing is known.
    case unknown

    /// The name stored in `*.geo.accuracy`.
    public var name: String { Self.names[Int(rawValue)] }

    /// The accuracy of that name, if there is one.
    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }

    private static let names = allCases.map { String(describing: $0) }
}

/// Latitude and longitude in degrees, north and east positive.
public struct GeoPoint: Hashable, Sendable {
    public var latitude: Float
    public var longitude: Float

    /// A point from degrees.
    @inlinable public init(latitude: Float, longitude: Float) {
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Whether both parts are finite and on the globe.
    @inlinable public var isValid: Bool {
        latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180
    }
}
