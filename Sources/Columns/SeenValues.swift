public import Model

/// A value of a field, how often it occurs, and when.
public struct SeenValue: Hashable, Sendable {
    /// The value.
    public let value: ColumnValue
    /// Events that have it.
    public let count: Int
    /// The earliest event time.
    public let first: Timestamp
    /// The latest event time.
    public let last: Timestamp
}

/// Which values come first in a list of seen values. Equal ones are in the order of their values.
public enum SeenOrder: String, Sendable, CaseIterable {
    /// The fewest events; of equal counts, those first seen last.
    case rarest
    /// The most events.
    case frequent
    /// First seen last.
    case newest
    /// First seen first.
    case oldest
    /// Last seen last.
    case recent
}

/// Some of the values of a field, and how many there are in all.
public typealias SeenValues = (values: [SeenValue], distinct: Int)

extension Question where Value == SeenValues {
    /// The values of a field with count, first and last time.
    ///
    /// - Parameter firstSeen: only values whose first event is in that range; the scope's earliest time is ignored then, because a value
    ///   is new only when it never came before.
    public static func seen(_ field: Field, order: SeenOrder, limit: Int, firstSeen: Range<Timestamp>? = nil) -> Question {
        Question(
            times: { times in
                guard let firstSeen else { return times }
                return Timestamp(microseconds: .min)..<(times?.upperBound ?? firstSeen.upperBound)
            },
            { () throws(ColumnError) in
                guard field != .timestamp else { throw ColumnError(.invalid, "@timestamp is the time itself; choose another field") }
                guard limit > 0 else { throw ColumnError(.invalid, "the limit must be at least 1, not \(limit)") }
                return SeenMerge(field)
            }, value: { $0.list(order, limit, firstSeen) })
    }
}

/// Count, first and last time of each value of a field.
struct SeenMerge: SegmentMerge {
    /// Most values of an answer.
    private static let mostValues = 20_000_000
    private let field: Field
    let numbers: ValueNumbers
    /// By number, which counts from 1.
    private var counts: [Int] = [0]
    private(set) var firsts: [Int64] = [.max]
    private var lasts: [Int64] = [.min]

    init(_ field: Field) {
        self.field = field
        numbers = ValueNumbers([.field(field)])
    }

    var fields: [Field] { [field] }

    var hasRoom: Bool { counts.count <= Self.mostValues }

    func another() -> SeenMerge { SeenMerge(field) }

    mutating func add(_ scan: SegmentScan) {
        guard let column = scan.view.column(field) else { return }
        let times = scan.view.times
        let size = column.dictionary.count + 1
        var counts = [Int](repeating: 0, count: size)
        var firsts = [Int64](repeating: .max, count: size)
        var lasts = [Int64](repeating: .min, count: size)
        counts.withUnsafeMutableBufferPointer { counts in
            firsts.withUnsafeMutableBufferPointer { firsts in
                lasts.withUnsafeMutableBufferPointer { lasts in
                    scan.forEachZone { _, chosen in
                        chosen.visit { row in
                            column.forEachDistinct(in: row) { index in
                                counts[index + 1] += 1
                                firsts[index + 1] = min(firsts[index + 1], times[row])
                                lasts[index + 1] = max(lasts[index + 1], times[row])
                            }
                        }
                    }
                }
            }
        }
        for code in 1..<max(size, 1) where counts[code] > 0 {
            note(column.dictionary.value(code - 1), counts[code], firsts[code], lasts[code])
        }
    }

    mutating func absorb(_ other: SeenMerge) {
        other.numbers.withValues(ofKey: 0) { values in
            for number in 1..<other.counts.count {
                note(values.value(number - 1), other.counts[number], other.firsts[number], other.lasts[number])
            }
        }
    }

    private mutating func note(_ value: UnsafeRawBufferPointer, _ count: Int, _ first: Int64, _ last: Int64) {
        let number = Int(numbers.number(value, ofKey: 0))
        if number == counts.count {
            counts.append(0)
            firsts.append(.max)
            lasts.append(.min)
        }
        counts[number] += count
        firsts[number] = min(firsts[number], first)
        lasts[number] = max(lasts[number], last)
    }

    /// The first values in an order.
    func list(_ order: SeenOrder, _ limit: Int, _ firstSeen: Range<Timestamp>?) -> SeenValues {
        var chosen = Array(1..<max(counts.count, 1))
        if let firstSeen { chosen = chosen.filter { firstSeen.contains(Timestamp(microseconds: firsts[$0])) } }
        func isBefore(_ a: Int, _ b: Int) -> Bool {
            let (a, b) = (chosen[a], chosen[b])
            switch order {
            case .rarest: return counts[a] != counts[b] ? counts[a] < counts[b] : firsts[a] > firsts[b]
            case .frequent: return counts[a] > counts[b]
            case .newest: return firsts[a] > firsts[b]
            case .oldest: return firsts[a] < firsts[b]
            case .recent: return lasts[a] > lasts[b]
            }
        }
        let found = Leading.indices(of: chosen.count, limit: limit, isBefore: isBefore).map { index in
            (index, value: Group(values: [numbers.value(UInt32(chosen[index]), ofKey: 0)], count: counts[chosen[index]]))
        }
        let sorted = found.sorted { a, b in
            if isBefore(a.0, b.0) { return true }
            return isBefore(b.0, a.0) ? false : a.value.precedes(b.value)
        }
        return (
            sorted.prefix(limit).map { index, group in
                SeenValue(
                    value: group.values[0], count: group.count, first: Timestamp(microseconds: firsts[chosen[index]]),
                    last: Timestamp(microseconds: lasts[chosen[index]]))
            }, chosen.count
        )
    }
}
