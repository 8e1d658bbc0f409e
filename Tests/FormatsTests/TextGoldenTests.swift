import Formats
import Foundation
import Model
import TestKit
import Testing

/// Fixtures of the formats whose records are lines of text, and of Zeek and Snort.
struct TextGoldenTests {
    static let fixtures = [
        "fastlog.log", "snort-full.txt", "snort-csv.csv", "snort-json.json", "zeek.json", "zeek-tsv.log", "sshd.log", "fail2ban.log",
        "netfilter.log", "filterlog.log", "cisco-asa.log", "fortinet.log", "cef.log", "leef.log", "web-access.log", "web-error.log",
        "syslog.log",
    ]

    private static func bytes(_ fixture: String) throws -> [UInt8] { Array(try Data(contentsOf: Golden.file("Fixtures/\(fixture)"))) }

    private static func name(_ fixture: String) -> String { String(fixture.prefix { $0 != "." }) }

    @Test(arguments: fixtures) func fixturesBecomeTheGoldenDocuments(fixture: String) throws {
        let bytes = try Self.bytes(fixture)
        let decoding = try Decoding(Self.name(fixture), bytes, SharedData.lines(of: bytes))
        #expect(decoding.errors.isEmpty)
        #expect(decoding.isComplete)
        let difference = try Golden.difference(
            Golden.ndjson(decoding.batch), from: Golden.file("Golden/\(Self.name(fixture)).ndjson"))
        #expect(difference == nil)
        #expect(Decoding.detected(bytes) == Self.name(fixture))
    }

    /// A decoder that goes on from a committed state makes the same events as one that read on.
    @Test(arguments: fixtures) func decodingGoesOnFromItsState(fixture: String) throws {
        let bytes = try Self.bytes(fixture)
        let lines = SharedData.lines(of: bytes)
        let entry = try #require(FormatCatalogue.standard.entry(named: Self.name(fixture)))
        let whole = try Decoding(Self.name(fixture), bytes, lines)
        var parts = EventBatch()
        var state: [UInt8] = []
        for line in lines {
            var decoder = try #require(entry.make(state))
            parts.append(try Decoding(&decoder, bytes, [line]).batch)
            state = decoder.state
        }
        #expect(parts.bytes == whole.batch.bytes)
        #expect(entry.make([1, 2, 3]) == nil || Self.name(fixture) == "snort-full")
    }

    /// Bytes that are changed, cut and mixed: nothing traps, and every row stays well-formed.
    @Test(arguments: fixtures) func changedBytesNeverTrap(fixture: String) throws {
        let bytes = try Self.bytes(fixture)
        let lines = SharedData.lines(of: bytes).map { Array(bytes[$0]) }
        var random = SeededGenerator(seed: 7)
        var decoder = try #require(FormatCatalogue.standard.entry(named: Self.name(fixture))?.make([]))
        var batch = EventBatch()
        for _ in 0..<(SharedData.isSlowTier ? 50_000 : 1500) {
            var line = lines[Int.random(in: lines.indices, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) where !line.isEmpty {
                let at = Int.random(in: line.indices, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: line[at] = UInt8.random(in: 0...255, using: &random)
                case 1: line.removeSubrange(at...)
                case 2: line.removeSubrange(..<at)
                case 3: line[at] = Array("[]{}()<>\"':;=|,#/\\- .0%\t").map { $0.asciiValue ?? 0 }.randomElement(using: &random) ?? 0
                case 4: line.insert(contentsOf: Array("99999999999999999999".utf8), at: at)
                default: line.insert(contentsOf: line[at..<min(at + 30, line.count)], at: at)
                }
            }
            do {
                _ = try decoder.decode(line.span, in: Decoding.context, into: &batch)
            } catch {
                batch.abandonRow()
            }
            _ = FormatCatalogue.standard.detect(head: line.span, fileName: "")
        }
        for row in 0..<batch.count { #expect(batch[row].isWellFormed && batch[row].date(.timestamp) != nil) }
    }
}
