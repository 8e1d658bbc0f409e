public import Model

/// What rows are grouped by.
public enum GroupKey: Hashable, Sendable {
    /// Each value of a field; rows without the field are in no group, rows with several values in several.
    case field(Field)
    /// Spans of event time of that many microseconds, from `origin` on.
    case time(interval: Int64, origin: Int64)

    /// The same spans, counted from the first that begins in 1970 or later: times less that origin do not overflow.
    var reduced: GroupKey {
        switch self {
        case .field: self
        case .time(let interval, let origin):
            interval > 0 ? .time(interval: interval, origin: (origin % interval + interval) % interval) : self
        }
    }

    /// How the values are stored: spans as the instants at which they begin.
    var type: FieldType {
        switch self {
        case .field(let field): field.type
        case .time: .date
        }
    }
}

/// Counts the chosen rows of one segment by key, in numbers of the segment (codes, spans of time).
struct GroupScan {
    /// Cells of a table that is indexed directly; more are hashed.
    private static let mostCells = 1 << 20

    /// One key in a segment; numbers count from 1, and 0 means that the row lacks the field.
    private enum Part {
        case column(ColumnView)
        /// Spans from the first on.
        case time(interval: Int64, origin: Int64, first: Int64)
        /// Spans of a range that has more of them than there are numbers: those that occur.
        case rareTime(interval: Int64, origin: Int64, spans: DictionaryBuilder)

        @inline(__always) func number(_ row: Int, _ view: SegmentView) -> UInt32 {
            switch self {
            case .column(let column): UInt32(truncatingIfNeeded: column.code(at: row))
            case .time(let interval, let origin, let first): Self.span(view.times[row], interval, origin, first)
            case .rareTime(let interval, let origin, let spans):
                withUnsafeBytes(of: floorDivide(view.times[row] - origin, interval).littleEndian) { spans.code(of: $0) }
            }
        }

        /// The numbers of all rows of a zone.
        func fill(_ zone: Int, _ rows: Range<Int>, _ view: SegmentView, into out: UnsafeMutablePointer<UInt32>) {
            switch self {
            case .column(let column):
                switch column.width {
                case .one: Self.widen(column.codes.assumingMemoryBound(to: UInt8.self) + rows.lowerBound, rows.count, out)
                case .two: Self.widen(column.codes.assumingMemoryBound(to: UInt16.self) + rows.lowerBound, rows.count, out)
                case .four: Self.widen(column.codes.assumingMemoryBound(to: UInt32.self) + rows.lowerBound, rows.count, out)
                }
            case .time(let interval, let origin, let first):
                let times = view.times(ofZone: zone)
                let low = Self.span(times.lowerBound, interval, origin, first)
                if low == Self.span(times.upperBound, interval, origin, first) {
                    out.update(repeating: low, count: rows.count)
                } else {
                    for (index, row) in rows.enumerated() { out[index] = Self.span(view.times[row], interval, origin, first) }
                }
            case .rareTime:
                for (index, row) in rows.enumerated() { out[index] = number(row, view) }
            }
        }

        @inline(__always) private static func widen(
            _ codes: UnsafePointer<some FixedWidthInteger>, _ count: Int, _ out: UnsafeMutablePointer<UInt32>
        ) {
            for index in 0..<count { out[index] = UInt32(truncatingIfNeeded: codes[index]) }
        }

        @inline(__always) private static func span(_ time: Int64, _ interval: Int64, _ origin: Int64, _ first: Int64) -> UInt32 {
            UInt32(truncatingIfNeeded: floorDivide(time - origin, interval) - first + 1)
        }
    }

    /// Keys that occur and their rows; a key may come more than once. Numbers are codes, or stand for spans of time.
    private(set) var keys: [CountTable.Key] = []
    private(set) var counts: [Int] = []
    /// What the rows are counted by.
    let groupKeys: [GroupKey]
    /// The rows that are counted.
    let scan: SegmentScan
    private let parts: [Part]
    private let sizes: [Int]

    /// Nil when a field does not occur in the segment.
    init?(_ scan: SegmentScan, _ keys: [GroupKey]) {
        self.scan = scan
        groupKeys = keys
        var parts: [Part] = []
        var sizes: [Int] = []
        for key in keys {
            switch key {
            case .field(let field):
                guard let column = scan.view.column(field) else { return nil }
                parts.append(.column(column))
                sizes.append(column.dictionary.count + 1)
            case .time(let interval, let origin):
                // Of all rows, so that those that are not chosen have a number, too.
                let first = floorDivide(scan.view.minTime - origin, interval)
                let count = Int(floorDivide(scan.view.maxTime - origin, interval) - first) + 1
                if count < UInt32.max {
                    parts.append(.time(interval: interval, origin: origin, first: first))
                } else {
                    parts.append(.rareTime(interval: interval, origin: origin, spans: DictionaryBuilder(width: 8, seed: 0)))
                }
                sizes.append(count + 1)
            }
        }
        self.parts = parts
        self.sizes = sizes
    }

