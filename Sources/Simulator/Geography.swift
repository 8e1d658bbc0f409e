public import Model

/// A sensor of the simulated world.
public struct SimulatedSensor: Sendable {
    /// Its name, which begins with `sim-`.
    public let name: String
    /// The city it stands in.
    public let city: String
    /// ISO 3166-1 alpha-2 code of its country.
    public let country: String
    /// Where it stands.
    public let location: GeoPoint
    /// Its address, out of the blocks that RFC 5737 reserves for examples.
    public let address: IPAddress

    /// All sensors of the simulated world.
    public static let all: [SimulatedSensor] = [
        SimulatedSensor("sim-frankfurt", "Frankfurt", "DE", 50.11, 8.68, 0xC000_020A),
        SimulatedSensor("sim-virginia", "Ashburn", "US", 39.04, -77.49, 0xC000_0214),
        SimulatedSensor("sim-singapore", "Singapore", "SG", 1.35, 103.82, 0xC633_640A),
        SimulatedSensor("sim-tokyo", "Tokyo", "JP", 35.68, 139.69, 0xC633_6414),
        SimulatedSensor("sim-sao-paulo", "São Paulo", "BR", -23.55, -46.63, 0xC633_641E),
        SimulatedSensor("sim-sydney", "Sydney", "AU", -33.87, 151.21, 0xCB00_710A),
        SimulatedSensor("sim-johannesburg", "Johannesburg", "ZA", -26.20, 28.05, 0xCB00_7114),
        SimulatedSensor("sim-london", "London", "GB", 51.51, -0.13, 0xCB00_711E),
    ]

    private init(_ name: String, _ city: String, _ country: String, _ latitude: Float, _ longitude: Float, _ address: UInt32) {
        self.name = name
        self.city = city
        self.country = country
        location = GeoPoint(latitude: latitude, longitude: longitude)
        self.address = IPAddress(v4: address)
    }
}

/// A block of addresses from which simulated attackers come.
struct AddressBlock: Sendable {
    let country: String
    /// First address.
    let first: UInt32
    /// Addresses in the block.
    let count: UInt32
    /// Its share of attackers.
    let weight: Int
    /// Hours east of UTC, for the rhythm of day and night.
    let zone: Int

    init(_ country: String, _ a: UInt32, _ b: UInt32, bits: UInt32, weight: Int, zone: Int) {
        self.country = country
        first = a << 24 | b << 16
        count = 1 << (32 - bits)
        self.weight = weight
        self.zone = zone
    }

    /// Public blocks of large access and hosting providers, so that a geolocation database places them in the country stated. Which
    /// addresses of a block are used is invented; no claim is made about any of them.
    static let all: [AddressBlock] = [
        AddressBlock("CN", 218, 92, bits: 16, weight: 14, zone: 8), AddressBlock("CN", 222, 186, bits: 16, weight: 8, zone: 8),
        AddressBlock("US", 104, 131, bits: 16, weight: 9, zone: -5), AddressBlock("US", 45, 33, bits: 17, weight: 6, zone: -8),
        AddressBlock("RU", 95, 24, bits: 16, weight: 8, zone: 3), AddressBlock("NL", 145, 131, bits: 16, weight: 4, zone: 1),
        AddressBlock("DE", 46, 4, bits: 16, weight: 5, zone: 1), AddressBlock("FR", 90, 80, bits: 16, weight: 4, zone: 1),
        AddressBlock("BR", 177, 40, bits: 16, weight: 6, zone: -3), AddressBlock("IN", 117, 200, bits: 16, weight: 7, zone: 5),
        AddressBlock("VN", 14, 161, bits: 16, weight: 6, zone: 7), AddressBlock("KR", 121, 140, bits: 16, weight: 5, zone: 9),
        AddressBlock("TW", 114, 32, bits: 16, weight: 4, zone: 8), AddressBlock("ID", 36, 66, bits: 16, weight: 4, zone: 7),
        AddressBlock("IR", 5, 160, bits: 16, weight: 3, zone: 3), AddressBlock("TR", 88, 230, bits: 16, weight: 3, zone: 3),
        AddressBlock("MX", 187, 188, bits: 16, weight: 3, zone: -6), AddressBlock("AR", 181, 46, bits: 16, weight: 3, zone: -3),
        AddressBlock("ZA", 41, 162, bits: 16, weight: 2, zone: 2), AddressBlock("EG", 41, 33, bits: 16, weight: 2, zone: 2),
        AddressBlock("NG", 105, 112, bits: 16, weight: 2, zone: 1), AddressBlock("JP", 133, 242, bits: 16, weight: 2, zone: 9),
        AddressBlock("AU", 1, 124, bits: 16, weight: 1, zone: 10), AddressBlock("GB", 81, 130, bits: 16, weight: 3, zone: 0),
        AddressBlock("PL", 83, 10, bits: 16, weight: 2, zone: 1), AddressBlock("IT", 79, 10, bits: 16, weight: 2, zone: 1),
        AddressBlock("ES", 80, 26, bits: 16, weight: 2, zone: 1), AddressBlock("SE", 78, 70, bits: 16, weight: 1, zone: 1),
        AddressBlock("TH", 171, 97, bits: 16, weight: 2, zone: 7), AddressBlock("PH", 112, 198, bits: 16, weight: 2, zone: 8),
        AddressBlock("PK", 39, 40, bits: 16, weight: 2, zone: 5), AddressBlock("RO", 86, 122, bits: 16, weight: 2, zone: 2),
    ]
}
