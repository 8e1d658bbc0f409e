import Formats
import Foundation
import TestKit
import Testing
import Wire

/// The fixtures of the built-in formats: each has one file, named like the format with any extension.
enum CatalogueFixtures {
    static let names = FormatCatalogue.standard.names

    /// The bytes of a format's fixture.
    static func bytes(of format: String) throws -> [UInt8] {
        let files = try FileManager.default.contentsOfDirectory(at: Golden.file("Fixtures"), includingPropertiesForKeys: nil)
        let file = files.first { $0.lastPathComponent.prefix { $0 != "." } == format }
        return Array(
            try Data(contentsOf: try #require(file, "Tests/FormatsTests/Fixtures/\(format).* is absent: every format has a fixture")))
    }

    /// The records of a stream, cut as the sources cut it.
    static func records(of bytes: [UInt8], _ framing: Framing) -> [[UInt8]] {
        var framer = Framer(framing: framing)
        framer.push(bytes)
        var records: [[UInt8]] = []
        while let run = framer.take(isFinal: true) { records += run.records.map { Array(run.bytes[$0]) } }
        return records
    }
}

extension Decoding {
    /// Decodes a whole stream with a fresh decoder of that name, cut as the sources cut it.
    init(stream bytes: [UInt8], as name: String, context: RecordContext = Decoding.context) throws {
        let entry = try #require(FormatCatalogue.standard.entry(named: name))
        let records = CatalogueFixtures.records(of: bytes, entry.spec.framing)
        var ranges: [Range<Int>] = []
        var joined: [UInt8] = []
        for record in records {
            ranges.append(joined.count..<joined.count + record.count)
            joined += record
        }
        try self.init(name, joined, ranges, context: context)
    }
}

extension FormatCatalogue.StreamClaim {
    /// Whether it is more than that of `syslog`, which takes any lines that begin with a time when nobody knows them better.
    var isSpecific: Bool { name != "syslog" }
}
