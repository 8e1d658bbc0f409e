import Journal
import KQL
import Model

/// Which events are still in the journal, as the columns were told last: what retention has removed of each class, but for what is kept.
struct Liveness: Sendable {
    let removals: Removals
    /// Ids of events that are kept although their class was removed; rising.
    private let kept: [Int64]

    init(_ removals: Removals = Removals(), kept: [EventID] = []) {
        self.removals = removals
        self.kept = kept.map(\.value)
    }

    /// Whether everything of a run of ids is there.
    func isWhole(from first: EventID) -> Bool { first > removals.newest }

    /// The rows of a segment that are gone; nil when none is. The view has the column of `event.family`.
    func hidden(in view: SegmentView) -> HiddenRows? {
        guard view.rows > 0, view.id(0) <= removals.newest.value else { return nil }
        // Of each class what is gone stands before a row.
        let ends = RetentionClass.families.map { view.firstRow(from: removals[$0].value + 1) }
        func end(_ family: EventFamily) -> Int { ends[RetentionClass(family).rawValue - 1] }
        let reach = ends.max() ?? 0
        var hidden = HiddenRows(rows: view.rows)
        let recordEnd = end(.record)
        if let column = view.column(.eventFamily) {
            // By code; the first stands for rows without a family.
            var endOfCode = [recordEnd]
            for index in 0..<column.dictionary.count {
                endOfCode.append(end(EventFamily(name: column.dictionary.value(index).text) ?? .record))
            }
            for row in 0..<reach {
                let code = column.positions(of: row).first.map { column.code(at: $0) } ?? 0
                if row < endOfCode[code] { hidden.hide(row) }
            }
        } else {
            for row in 0..<recordEnd { hidden.hide(row) }
        }
        var index = firstKept(from: view.id(0))
        while index < kept.count, kept[index] <= view.id(view.rows - 1) {
            let row = view.firstRow(from: kept[index])
            if view.id(row) == kept[index] { hidden.show(row) }
            index += 1
        }
        return hidden.isEmpty ? nil : hidden
    }

    private func firstKept(from id: Int64) -> Int {
        var low = 0
        var high = kept.count
        while low < high {
            let middle = (low + high) / 2
            if kept[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}

/// Rows of a segment that no query sees: a bit for each.
struct HiddenRows: Sendable {
    private let rows: Int
    private var words: [UInt64]

    init(rows: Int) {
        self.rows = rows
        words = [UInt64](repeating: 0, count: (rows + 63) / 64)
    }

    mutating func hide(_ row: Int) { words[row / 64] |= 1 << UInt64(row % 64) }

    mutating func show(_ row: Int) { words[row / 64] &= ~(1 << UInt64(row % 64)) }

    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Whether no row is left.
    var isAll: Bool { count == rows }

    /// The bits of 64 rows, beginning with that one, which a word begins with.
    func word(from row: Int) -> UInt64 { words[row / 64] }
}
