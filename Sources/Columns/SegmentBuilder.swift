import Journal
import KQL
import Model

/// Turns blocks of the journal into columns, until they are enough for a segment.
///
/// One thread changes it, under the store's lock; exclusive access is not checked again for every value, which cost a third of the time.
final class SegmentBuilder {
    /// Rows of a full segment, where nothing else is asked for.
    static let fullRows = 1 << 18
    /// Values of a column after which it is decided whether each is looked up (``DictionaryBuilder/isPlain``).
    static let plainAfter = 16_384
    /// Bytes of memory beyond which a segment is full with fewer rows.
    static let fullBytes = 256 << 20

    private(set) var seed = UInt64.random(in: .min ... .max)
    @exclusivity(unchecked) private(set) var rows = 0
    private(set) var lastID: EventID
    @exclusivity(unchecked) private var columns: [ColumnBuilder?]
    @exclusivity(unchecked) private var times = Growing<Int64>(capacity: 4096)
    @exclusivity(unchecked) private var zoneTimes = Growing<Int64>()
    @exclusivity(unchecked) private var runs = Growing<Int64>()
    @exclusivity(unchecked) private var minTime = Int64.max
    @exclusivity(unchecked) private var maxTime = Int64.min
    private let cells: BlockCells
    private let types: [FieldType?]
    private let fullRows: Int
    private let plainAfter: Int

    /// A builder that goes on behind an id.
    ///
    /// - Parameters:
    ///   - plainAfter: values of a column after which it is decided whether each is looked up.
    ///   - types: the type of each field number; those of events where nothing else is said.
    init(
        after id: EventID, fullRows: Int = SegmentBuilder.fullRows, plainAfter: Int = SegmentBuilder.plainAfter,
        types: [FieldType?] = FieldSchema.events.types
    ) {
        lastID = id
        self.fullRows = fullRows
        self.plainAfter = plainAfter
        self.types = types
        cells = BlockCells(types)
        columns = [ColumnBuilder?](repeating: nil, count: types.count)
    }

    var isFull: Bool { rows >= fullRows || byteCount > Self.fullBytes }

    var byteCount: Int { columns.reduce(times.bytes) { $0 + ($1?.byteCount ?? 0) } }

    /// Forgets all rows, to go on behind the last. Memory is kept for the next ones, as fresh memory costs more than filling it.
    func startAnew() {
        seed = .random(in: .min ... .max)
        rows = 0
        times.shorten(to: 0)
        zoneTimes.shorten(to: 0)
        runs.shorten(to: 0)
        minTime = .max
        maxTime = .min
        let isTooLarge = columns.reduce(0) { $0 + ($1?.heldBytes ?? 0) } > Self.fullBytes
        for index in columns.indices {
            if isTooLarge { columns[index] = nil } else { columns[index]?.removeAll(seed: seed) }
        }
    }

    /// The id of the first row.
    var firstID: EventID? { rows > 0 ? EventID(runs.base[1]) : nil }

    /// Adds the events of a block from an index on, none behind the id `last`.
    ///
    /// - Returns: the index of the first event that found no room.
    func add(_ block: Block, from first: Int, through last: EventID? = nil) -> Int {
        let end = min(last.map(block.firstIndex(after:)) ?? block.events.count, first + max(fullRows - rows, 0))
        guard first < end else { return first }
        block.forEachRun(in: first..<end) { index, id, _ in beginRun(id, row: rows + index - first) }
        block.events.bytes.withUnsafeBytes { bytes in
            for start in stride(from: first, to: end, by: BlockCells.stretchRows) {
                let stretch = start..<min(start + BlockCells.stretchRows, end)
                cells.gather(block, stretch, bytes: bytes, firstRow: rows)
                for number in cells.fields where !cells.cells(of: number).isEmpty { column(number).append(cells.cells(of: number)) }
                for index in 0..<stretch.count { endRow(cells.times.base[index]) }
            }
        }
        lastID = block.id(end - 1)
        for column in columns { column?.pad(to: rows) }
        return end
    }

    /// Notes that there are no further events up to an id; false when it is behind that already.
    func skip(to id: EventID) -> Bool {
        guard lastID < id else { return false }
        lastID = id
        return true
    }

    private func beginRun(_ id: EventID, row: Int) {
        if row > 0, runs.base[runs.count - 1] + Int64(row) - runs.base[runs.count - 2] == id.value { return }
        runs.append(Int64(row))
        runs.append(id.value)
    }

    private func endRow(_ time: Int64) {
        times.append(time)
        if rows % SegmentView.zoneRows == 0 {
            zoneTimes.append(time)
            zoneTimes.append(time)
        } else {
            let zone = zoneTimes.count - 2
            zoneTimes.base[zone] = min(zoneTimes.base[zone], time)
            zoneTimes.base[zone + 1] = max(zoneTimes.base[zone + 1], time)
        }
        minTime = min(minTime, time)
        maxTime = max(maxTime, time)
        rows += 1
    }

    private func column(_ number: Int) -> ColumnBuilder {
        if let known = columns[number] { return known }
        let column = ColumnBuilder(types[number] ?? .text, seed: seed, plainAfter: plainAfter)
        columns[number] = column
        return column
    }

    /// The columns so far, valid until the next change.
    var view: SegmentView {
        SegmentView(
            rows: rows, times: UnsafePointer(times.base), zoneTimes: UnsafePointer(zoneTimes.base), runs: UnsafePointer(runs.base),
            runCount: runs.count / 2, columns: columns.map { column in column.flatMap { $0.isEmpty ? nil : $0.view } }, minTime: minTime,
            maxTime: maxTime)
    }

    /// Codes in all rows of each column, for the file.
    func codeCount(_ number: Int) -> Int { columns[number]?.codeCount ?? 0 }
}
