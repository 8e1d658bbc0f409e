public import Model

/// Where a sensor or a site stands, as configured.
public struct SensorPlace: Equatable, Sendable {
    /// What the place belongs to.
    public enum Key: Hashable, Sendable {
        /// The sensor of exactly that `observer.name`.
        case name(String)
        /// Every sensor and every address inside the network; the narrowest network decides.
        case network(Network)
    }

    /// What the place belongs to.
    public let key: Key
    /// Its coordinates.
    public let point: GeoPoint
    /// The city or what else people call the place.
    public let city: String?
    /// ISO 3166-1 alpha-2.
    public let country: String?

    /// A place from its parts; they are checked when the chain is made.
    public init(_ key: Key, latitude: Float, longitude: Float, city: String? = nil, country: String? = nil) {
        self.key = key
        point = GeoPoint(latitude: latitude, longitude: longitude)
        self.city = city
        self.country = country
    }
}

extension SensorPlace {
    /// Where Amazon's regions stand, by the words that the hosts of the AWS honeypot data set (`marx`, 2013) end in.
    ///
    /// The region names are Amazon's; the coordinates are those of the region's city, since the buildings are not published.
    static let amazonRegions: [SensorPlace] = [
        region("oregon", 45.84, -119.7, "Boardman", "US"),
        region("us-east", 39.04, -77.49, "Ashburn", "US"),
        region("norcal", 37.34, -121.89, "San Jose", "US"),
        region("tokyo", 35.68, 139.69, "Tokyo", "JP"),
        region("singapore", 1.29, 103.85, "Singapore", "SG"),
        region("sydney", -33.87, 151.21, "Sydney", "AU"),
        region("eu", 53.34, -6.27, "Dublin", "IE"),
        region("sa", -23.55, -46.63, "São Paulo", "BR"),
    ]

    private static func region(_ word: String, _ latitude: Float, _ longitude: Float, _ city: String, _ country: String) -> SensorPlace {
        SensorPlace(.name(word), latitude: latitude, longitude: longitude, city: city, country: country)
    }
}
