import Formats
import Foundation
import Model
import TestKit
import Testing

struct GoldenTests {
    @Test(arguments: [("suricata", "json"), ("cowrie", "json"), ("marx", "csv"), ("satori-attacks", "json")])
    func fixturesBecomeTheGoldenDocuments(format: String, kind: String) throws {
        let bytes = Array(try Data(contentsOf: Golden.file("Fixtures/\(format).\(kind)")))
        let decoding = try Decoding(format, bytes, SharedData.lines(of: bytes))
        #expect(decoding.errors.isEmpty)
        #expect(decoding.isComplete)
        let difference = try Golden.difference(Golden.ndjson(decoding.batch), from: Golden.file("Golden/\(format).ndjson"))
        #expect(difference == nil)
        #expect(Decoding.detected(bytes) == format)
    }

    /// Mutations of the fixtures: nothing traps, every row stays well-formed, a failed record leaves no row.
    @Test(arguments: [("suricata", "json"), ("cowrie", "json"), ("marx", "csv"), ("satori-attacks", "json")])
    func mutationsAreEventsOrDeadLetters(format: String, kind: String) throws {
        let fixture = Array(try Data(contentsOf: Golden.file("Fixtures/\(format).\(kind)")))
        let lines = SharedData.lines(of: fixture).map { Array(fixture[$0]) }
        var random = SeededGenerator(seed: 11)
        var decoder = try #require(FormatCatalogue.standard.entry(named: format)?.make([]))
        var batch = EventBatch()
        var refused = 0
        for round in 0..<(SharedData.isSlowTier ? 100_000 : 2_000) {
            var line = lines[Int.random(in: lines.indices, using: &random)]
            mutate(&line, lines, &random)
            let before = batch.count
            do {
                if case .events(let count) = try decoder.decode(line.span, in: Decoding.context, into: &batch) {
                    #expect(batch.count == before + count)
                }
            } catch {
                batch.abandonRow()
                refused += 1
                #expect(batch.count == before)
            }
            if round % 100 == 99 {
                for row in 0..<batch.count { #expect(batch[row].isWellFormed && batch[row].date(.timestamp) != nil) }
                batch.removeAll()
            }
        }
        #expect(refused > 0)
    }

    private func mutate(_ line: inout [UInt8], _ lines: [[UInt8]], _ random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...3, using: &random) where !line.isEmpty {
            let at = Int.random(in: line.indices, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: line[at] = UInt8.random(in: 0...255, using: &random)
            case 1: line.removeSubrange(at...)
            case 2: line.remove(at: at)
            case 3: line.insert(contentsOf: Array("99999999999999999999".utf8), at: at)
            case 4: line[at] = Array("{}[]\",:\\-.0eZ".utf8).randomElement(using: &random) ?? 0
            case 5: line.insert(contentsOf: line[at..<min(at + 40, line.count)], at: at)
            default:
                let other = lines[Int.random(in: lines.indices, using: &random)]
                line.replaceSubrange(at..<min(at + 20, line.count), with: other.prefix(Int.random(in: 0...30, using: &random)))
            }
        }
    }
}
