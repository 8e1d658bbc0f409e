public import Model

/// The events of a cell of the earth.
public struct GeoCell: Hashable, Sendable {
    /// The southern edge; the grid tells the size.
    public let south: Double
    /// Its western edge.
    public let west: Double
    /// The geohash, for grids of geohashes.
    public let geohash: String?
    /// Events in the cell.
    public let count: Int
}

/// The cells with the most events, and how many have any.
public typealias GeoCells = (cells: [GeoCell], distinct: Int)

extension Question where Value == GeoCells {
    /// Events per cell of a place: by count, then from south to north and west to east. An event with several places counts once in each
    /// of their cells.
    public static func cells(of field: Field, _ grid: GeoGrid, limit: Int) -> Question {
        Question(
            { () throws(ColumnError) in
                guard field.type == .geoPoint else { throw ColumnError(.invalid, "\(field.name) holds no places") }
                guard limit > 0 else { throw ColumnError(.invalid, "the limit must be at least 1, not \(limit)") }
                return GeoMerge(field, grid)
            }, value: { $0.list(limit) })
    }
}

/// Counts events by cell.
struct GeoMerge: SegmentMerge {
    private let field: Field
    private let grid: GeoGrid
    /// By row and column of the grid.
    private var table = CountTable()

    init(_ field: Field, _ grid: GeoGrid) { (self.field, self.grid) = (field, grid) }

    var fields: [Field] { [field] }

    /// Cells of a hundredth of a degree are the finest of degrees; those of geohashes are bounded by the distinct places.
    var hasRoom: Bool { table.count <= 20_000_000 }

    func another() -> GeoMerge { GeoMerge(field, grid) }

    mutating func add(_ scan: SegmentScan) {
        guard let column = scan.view.column(field) else { return }
        let dictionary = column.dictionary
        // Each distinct place is looked at once; no cell is [0, 0].
        let cells = (0..<dictionary.count).map { index -> CountTable.Key in
            guard case .point(let point) = StoredValue.value(dictionary.value(index), .geoPoint), let cell = grid.cell(of: point) else {
                return CountTable.Key()
            }
            return [cell.row, cell.column, 0, 0]
        }
        if column.ends != nil { return addLists(scan, column, cells) }
        guard var groups = GroupScan(scan, [.field(field)]) else { return }
        groups.run()
        for (key, count) in zip(groups.keys, groups.counts) {
            let cell = cells[Int(key.x) - 1]
            if cell.x != 0 { table.add(count, to: cell) }
        }
    }

    private mutating func addLists(_ scan: SegmentScan, _ column: ColumnView, _ cells: [CountTable.Key]) {
        var table = table
        scan.forEachZone { _, chosen in
            chosen.visit { row in
                var found: Set<CountTable.Key> = []
                column.forEachDistinct(in: row) { found.insert(cells[$0]) }
                for cell in found where cell.x != 0 { table.add(1, to: cell) }
            }
        }
        self.table = table
    }

    mutating func absorb(_ other: GeoMerge) {
        var table = table
        other.table.visit { table.add($1, to: $0) }
        self.table = table
    }

    func list(_ limit: Int) -> GeoCells {
        var all: [(key: CountTable.Key, count: Int)] = []
        table.visit { all.append(($0, $1)) }
        let found = Leading.indices(of: all.count, limit: limit) { a, b in
            let (a, b) = (all[a], all[b])
            if a.count != b.count { return a.count > b.count }
            return a.key.x != b.key.x ? a.key.x < b.key.x : a.key.y < b.key.y
        }
        return (
            found.prefix(limit).map { index in
                let (key, count) = all[index]
                let corner = grid.corner(row: key.x, column: key.y)
                return GeoCell(south: corner.south, west: corner.west, geohash: grid.geohash(row: key.x, column: key.y), count: count)
            }, all.count
        )
    }
}
