import Enrichment
import Formats
import Foundation
import Model
import Sources
import TestKit
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(5))) struct CoverageTests {
    /// Reads files as `petrel coverage` does.
    static func cover(_ files: [String: String], format: String? = nil) async throws -> ([Coverage], [FileOutcome]) {
        let folder = TemporaryFolder()
        for (name, text) in files { try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8) }
        let chain = try EnrichmentChain(assets: EnrichmentAssets(directory: folder.file("no assets")))
        let intake = CoverageIntake(formats: .standard, enrichment: chain, settings: SourceSettings(name: "coverage", format: format))
        let outcomes = try await FileSource(FileSourceOptions(paths: files.keys.sorted().map(folder.file))).importFiles(into: intake)
        return (intake.coverages, outcomes)
    }

    static let docker =
        #"{"view_args":{},"url":"http://192.0.2.10:2375/_ping","headers":[],"method":"GET","source":"198.51.100.7","data":""}"#

    @Test func `The time of a record without one is that of the file's name`() async throws {
        let (coverages, _) = try await Self.cover(["dockerapi.2375.2024_05_01_12.log": Self.docker + "\n", "dockerapi.log": Self.docker])
        #expect(coverages.map(\.format) == ["dockerapi", "dockerapi"])
        #expect(coverages.map(\.times) == [["file_name": 1], ["arrival": 1]])
    }

    @Test func `What became of each record is counted`() async throws {
        let attack = #"{"eventid":"adbhoney.command.input","input":"id","src_ip":"198.51.100.7","timestamp":"2024-05-01T12:00:00Z"}"#
        let record = #"{"eventid":"adbhoney.session.closed","src_ip":"198.51.100.7","timestamp":"2024-05-01T12:00:01Z"}"#
        let (coverages, _) = try await Self.cover(["a.json": [attack, record, "{", #"{"x":1}"#, attack].joined(separator: "\n") + "\n"])
        let coverage = try #require(coverages.first)
        #expect(coverage.format == "adbhoney")
        #expect(coverage.framed == 5 && coverage.records == 5)
        #expect(coverage.decoded == 3 && coverage.filtered == 0 && coverage.events == 3)
        #expect(coverage.deadLetters == ["malformed_json": 1, "missing_field": 1])
        #expect(coverage.firstDeadLetters["missing_field"]?.hasPrefix("at byte ") == true)
        #expect(coverage.families == ["attack": 2, "record": 1])
        #expect(coverage.attackTypes == ["exploit": 2])
        #expect(coverage.severities == ["medium": 2])
        #expect(coverage.withSourceAddress == 3)
        #expect(coverage.fields[.processCommandLine] == 2)
        #expect(coverage.times == ["record": 3])
    }

    @Test func `Posts that are none are filtered, several events of a document count each`() async throws {
        let like =
            #"{"did":"did:plc:a","time_us":1714564800085434,"kind":"commit","commit":{"collection":"app.bsky.feed.like","operation":"create"}}"#
        let list =
            #"{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2024-0001","vendorProject":"a","dateAdded":"2024-05-01"},"#
            + #"{"cveID":"CVE-2024-0002","vendorProject":"a","dateAdded":"2024-05-01"}]}"#
        let (coverages, _) = try await Self.cover(["a.json": like + "\n", "b.json": list + "\n"])
        #expect(coverages.map(\.format) == ["bluesky", "cisa-kev"])
        #expect(coverages.map(\.filtered) == [1, 0])
        #expect(coverages.map(\.decoded) == [0, 1])
        #expect(coverages.map(\.events) == [0, 2])
    }

    @Test func `A file that no format claims is an outcome with an error, and the others are read`() async throws {
        let (coverages, outcomes) = try await Self.cover(["a.log": "hello\n", "b.log": Self.docker + "\n"])
        #expect(coverages.map(\.format) == ["dockerapi"])
        #expect(outcomes.map { $0.error?.code == .unknownFormat } == [true, false])
    }
}
