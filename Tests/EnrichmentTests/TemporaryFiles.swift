import Foundation
import Model

@testable import Enrichment

/// A directory of data files made by hand, removed with the object.
final class TemporaryFiles {
    let directory: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("petrel-enrichment-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        directory = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let path = "\(directory)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// The real data files, when this machine has them (`PETREL_ASSETS`, or `.assets` in the package's root).
    static let realAssets: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let directory = ProcessInfo.processInfo.environment["PETREL_ASSETS"] ?? root.appendingPathComponent(".assets").path
        return FileManager.default.fileExists(atPath: directory + "/city.mmdb") ? directory : nil
    }()
}

/// Writes the flat table of `docs/enrichment.md`.
struct RangeFile {
    var v4: [(start: UInt32, value: UInt32)] = []
    var v6: [(start: IPAddress, value: UInt32)] = []
    var values: [(number: UInt32, text: String)] = [(0, "")]

    var bytes: [UInt8] {
        var out = Array("PTRLRNG1".utf8)
        func put<T: FixedWidthInteger>(_ number: T) { withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) } }
        func pad() { while out.count % 8 != 0 { out.append(0) } }
        let strings = values.flatMap { Array($0.text.utf8) }
        for count in [v4.count, v6.count, values.count, strings.count] { put(UInt32(count)) }
        for range in v4 { put(range.start) }
        pad()
        for range in v4 { put(range.value) }
        pad()
        for range in v6 {
            put(range.start.high)
            put(range.start.low)
        }
        for range in v6 { put(range.value) }
        pad()
        var offset: UInt32 = 0
        for value in values {
            put(value.number)
            put(offset)
            put(UInt32(value.text.utf8.count))
            offset += UInt32(value.text.utf8.count)
        }
        pad()
        out += strings
        pad()
        return out
    }
}

/// Writes a minimal MaxMind DB (format 2.0, IPv6 tree, 32-bit records) of networks and cities.
struct CityFile {
    struct Entry {
        var network: Network
        var country: String
        var city: String
        var latitude: Double
        var longitude: Double
    }
    var entries: [Entry]

    var bytes: [UInt8] {
        // A node is two records; nil is "no data", a negative number is entry −n − 1.
        var nodes: [[Int?]] = [[nil, nil]]
        for (number, entry) in entries.enumerated() {
            // libmaxminddb looks IPv4 up under ::/96.
            let isV4 = entry.network.first.v4 != nil
            let address = isV4 ? IPAddress(high: 0, low: UInt64(entry.network.first.v4 ?? 0)) : entry.network.first
            var node = 0
            for bit in 0..<entry.network.prefixLength {
                let word = bit < 64 ? address.high : address.low
                let branch = Int(word >> UInt64(63 - bit % 64) & 1)
                if bit == entry.network.prefixLength - 1 {
                    nodes[node][branch] = -number - 1
                } else if let next = nodes[node][branch], next > 0 {
                    node = next
                } else {
                    nodes.append([nil, nil])
                    nodes[node][branch] = nodes.count - 1
                    node = nodes.count - 1
                }
            }
        }
        var data: [UInt8] = []
        var offsets: [Int] = []
        for entry in entries {
            offsets.append(data.count)
            data += Self.map([
                ("country", Self.map([("iso_code", Self.text(entry.country))])),
                ("city", Self.map([("names", Self.map([("en", Self.text(entry.city))]))])),
                ("location", Self.map([("latitude", Self.double(entry.latitude)), ("longitude", Self.double(entry.longitude))])),
            ])
        }
        var out: [UInt8] = []
        for record in nodes.joined() {
            let value = record.map { $0 > 0 ? $0 : nodes.count + 16 + offsets[-$0 - 1] } ?? nodes.count
            withUnsafeBytes(of: UInt32(value).bigEndian) { out.append(contentsOf: $0) }
        }
        out += [UInt8](repeating: 0, count: 16) + data
        out += [0xab, 0xcd, 0xef] + Array("MaxMind.com".utf8)
        out += Self.map([
            ("binary_format_major_version", [0xa1, 2]), ("binary_format_minor_version", [0xa0]),
            ("build_epoch", [0x04, 0x02, 0x65, 0, 0, 0]), ("database_type", Self.text("Test-City")),
            ("description", Self.map([("en", Self.text("test"))])), ("ip_version", [0xa1, 6]),
            ("languages", [0x01, 0x04] + Self.text("en")),
            ("node_count", [0xc4] + withUnsafeBytes(of: UInt32(nodes.count).bigEndian, Array.init)), ("record_size", [0xa1, 32]),
        ])
        return out
    }

    private static func text(_ text: String) -> [UInt8] {
        precondition(text.utf8.count < 285)
        let count = UInt8(clamping: text.utf8.count)
        return (count < 29 ? [0x40 | count] : [0x5d, count - 29]) + Array(text.utf8)
    }

    private static func double(_ value: Double) -> [UInt8] { [0x68] + withUnsafeBytes(of: value.bitPattern.bigEndian, Array.init) }

    private static func map(_ members: [(String, [UInt8])]) -> [UInt8] {
        [0xe0 | UInt8(members.count)] + members.flatMap { text($0.0) + $0.1 }
    }
}

/// A seeded generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
