import Model

/// The columns of a run of events, as queries see them: pointers into a mapped file or into the tail.
struct SegmentView {
    /// Rows whose times are summed up together; also the rows that a scan handles at once.
    static let zoneRows = 4096

    let rows: Int
    /// Event time of each row, microseconds.
    let times: UnsafePointer<Int64>
    /// Earliest and latest time of each zone, in pairs.
    let zoneTimes: UnsafePointer<Int64>
    /// Runs of consecutive ids, in pairs of first row and first id.
    let runs: UnsafePointer<Int64>
    let runCount: Int
    /// By field number; nil where no row has the field.
    let columns: [ColumnView?]
    let minTime: Int64
    let maxTime: Int64
    /// The words of the texts, where they are indexed.
    var text: TextIndex?

    var zoneCount: Int { (rows + Self.zoneRows - 1) / Self.zoneRows }

    func column(_ field: Field) -> ColumnView? { column(at: Int(field.rawValue)) }

    /// The column of a field number.
    func column(at number: Int) -> ColumnView? { number < columns.count ? columns[number] : nil }

    func zone(_ index: Int) -> Range<Int> { index * Self.zoneRows..<min((index + 1) * Self.zoneRows, rows) }

    func times(ofZone index: Int) -> ClosedRange<Int64> { zoneTimes[index * 2]...zoneTimes[index * 2 + 1] }

    /// The id of a row.
    func id(_ row: Int) -> Int64 {
        var low = 0
        var high = runCount
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[middle * 2] <= Int64(row) { low = middle } else { high = middle }
        }
        return runs[low * 2 + 1] + Int64(row) - runs[low * 2]
    }

    /// The first row whose id is at least `id`; `rows` when there is none.
    func firstRow(from id: Int64) -> Int {
        var low = 0
        var high = rows
        while low < high {
            let middle = (low + high) / 2
            if self.id(middle) < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
