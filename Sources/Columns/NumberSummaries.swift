public import Model

/// What is known of the numbers in a field, for one group of events.
public struct NumberSummary: Sendable {
    /// A value for each key.
    public let keys: [ColumnValue]
    /// Numbers; an event with several different ones counts with each.
    public let count: Int
    /// The least number.
    public let minimum: ColumnValue
    /// The greatest number.
    public let maximum: ColumnValue
    /// The mean, each number as often as it occurs.
    public let mean: Double
    /// For each percent asked for, the smallest number that at least so many percent of the numbers do not exceed (nearest rank).
    public let percentiles: [ColumnValue]
}

extension Question where Value == [NumberSummary] {
    /// Percentiles, least, greatest and mean of a field of numbers, exact; for each group by up to three keys.
    ///
    /// Groups come by count, the greatest first; with spans of time among the keys in the order of their keys. What is not a number
    /// (NaN) is left out.
    public static func summaries(of field: Field, percents: [Double], by keys: [GroupKey] = []) -> Question {
        Question(
            { () throws(ColumnError) in
                guard field.type == .integer || field.type == .number else {
                    throw ColumnError(.invalid, "\(field.name) holds no numbers, so it has no percentiles")
                }
                guard percents.count <= 100, percents.allSatisfy({ (0...100).contains($0) }) else {
                    throw ColumnError(.invalid, "give at most 100 percents, each from 0 to 100")
                }
                if !keys.isEmpty { _ = try keys.checked(most: 3) }
                return GroupMerge(try (keys + [.field(field)]).checked())
            }, value: { $0.summaries(percents) })
    }
}

extension GroupMerge {
    /// The groups by all keys but the last, whose values are summed up.
    fileprivate func summaries(_ percents: [Double]) -> [NumberSummary] {
        let last = numbers.keys.count - 1
        let isWhole = numbers.keys[last].type == .integer
        var found: [(key: CountTable.Key, bits: Int64, number: Double, count: Int)] = []
        numbers.withValues(ofKey: last) { values in
            table.visit { key, count in
                let bits = StoredValue.integer(values.value(Int(key[last]) - 1))
                let number = isWhole ? Double(bits) : Double(bitPattern: UInt64(bitPattern: bits))
                if number.isNaN { return }
                var group = key
                group[last] = 0
                found.append((group, bits, number, count))
            }
        }
        found.sort { a, b in
            for index in 0..<last where a.key[index] != b.key[index] { return a.key[index] < b.key[index] }
            return isWhole ? a.bits < b.bits : a.number < b.number
        }
        var all: [NumberSummary] = []
        var start = 0
        while start < found.count {
            let end = found[start...].firstIndex { $0.key != found[start].key } ?? found.count
            let part = found[start..<end]
            func value(_ index: Int) -> ColumnValue { isWhole ? .integer(found[index].bits) : .number(found[index].number) }
            let count = part.reduce(0) { $0 + $1.count }
            let sum = part.reduce(0.0) { $0 + $1.number * Double($1.count) }
            all.append(
                NumberSummary(
                    keys: (0..<last).map { numbers.value(found[start].key[$0], ofKey: $0) }, count: count, minimum: value(start),
                    maximum: value(end - 1), mean: sum / Double(count),
                    percentiles: Self.ranks(percents, of: count).map { rank in
                        var left = rank
                        return value(
                            part.indices.first { index in
                                left -= found[index].count
                                return left <= 0
                            } ?? end - 1)
                    }))
            start = end
        }
        let isTimed = numbers.keys.dropLast().contains { if case .time = $0 { true } else { false } }
        func precedes(_ a: NumberSummary, _ b: NumberSummary) -> Bool {
            Group(values: a.keys, count: a.count).precedes(Group(values: b.keys, count: b.count))
        }
        return all.sorted { a, b in isTimed || a.count == b.count ? precedes(a, b) : a.count > b.count }
    }

    /// The ranks of the percents among so many numbers, from 1.
    private static func ranks(_ percents: [Double], of count: Int) -> [Int] {
        percents.map { min(max(Int(($0 / 100 * Double(count)).rounded(.up)), 1), count) }
    }
}
