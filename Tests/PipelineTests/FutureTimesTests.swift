import Model
import Testing

@testable import Pipeline

@Suite struct FutureTimesTests {
    private static let arrival = Timestamp(microseconds: 1_700_000_000_000_000)

    private static func batch(_ offsets: [Double]) -> EventBatch {
        var batch = EventBatch()
        for (number, offset) in offsets.enumerated() {
            batch.append(.eventSequence, integer: Int64(number))
            batch.append(.timestamp, arrival.adding(seconds: offset))
            batch.endRow(raw: [UInt8]("raw\(number)".utf8).span)
        }
        return batch
    }

    @Test func setsBackWhatIsTooFarAhead() {
        var batch = Self.batch([-86_400, 0, 300, 300.001, 86_400 * 365])
        #expect(batch.clampFuture(to: Self.arrival, toleranceSeconds: 300) == 2)
        for row in 0..<3 {
            #expect(batch[row].string(.timeQuality) == nil)
            #expect(batch[row].first(.labels) == nil)
        }
        for (row, stated) in [(3, 300.001), (4, 86_400.0 * 365)] {
            #expect(batch[row].date(.timestamp) == Self.arrival)
            #expect(batch[row].string(.timeQuality) == "clamped")
            let label = batch[row].first(.labels).map { batch[row].label($0) }
            #expect(label?.key == "stated_time")
            #expect(label?.text == Self.arrival.adding(seconds: stated).iso8601)
            #expect(batch[row].integer(.eventSequence) == Int64(row))
            #expect(batch.raw(row).elementsEqual("raw\(row)".utf8))
        }
    }

    @Test func leavesARowWithoutATimeAlone() {
        var batch = EventBatch()
        batch.append(.eventSequence, integer: 1)
        batch.endRowWithoutRaw()
        let before = batch.bytes
        #expect(batch.clampFuture(to: Self.arrival, toleranceSeconds: 0) == 0)
        #expect(batch.bytes == before)
    }
}
