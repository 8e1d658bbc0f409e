import Model

/// Counts the distinct values of a field in each span of time: a bit for each value and span.
struct DistinctMerge: SegmentMerge {
    private typealias Span = (bits: [UInt64], count: Int)

    /// Most memory for the bits.
    private static let mostBytes = 512 << 20
    private let numbers: ValueNumbers
    private let field: Field
    private let interval: Int64
    private let origin: Int64
    private var spans: [UInt32: Span] = [:]
    private var bytes = 0

    init(_ field: Field, interval: Int64, origin: Int64) {
        numbers = ValueNumbers([GroupKey.time(interval: interval, origin: origin).reduced, .field(field)], shares: true)
        (self.field, self.interval, self.origin) = (field, interval, origin)
    }

    var fields: [Field] { [field] }

    var hasRoom: Bool { bytes <= Self.mostBytes }

    func another() -> DistinctMerge { DistinctMerge(field, interval: interval, origin: origin) }

    mutating func add(_ scan: SegmentScan) {
        guard var groups = GroupScan(scan, numbers.keys) else { return }
        groups.run()
        note(numbers.translate(groups))
    }

    mutating func absorb(_ other: DistinctMerge) {
        var keys: [CountTable.Key] = []
        for (span, values) in other.spans {
            for (index, word) in values.bits.enumerated() {
                var left = word
                while left != 0 {
                    keys.append([span, UInt32(index * 64 + left.trailingZeroBitCount), 0, 0])
                    left &= left - 1
                }
            }
        }
        note(numbers.translate(keys, of: other.numbers))
    }

    private mutating func note(_ keys: [CountTable.Key]) {
        var start = 0
        let sorted = keys.sorted { $0.x < $1.x }
        while start < sorted.count {
            let number = sorted[start].x
            let end = sorted[start...].firstIndex { $0.x != number } ?? sorted.count
            // Taken out of the dictionary while it is written, so that it is not copied.
            var span = spans.removeValue(forKey: number) ?? ([], 0)
            for key in sorted[start..<end] {
                let word = Int(key.y >> 6)
                if word >= span.bits.count {
                    let more = word + 1 - span.bits.count + span.bits.count / 2
                    span.bits.append(contentsOf: repeatElement(0, count: more))
                    bytes += more * 8
                }
                let bit: UInt64 = 1 << UInt64(key.y & 63)
                if span.bits[word] & bit == 0 { span.count += 1 }
                span.bits[word] |= bit
            }
            spans[number] = span
            start = end
        }
    }

    /// The spans that have values, in order.
    var counts: [(start: Timestamp, count: Int)] {
        spans.compactMap { number, span -> (start: Timestamp, count: Int)? in
            guard case .date(let start) = numbers.value(number, ofKey: 0) else { return nil }
            return (start, span.count)
        }.sorted { $0.start < $1.start }
    }
}
