public import Model

/// What rows are grouped by.
public enum GroupKey: Hashable, Sendable {
    /// Each value of a field; rows without the field are in no group, rows with several values in several.
    case field(Field)
    /// Spans of event time of that many microseconds, from `origin` on.
    case time(interval: Int64, origin: Int64)
}

/// Counts the chosen rows of one segment by key, in numbers of the segment (codes, spans of time).
struct GroupScan {
    /// Cells of a table that is indexed directly; more are hashed.
    private static let mostCells = 1 << 20

    /// One key in a segment.
    private enum Part {
        case column(ColumnView)
        /// Spans from the first on.
        case time(interval: Int64, origin: Int64, first: Int64)

        /// The number of a row, 0 for none.
        @inline(__always) func number(_ row: Int, _ view: SegmentView) -> Int {
            switch self {
            case .column(let column): column.code(at: row)
            case .time(let interval, let origin, let first): Int(floorDivide(view.times[row] - origin, interval) - first) + 1
            }
        }
    }

    /// Rows by key; a key's numbers are codes, or spans counted from `firstSpan`, both from 1.
    private(set) var table = CountTable()
    /// The first span of each time key.
    private(set) var firstSpans: [Int64]
    private let scan: SegmentScan
    private let parts: [Part]
    private let sizes: [Int]

    /// Nil when a field does not occur in the segment.
    init?(_ scan: SegmentScan, _ keys: [GroupKey]) {
        self.scan = scan
        var parts: [Part] = []
        var sizes: [Int] = []
        firstSpans = []
        for key in keys {
            switch key {
            case .field(let field):
                guard let column = scan.view.column(field) else { return nil }
                parts.append(.column(column))
                sizes.append(column.dictionary.count + 1)
                firstSpans.append(0)
            case .time(let interval, let origin):
                let from = max(scan.view.minTime, scan.times.lowerBound)
                let to = min(scan.view.maxTime, scan.times.upperBound - 1)
                guard from <= to else { return nil }
                let first = floorDivide(from - origin, interval)
                parts.append(.time(interval: interval, origin: origin, first: first))
                sizes.append(Int(min(floorDivide(to - origin, interval) - first + 2, Int64(Int32.max))))
                firstSpans.append(first)
            }
        }
        self.parts = parts
        self.sizes = sizes
    }

    /// Counts.
    mutating func run() {
        if scan.isEmpty { return }
        if countWholeColumn() { return }
        let isList = parts.contains { if case .column(let column) = $0 { column.ends != nil } else { false } }
        let cells = sizes.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? Int.max : $0 * $1 }
        if isList {
            countLists()
        } else if cells <= Self.mostCells {
            countDirectly(cells)
        } else {
            countHashed()
        }
    }

    /// The dictionary knows how often each value is in the whole segment.
    private mutating func countWholeColumn() -> Bool {
        guard scan.isWhole, parts.count == 1, case .column(let column) = parts[0], column.ends == nil else { return false }
        for index in 0..<column.dictionary.count { table.add(Int(column.dictionary.counts[index]), to: [UInt32(index + 1), 0, 0, 0]) }
        return true
    }

    private mutating func countDirectly(_ cells: Int) {
        var counts = [UInt32](repeating: 0, count: cells)
        let view = scan.view
        counts.withUnsafeMutableBufferPointer { counts in
            let base = counts.baseAddress.unsafelyUnwrapped
            switch parts.count {
            case 1:
                if case .time(let interval, let origin, let first) = parts[0] {
                    scan.forEachZone { zone, chosen in
                        let span = view.times(ofZone: zone)
                        let low = Int(floorDivide(span.lowerBound - origin, interval) - first) + 1
                        if low > 0, floorDivide(span.upperBound - origin, interval) == floorDivide(span.lowerBound - origin, interval) {
                            base[low] += UInt32(truncatingIfNeeded: chosen.count)
                        } else {
                            chosen.forEach { base[Int(floorDivide(view.times[$0] - origin, interval) - first) + 1] += 1 }
                        }
                    }
                } else if case .column(let column) = parts[0] {
                    switch column.width {
                    case .one:
                        let codes = column.codes.assumingMemoryBound(to: UInt8.self)
                        scan.forEachZone { _, chosen in chosen.forEach { base[Int(codes[$0])] += 1 } }
                    case .two:
                        let codes = column.codes.assumingMemoryBound(to: UInt16.self)
                        scan.forEachZone { _, chosen in chosen.forEach { base[Int(codes[$0])] += 1 } }
                    case .four:
                        let codes = column.codes.assumingMemoryBound(to: UInt32.self)
                        scan.forEachZone { _, chosen in chosen.forEach { base[Int(codes[$0])] += 1 } }
                    }
                }
            default:
                scan.forEachZone { _, chosen in
                    chosen.forEach { row in
                        var cell = 0
                        for index in parts.indices { cell = cell * sizes[index] + parts[index].number(row, view) }
                        base[cell] += 1
                    }
                }
            }
        }
        for cell in 0..<cells where counts[cell] != 0 {
            var key = CountTable.Key()
            var rest = cell
            for index in parts.indices.reversed() {
                key[index] = UInt32(rest % sizes[index])
                rest /= sizes[index]
            }
            add(Int(counts[cell]), key)
        }
    }

    private mutating func countHashed() {
        let (view, parts) = (scan.view, parts)
        var table = CountTable(capacity: 4096)
        scan.forEachZone { _, chosen in
            chosen.forEach { row in
                var key = CountTable.Key()
                for index in parts.indices { key[index] = UInt32(truncatingIfNeeded: parts[index].number(row, view)) }
                table.add(1, to: key)
            }
        }
        table.forEach { add($1, $0) }
    }

    private mutating func countLists() {
        let (view, parts) = (scan.view, parts)
        var table = CountTable()
        func count(_ row: Int, _ index: Int, _ key: CountTable.Key) {
            guard index < parts.count else { return table.add(1, to: key) }
            var key = key
            if case .column(let column) = parts[index] {
                column.forEachDistinct(in: row) {
                    key[index] = UInt32($0 + 1)
                    count(row, index + 1, key)
                }
            } else {
                key[index] = UInt32(truncatingIfNeeded: parts[index].number(row, view))
                count(row, index + 1, key)
            }
        }
        scan.forEachZone { _, chosen in chosen.forEach { count($0, 0, CountTable.Key()) } }
        self.table = table
    }

    /// Adds a cell unless a field is missing in it.
    private mutating func add(_ count: Int, _ key: CountTable.Key) {
        for index in parts.indices where key[index] == 0 { return }
        table.add(count, to: key)
    }
}

/// The quotient rounded down.
@inline(__always) func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
}