    /// The span of time that a number of the key at `index` stands for, counted from its origin.
    func span(_ number: UInt32, ofKey index: Int) -> Int64 {
        switch parts[index] {
        case .column: 0
        case .time(_, _, let first): first + Int64(number) - 1
        case .rareTime(_, _, let spans): StoredValue.integer(spans.view.value(Int(number) - 1))
        }
    }

    /// Counts.
    mutating func run() {
        if scan.isEmpty { return }
        let cells = sizes.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? Int.max : $0 * $1 }
        if let column = wholeColumn {
            for index in 0..<column.dictionary.count { note([UInt32(index + 1), 0, 0, 0], Int(column.dictionary.counts[index])) }
        } else if parts.contains(where: { if case .column(let column) = $0 { column.ends != nil } else { false } }) {
            countLists()
        } else if cells <= Self.mostCells {
            countDirectly(cells)
        } else {
            countHashed()
        }
    }

    /// The only key's column, when its dictionary knows how often each value is in all rows.
    private var wholeColumn: ColumnView? {
        guard scan.isWhole, parts.count == 1, case .column(let column) = parts[0], column.ends == nil else { return nil }
        return column
    }

    private mutating func countDirectly(_ cells: Int) {
        var table = [UInt32](repeating: 0, count: cells)
        let (view, parts, sizes) = (scan.view, parts, sizes)
        table.withUnsafeMutableBufferPointer { table in
            let base = table.baseAddress.unsafelyUnwrapped
            withZoneRoom(2) { room in
                let (numbers, more) = (room[0], room[1])
                scan.forEachZone { zone, chosen in
                    let rows = view.zone(zone)
                    guard chosen.count * 8 >= rows.count else {
                        chosen.visit { row in
                            var cell = 0
                            for index in parts.indices { cell = cell * sizes[index] + Int(parts[index].number(row, view)) }
                            base[cell] += 1
                        }
                        return
                    }
                    parts[0].fill(zone, rows, view, into: numbers)
                    for index in 1..<max(parts.count, 1) {
                        parts[index].fill(zone, rows, view, into: more)
                        let size = UInt32(sizes[index])
                        for row in 0..<rows.count { numbers[row] = numbers[row] &* size &+ more[row] }
                    }
                    chosen.visit { base[Int(numbers[$0 - rows.lowerBound])] += 1 }
                }
            }
        }
        for cell in 0..<cells where table[cell] != 0 {
            var key = CountTable.Key()
            var rest = cell
            for index in parts.indices.reversed() {
                key[index] = UInt32(rest % sizes[index])
                rest /= sizes[index]
            }
            note(key, Int(table[cell]))
        }
    }

    private mutating func countHashed() {
        let (view, parts) = (scan.view, parts)
        var table = CountTable(capacity: 4096)
        withZoneRoom(parts.count) { room in
            scan.forEachZone { zone, chosen in
                let rows = view.zone(zone)
                for index in parts.indices { parts[index].fill(zone, rows, view, into: room[index]) }
                chosen.visit { row in
                    var key = CountTable.Key()
                    for index in parts.indices { key[index] = room[index][row - rows.lowerBound] }
                    table.add(1, to: key)
                }
            }
        }
        table.visit { note($0, $1) }
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
                key[index] = parts[index].number(row, view)
                count(row, index + 1, key)
            }
        }
        scan.forEachZone { _, chosen in chosen.visit { count($0, 0, CountTable.Key()) } }
        table.visit { note($0, $1) }
    }

    /// Drops keys whose first number is not wanted.
    mutating func keep(_ isWanted: (UInt32) -> Bool) {
        let kept = keys.indices.filter { isWanted(keys[$0].x) }
        if kept.count == keys.count { return }
        keys = kept.map { keys[$0] }
        counts = kept.map { counts[$0] }
    }

    /// Notes the rows of a key, unless a field is missing in it.
    private mutating func note(_ key: CountTable.Key, _ count: Int) {
        for index in parts.indices where key[index] == 0 { return }
        keys.append(key)
        counts.append(count)
    }

    /// Room for a number of each row of a zone, several times.
    private func withZoneRoom(_ count: Int, _ body: ([UnsafeMutablePointer<UInt32>]) -> Void) {
        let room = UnsafeMutablePointer<UInt32>.allocate(capacity: count * SegmentView.zoneRows)
        defer { room.deallocate() }
        body((0..<count).map { room + $0 * SegmentView.zoneRows })
    }
}

/// The quotient rounded down.
@inline(__always) func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
}
