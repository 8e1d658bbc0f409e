import FoundationEssentials
import Model

/// An ISO 3166-1 alpha-2 code in two bytes, upper case; ``none`` when there is none.
struct CountryCode: Hashable, Sendable {
    let packed: UInt16

    static let none = CountryCode(packed: 0)

    init(packed: UInt16) { self.packed = packed }

    /// The code written in the bytes, in either case; ``none`` unless they are two ASCII letters.
    init(_ text: some Collection<UInt8>) {
        var packed: UInt16 = 0
        var count = 0
        for byte in text {
            let upper = byte & 0xdf
            guard count < 2, (0x41...0x5a).contains(upper), byte >= 0x41 else {
                self = .none
                return
            }
            packed = packed << 8 | UInt16(upper)
            count += 1
        }
        self.packed = count == 2 ? packed : 0
    }

    var text: [UInt8] { self == .none ? [] : [UInt8(packed >> 8), UInt8(packed & 0xff)] }

    /// A number below ``count``, all different.
    var index: Int { self == .none ? 0 : (Int(packed >> 8) - 0x41) * 26 + Int(packed & 0xff) - 0x40 }
    static let count = 26 * 26 + 1
}

/// The names and label points of the countries (`countries.json`).
struct Countries: Sendable {
    /// A country's name and the point at which a map writes it.
    struct Label: Sendable {
        let name: [UInt8]
        let point: GeoPoint
    }

    private var labels = [Label?](repeating: nil, count: CountryCode.count)
    private var names = ByteTable()
    private var codes: [CountryCode] = []

    /// No country at all.
    init() {}

    /// Reads `{"FR":{"name":"France","lat":46.7,"lon":2.4,…},…}`.
    init(json: Data) throws {
        struct Entry: Decodable {
            let name: String
            let lat: Float
            let lon: Float
        }
        for (code, entry) in try JSONDecoder().decode([String: Entry].self, from: json) {
            let code = CountryCode(code.utf8)
            let point = GeoPoint(latitude: entry.lat, longitude: entry.lon)
            guard code != .none, point.isValid else { continue }
            labels[code.index] = Label(name: Array(entry.name.utf8), point: point)
            if names.insert(Array(entry.name.utf8)) == codes.count { codes.append(code) }
        }
    }

    /// The label of a country, if there is one.
    subscript(code: CountryCode) -> Label? { labels[code.index] }

    /// The country of exactly that name.
    func code(named name: Span<UInt8>) -> CountryCode { names.find(name).map { codes[$0] } ?? .none }
}
