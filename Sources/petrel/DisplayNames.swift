import Foundation

/// Names that the screens show beside codes: countries and services.
struct DisplayNames: Sendable {
    private struct Country: Decodable {
        var name: String
    }

    private let countries: [String: String]
    private let services: [String: [String: String]]

    /// Reads the data files of the folder; what is missing is shown by its code.
    init(folder: String) throws {
        countries = try Self.read("\(folder)/countries.json", as: [String: Country].self)?.mapValues(\.name) ?? [:]
        services = try Self.read("\(folder)/services.json", as: [String: [String: String]].self) ?? [:]
    }

    /// The name of a country by its two letters.
    func country(_ code: String) -> String? { countries[code] }

    /// The name of a service by port and transport.
    func service(_ port: UInt16, isUDP: Bool) -> String? { services[isUDP ? "udp" : "tcp"]?[String(port)] }

    private static func read<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw DataFileError(description: "\(path): damaged; run tools/assets.py again")
        }
    }
}

/// A data file that cannot be used.
struct DataFileError: Error, CustomStringConvertible {
    let description: String
}
