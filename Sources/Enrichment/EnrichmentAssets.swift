import FoundationEssentials

/// A data file that is not there or cannot be used, and what is missed without it.
public struct MissingAsset: Equatable, Sendable, CustomStringConvertible {
    /// The file's name, e.g. `city.mmdb`.
    public let name: String
    /// What is not there because of that, for people.
    public let effect: String
    /// Why it cannot be used, with its path.
    public let reason: String

    public var description: String { "\(name) is not used (\(reason)): \(effect)" }
}

/// The data files that enrichment looks into, as far as they are there.
///
/// Loading never fails: a file that is absent or damaged is reported in ``missing`` and its part of enrichment stays away.
public struct EnrichmentAssets: Sendable {
    /// The files that could not be used.
    public private(set) var missing: [MissingAsset] = []
    /// A hash of the versions of all files that are used, 16 hexadecimal digits.
    public let revision: String
    /// `city.mmdb`, when usable.
    public let cities: CityDatabase?
    /// `country.ranges`, when usable: values are country codes.
    public let countryRanges: RangeTable?
    /// `asn.ranges`, when usable: values are the numbers and names of autonomous systems.
    public let asnRanges: RangeTable?
    let countries: Countries
    let services: ServiceNames
    let techniques: Techniques

    /// Loads the files of a directory.
    ///
    /// - Parameter replacements: paths of the operator's own files, by the name of the file that each replaces.
    public init(directory: String, replacing replacements: [String: String] = [:]) {
        var missing: [MissingAsset] = []
        var hash = ContentHash()
        func load<T>(_ name: String, without effect: String, _ open: (String, inout ContentHash) throws -> T) -> T? {
            hash.add(name)
            let path = replacements[name] ?? "\(directory)/\(name)"
            do {
                return try open(path, &hash)
            } catch {
                let reason = (error as? EnrichmentError)?.detail ?? "\(path): not of the form it should have (\(error)); build it again"
                missing.append(MissingAsset(name: name, effect: effect, reason: reason))
                return nil
            }
        }
        func json(_ path: String, _ hash: inout ContentHash) throws -> Data {
            let file = try MappedFile(path: path)
            hash.add(file.bytes)
            return Data(file.bytes)
        }
        func table(_ path: String, _ hash: inout ContentHash) throws -> RangeTable {
            let table = try RangeTable(path: path)
            hash.add(table.contentHash)
            return table
        }
        cities = load("city.mmdb", without: "no cities; points are those of countries") { path, hash in
            let database = try CityDatabase(path: path)
            for number in database.version { hash.add(number) }
            return database
        }
        countryRanges = load("country.ranges", without: "countries come from the city database alone, without cities", table)
        asnRanges = load("asn.ranges", without: "no autonomous systems", table)
        countries =
            load("countries.json", without: "no country names and no points for countries") { try Countries(json: json($0, &$1)) }
            ?? Countries()
        services = load("services.json", without: "ports have no service names") { try ServiceNames(json: json($0, &$1)) } ?? ServiceNames()
        techniques = load("attack.json", without: "ATT&CK techniques have no names") { try Techniques(json: json($0, &$1)) } ?? Techniques()
        self.missing = missing
        revision = hash.hexadecimal
    }
}

extension ContentHash {
    /// The hash so far in 16 hexadecimal digits.
    var hexadecimal: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
