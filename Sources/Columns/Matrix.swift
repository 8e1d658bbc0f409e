public import Model

/// How often values of two fields meet, with the totals of each.
public struct Matrix: Sendable {
    /// The values of the first field with the most events, and their events, with or without a value of the second.
    public let rows: TopGroups
    /// The same of the second field.
    public let columns: TopGroups
    /// Events for each row and column.
    public let cells: [[Int]]
    /// Events in the scope.
    public let total: Int
}

extension Question where Value == Matrix {
    /// Events by the values of two fields.
    public static func matrix(_ row: Field, _ column: Field, rows: Int, columns: Int) -> Question {
        Question(
            { () throws(ColumnError) in
                guard rows > 0, columns > 0 else { throw ColumnError(.invalid, "a matrix has at least one row and one column") }
                guard row != column else { throw ColumnError(.invalid, "choose two different fields") }
                return MatrixMerge(try [.field(row), .field(column)].checked())
            }, value: { $0.matrix(rows, columns) })
    }
}

/// Counts by two keys, and by each of them.
struct MatrixMerge: SegmentMerge {
    private var total = CountMerge()
    private var rows: GroupMerge
    private var columns: GroupMerge
    private var pairs: GroupMerge

    init(_ keys: [GroupKey]) {
        rows = GroupMerge([keys[0]])
        columns = GroupMerge([keys[1]])
        pairs = GroupMerge(keys)
    }

    var fields: [Field] { pairs.fields }

    var hasRoom: Bool { rows.hasRoom && columns.hasRoom && pairs.hasRoom }

    func another() -> MatrixMerge { MatrixMerge(pairs.numbers.keys) }

    mutating func add(_ scan: SegmentScan) {
        let scan = scan.choosingOnce()
        total.add(scan)
        rows.add(scan)
        columns.add(scan)
        pairs.add(scan)
    }

    mutating func absorb(_ other: MatrixMerge) {
        total.absorb(other.total)
        rows.absorb(other.rows)
        columns.absorb(other.columns)
        pairs.absorb(other.pairs)
    }

    func matrix(_ rowLimit: Int, _ columnLimit: Int) -> Matrix {
        let (top, side) = (columns.top(columnLimit), rows.top(rowLimit))
        var cells = [[Int]](repeating: [Int](repeating: 0, count: top.count), count: side.count)
        let places = [side, top].map { groups in Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1.values[0], $0) }) }
        // The place of each number, found when it is first met.
        var known: [[UInt32: Int?]] = [[:], [:]]
        func place(_ number: UInt32, _ key: Int) -> Int? {
            if let place = known[key][number] { return place }
            let place = places[key][pairs.numbers.value(number, ofKey: key)]
            known[key][number] = .some(place)
            return place
        }
        pairs.table.visit { key, count in
            if let row = place(key.x, 0), let column = place(key.y, 1) { cells[row][column] = count }
        }
        return Matrix(rows: (side, rows.table.count), columns: (top, columns.table.count), cells: cells, total: total.count)
    }
}
