import Foundation
import Model
import TestKit
import Testing

@testable import Journal

@Suite("Random mixes of classes against a model")
struct RetentionPropertyTests {
    @Test(arguments: 1...6)
    func randomWork(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var options = ClassRetentionTests.limits(
            Int.random(in: 1...6, using: &random), Int.random(in: 1...4, using: &random), Int.random(in: 1...3, using: &random),
            kept: seed % 2 == 0 ? 5 : nil, all: seed % 3 == 0 ? 4 : nil)
        options.tailBytes = [0, 4000, 1 << 20][Int.random(in: 0..<3, using: &random)]
        let mixed = try MixedJournal(options: options)
        for step in 0..<60 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...4:
                let kinds = ["a", "r", "arRApPn", "rrrrrrra", "aA"][Int.random(in: 0..<5, using: &random)]
                let count = [1, 3, 40, 200][Int.random(in: 0..<4, using: &random)]
                let letters = String((0..<count).map { _ in kinds.randomElement(using: &random) ?? "a" })
                try await mixed.append(letters, rawBytes: Int.random(in: 5...300, using: &random))
            case 5, 6:
                mixed.clock.advance(seconds: 86_400)
                _ = try await mixed.journal.applyRetention()
                mixed.expire()
            case 7:
                let chosen = mixed.known.indices.filter { _ in Int.random(in: 0..<20, using: &random) == 0 }
                let there = chosen.filter { mixed.known[$0].isThere }
                let result = try await mixed.journal.keep(ids: chosen.map { mixed.known[$0].id })
                #expect(result.absent == chosen.count - there.count && result.copied + result.known == there.count)
                for index in there { mixed.known[index].isKept = true }
            case 8: _ = try await mixed.journal.compactNext()
            default: try await mixed.reopen()
            }
            if step % 6 == 5 { try await mixed.check("seed \(seed), step \(step)") }
        }
        _ = try await mixed.journal.applyRetention()
        mixed.expire()
        while try await mixed.journal.compactNext() != nil {}
        try await mixed.check("seed \(seed), end")
    }
}
