import Formats
import Foundation
import Model
import TestKit
import Testing

/// Mutations of every format's fixture: nothing traps, every row stays well-formed, and what is refused leaves the batch as it was.
struct CatalogueFuzzTests {
    /// Mutations for each format: 100,000 in the slow tier, else some thousands over all of them.
    static let rounds = SharedData.isSlowTier ? 100_000 : max(100, 8_000 / CatalogueFixtures.names.count)

    /// The formats to mutate: all, or those that `PETREL_FUZZ_FORMATS` names, separated by commas.
    static let formats: [String] = {
        guard let wanted = ProcessInfo.processInfo.environment["PETREL_FUZZ_FORMATS"] else { return CatalogueFixtures.names }
        return wanted.split(separator: ",").map(String.init)
    }()

    @Test(arguments: formats)
    func mutationsAreEventsOrDeadLetters(format: String) throws {
        let entry = try #require(FormatCatalogue.standard.entry(named: format))
        let records = try CatalogueFixtures.records(of: CatalogueFixtures.bytes(of: format), entry.spec.framing)
        var random = SeededGenerator(seed: format.utf8.reduce(11) { $0 &* 31 &+ UInt64($1) })
        var decoder = try #require(entry.make([]))
        var batch = EventBatch()
        // A row that is there already must stay.
        batch.append(.message, "first")
        batch.endRow(raw: Array("raw".utf8).span)
        var outcomes = 0
        for round in 0..<Self.rounds {
            var record = try #require(records.randomElement(using: &random))
            Self.mutate(&record, records, &random)
            let before = (batch.count, batch.rawBytes.count, batch.bytes.count)
            do throws(DecodeError) {
                switch try decoder.decode(record.span, in: Decoding.context, into: &batch) {
                case .events(let count):
                    #expect(count > 0 && batch.count == before.0 + count)
                    #expect(!batch.hasOpenRow)
                case .filtered, .notARecord: #expect(batch.count == before.0 && !batch.hasOpenRow)
                }
            } catch {
                batch.abandonRow()
                #expect(batch.count == before.0 && batch.rawBytes.count == before.1 && batch.bytes.count == before.2)
                #expect(!error.detail.isEmpty)
            }
            outcomes += 1
            if round % 100 == 99 {
                for row in 1..<batch.count {
                    #expect(batch[row].isWellFormed && batch[row].date(.timestamp) != nil && batch[row].string(.eventFamily) != nil)
                }
                #expect(batch[0].string(.message) == "first")
                batch.removeAll()
                batch.append(.message, "first")
                batch.endRow(raw: Array("raw".utf8).span)
                // A state is read back, whatever it was made from.
                #expect(entry.make(decoder.state) != nil)
            }
        }
        #expect(outcomes == Self.rounds)
    }

    /// Heads of all kinds: detection never traps.
    @Test func detectionTakesAnyBytes() throws {
        var random = SeededGenerator(seed: 5)
        let fixtures = try CatalogueFixtures.names.map(CatalogueFixtures.bytes)
        for _ in 0..<(SharedData.isSlowTier ? 20_000 : 300) {
            var head = try #require(fixtures.randomElement(using: &random))
            Self.mutate(&head, fixtures, &random)
            let claims = FormatCatalogue.standard.claims(head: head.span, fileName: "x.log")
            #expect(claims.allSatisfy { (FormatCatalogue.claimThreshold...100).contains($0.likelihood) })
        }
    }

    static func mutate(_ line: inout [UInt8], _ lines: [[UInt8]], _ random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...3, using: &random) where !line.isEmpty {
            let at = Int.random(in: line.indices, using: &random)
            switch Int.random(in: 0..<9, using: &random) {
            case 0: line[at] = UInt8.random(in: 0...255, using: &random)
            case 1: line.removeSubrange(at...)
            case 2: line.remove(at: at)
            case 3: line.insert(contentsOf: Array("99999999999999999999".utf8), at: at)
            case 4: line[at] = Array("{}[]\",:\\-.0eZ<&;#'=%".utf8).randomElement(using: &random) ?? 0
            case 5: line.insert(contentsOf: line[at..<min(at + 40, line.count)], at: at)
            case 6: line.removeSubrange(at..<min(at + Int.random(in: 1...12, using: &random), line.count))
            case 7: line.insert(contentsOf: [0xe2, 0x80, 0xf0, 0x9f].prefix(Int.random(in: 1...4, using: &random)), at: at)
            default:
                let other = lines[Int.random(in: lines.indices, using: &random)]
                line.replaceSubrange(at..<min(at + 20, line.count), with: other.prefix(Int.random(in: 0...30, using: &random)))
            }
        }
    }
}
