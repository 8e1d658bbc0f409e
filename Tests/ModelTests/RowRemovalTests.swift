import Model
import TestKit
import Testing

@Suite struct RowRemovalTests {
    @Test func `Any rows can be taken out, and what stays has its values and its record`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            var batch = EventBatch()
            var records: [String] = []
            let count = Int.random(in: 0...8, using: &random)
            for number in 0..<count {
                batch.append(.message, "\(number)")
                if number == 0 || Bool.random(using: &random) {
                    records.append("r\(number)")
                    batch.endRow(raw: Array("r\(number)".utf8).span)
                } else {
                    records.append(records[number - 1])
                    batch.endRowWithoutRaw()
                }
            }
            let first = Int.random(in: 0...count, using: &random)
            let removed = Set((first..<count).filter { _ in Bool.random(using: &random) })
            let left = (0..<count).filter { !removed.contains($0) }
            #expect(batch.removeRows(from: first) { removed.contains(Int($0.string(.message) ?? "") ?? -1) } == removed.count)
            #expect((0..<batch.count).map { batch[$0].string(.message) } == left.map { "\($0)" })
            var seen = ""
            for (row, number) in left.enumerated() {
                if !batch.raw(row).isEmpty { seen = String(decoding: batch.raw(row), as: UTF8.self) }
                #expect(seen == records[number])
            }
            #expect(!batch.hasOpenRow)
        }
    }
}
