import Foundation
import Model
import TestKit
import Testing

@Suite struct EventBatchTests {
    /// A value as it went in and as it must come out.
    enum Value: Equatable {
        case text(String)
        case ip(IPAddress)
        case integer(Int64)
        case number(UInt64)
        case date(Timestamp)
        case boolean(Bool)
        case point(GeoPoint)
        case label(String, String)
    }

    static func randomText(_ random: inout SeededGenerator) -> String {
        let pieces = ["", "a", "<script>", "\"", "\\", "\n", "\u{0}", "é", "\u{2028}", "🦅", "\u{7f}", "&amp;", "</", "\u{202e}", "x"]
        return (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            + (Int.random(in: 0..<20, using: &random) == 0 ? String(repeating: "long ", count: 60) : "")
    }

    static func append(_ field: Field, to batch: inout EventBatch, _ random: inout SeededGenerator) -> Value {
        switch field.type {
        case .keyword, .text:
            let text = randomText(&random)
            if Bool.random(using: &random) {
                let bytes = Array(text.utf8)
                batch.append(field, utf8: bytes.span)
            } else {
                batch.append(field, text)
            }
            return .text(text)
        case .ip:
            let address = IPAddress(high: random.next(), low: random.next())
            batch.append(field, address)
            return .ip(address)
        case .integer:
            let value = [0, -1, .min, .max, Int64(bitPattern: random.next())].randomElement(using: &random) ?? 0
            batch.append(field, integer: value)
            return .integer(value)
        case .number:
            let bits: UInt64 = [Double.nan.bitPattern, Double.infinity.bitPattern, random.next()].randomElement(using: &random) ?? 0
            batch.append(field, number: Double(bitPattern: bits))
            return .number(bits)
        case .date:
            let instant = Timestamp(microseconds: Int64.random(in: -(1 << 60)...(1 << 60), using: &random))
            batch.append(field, instant)
            return .date(instant)
        case .boolean:
            let flag = Bool.random(using: &random)
            batch.append(field, flag)
            return .boolean(flag)
        case .geoPoint:
            let point = GeoPoint(latitude: .random(in: -90...90, using: &random), longitude: .random(in: -180...180, using: &random))
            batch.append(field, point)
            return .point(point)
        case .label:
            let (key, text) = (randomText(&random), randomText(&random))
            batch.append(label: key, text)
            return .label(key, text)
        }
    }

    static func values(of row: EventRow) -> [(Field, Value)] {
        var found: [(Field, Value)] = []
        var at = row.start
        while let pair = row.pair(at: at) {
            at = pair.end
            let value: Value =
                switch pair.field.type {
                case .keyword, .text: .text(String(decoding: row.utf8(pair), as: UTF8.self))
                case .ip: .ip(row.ip(pair))
                case .integer: .integer(row.integer(pair))
                case .number: .number(row.number(pair).bitPattern)
                case .date: .date(row.date(pair))
                case .boolean: .boolean(row.boolean(pair))
                case .geoPoint: .point(row.point(pair))
                case .label: .label(row.label(pair).key, row.label(pair).text)
                }
            found.append((pair.field, value))
        }
        return found
    }

    static func randomBatch(rows: Int, _ random: inout SeededGenerator) -> (EventBatch, [[(Field, Value)]]) {
        var batch = EventBatch()
        var expected: [[(Field, Value)]] = []
        for row in 0..<rows {
            if Int.random(in: 0..<5, using: &random) == 0 {
                _ = append(.message, to: &batch, &random)
                batch.abandonRow()
            }
            var values: [(Field, Value)] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let field = Field.allCases.randomElement(using: &random) ?? .message
                values.append((field, append(field, to: &batch, &random)))
            }
            let raw = Array("raw \(row)".utf8)
            if row % 7 == 3 { batch.endRowWithoutRaw() } else { batch.endRow(raw: raw.span) }
            expected.append(values)
        }
        return (batch, expected)
    }

    @Test func `Every field comes back as it was written, also from the stored parts`() throws {
        var random = SeededGenerator(seed: 5)
        let (batch, expected) = Self.randomBatch(rows: 400, &random)
        let stored = try #require(
            EventBatch(bytes: batch.bytes, rowEnds: batch.rowEnds, rawBytes: batch.rawBytes, rawEnds: batch.rawEnds))
        var joined = EventBatch()
        joined.append(batch)
        joined.append(stored)
        for row in 0..<400 {
            for (source, index) in [(stored, row), (joined, row), (joined, 400 + row)] {
                #expect(source[index].isWellFormed)
                #expect(Self.values(of: source[index]).elementsEqual(expected[row]) { $0 == $1 })
                #expect(source.raw(index).elementsEqual((row % 7 == 3 ? "" : "raw \(row)").utf8))
            }
        }
        #expect(!joined.hasOpenRow)
    }

    @Test func `Rows can be copied one by one and appended to in one pass`() {
        var random = SeededGenerator(seed: 6)
        let (batch, expected) = Self.randomBatch(rows: 60, &random)
        var copy = EventBatch()
        for row in stride(from: 59, through: 0, by: -1) { copy.appendRow(row, of: batch) }
        var tag = EventBatch()
        tag.append(.tags, "seen")
        copy.appendToEachRow(reserving: 8) { _, out in out.append(contentsOf: tag.bytes) }
        for row in 0..<60 {
            let want = expected[59 - row] + [(.tags, .text("seen"))]
            #expect(Self.values(of: copy[row]).elementsEqual(want) { $0 == $1 })
        }
    }

    @Test func `Parts that do not fit together are refused`() {
        let batch = SampleEvents.batch(0..<3)
        let (bytes, ends, raw, rawEnds) = (batch.bytes, batch.rowEnds, batch.rawBytes, batch.rawEnds)
        #expect(EventBatch(bytes: bytes, rowEnds: ends, rawBytes: raw, rawEnds: rawEnds) != nil)
        #expect(EventBatch(bytes: bytes + [0], rowEnds: ends, rawBytes: raw, rawEnds: rawEnds) == nil)
        #expect(EventBatch(bytes: bytes, rowEnds: ends.reversed(), rawBytes: raw, rawEnds: rawEnds) == nil)
        #expect(EventBatch(bytes: bytes, rowEnds: Array(ends.dropLast()), rawBytes: raw, rawEnds: rawEnds) == nil)
        #expect(EventBatch(bytes: bytes, rowEnds: ends, rawBytes: raw, rawEnds: [-1] + rawEnds.dropFirst()) == nil)
        #expect(EventBatch(bytes: [], rowEnds: [], rawBytes: [], rawEnds: []) != nil)
    }

    @Test func `Damaged rows are read without a trap and give valid JSON`() throws {
        var random = SeededGenerator(seed: 7)
        for round in 0..<3000 {
            var (batch, _) = Self.randomBatch(rows: 1, &random)
            var bytes = batch.bytes
            if round % 3 == 0 {
                bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
            batch = try #require(EventBatch(bytes: bytes, rowEnds: [bytes.count], rawBytes: [], rawEnds: [0]))
            let row = batch[0]
            _ = Self.values(of: row)
            _ = row.isWellFormed
            for field in Field.allCases { _ = row.first(field) }
            var json: [UInt8] = []
            EventJSON.append(row, id: EventID(1), to: &json)
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(json)) }
        }
    }
}
