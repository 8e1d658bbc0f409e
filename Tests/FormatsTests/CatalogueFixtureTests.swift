import Formats
import Foundation
import Model
import TestKit
import Testing

/// Every format of the catalogue, also one that is added tomorrow: its fixture becomes its golden output, and no other format claims it.
struct CatalogueFixtureTests {
    @Test(arguments: CatalogueFixtures.names)
    func theFixtureBecomesTheGoldenDocuments(format: String) throws {
        let decoding = try Decoding(stream: CatalogueFixtures.bytes(of: format), as: format)
        #expect(decoding.errors.isEmpty, "\(decoding.errors)")
        #expect(!decoding.batch.isEmpty)
        #expect(decoding.isComplete)
        let difference = try Golden.difference(Golden.ndjson(decoding.batch), from: Golden.file("Golden/\(format).ndjson"))
        #expect(difference == nil)
    }

    @Test(arguments: CatalogueFixtures.names)
    func exactlyOneFormatClaimsTheFixture(format: String) throws {
        let bytes = try CatalogueFixtures.bytes(of: format)
        let claims = FormatCatalogue.standard.claims(head: Array(bytes.prefix(65_536)).span, fileName: "")
        let specific = claims.filter { $0.isSpecific }
        #expect(claims.first?.name == format && specific.count <= 1, "\(claims)")
    }

    /// A restart goes on in the middle: the state after each record makes a decoder that decodes the next one alike.
    @Test(arguments: CatalogueFixtures.names)
    func theStateIsEnoughToGoOn(format: String) throws {
        let entry = try #require(FormatCatalogue.standard.entry(named: format))
        let records = try CatalogueFixtures.records(of: CatalogueFixtures.bytes(of: format), entry.spec.framing)
        var through = try #require(entry.make([]))
        var state: [UInt8] = []
        for record in records {
            var resumed = try #require(entry.make(state), "\(format) does not know its own state")
            var (a, b) = (EventBatch(), EventBatch())
            let one = try through.decode(record.span, in: Decoding.context, into: &a)
            let two = try resumed.decode(record.span, in: Decoding.context, into: &b)
            #expect(one == two)
            #expect(a.bytes == b.bytes && a.rawBytes == b.rawBytes)
            state = through.state
            #expect(state == resumed.state)
        }
    }

    @Test func everyFormatIsDocumented() throws {
        let folder = Golden.file("../../docs/formats")
        var pages = ""
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            pages += try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }
        for name in CatalogueFixtures.names where !pages.contains("# \(name):") {
            #expect(pages.contains("`\(name)`") || pages.contains("[\(name)]"), "docs/formats lacks \(name)")
        }
    }

    @Test func namesAreUniqueAndEveryFormatSaysWhatItIs() {
        #expect(Set(CatalogueFixtures.names).count == CatalogueFixtures.names.count)
        for entry in FormatCatalogue.standard.entries { #expect(!entry.spec.summary.isEmpty) }
    }
}
