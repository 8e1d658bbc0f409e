import Journal
import KQL
import Model

/// Turns blocks of the journal into columns, until they are enough for a segment.
///
/// One thread changes it, under the store's lock; exclusive access is not checked again for every value, which cost a third of the time.
final class SegmentBuilder {
    /// Rows of a full segment, where nothing else is asked for.
    static let fullRows = 1 << 18
    /// Bytes of memory beyond which a segment is full with fewer rows.
    static let fullBytes = 256 << 20

    let seed = UInt64.random(in: .min ... .max)
    @exclusivity(unchecked) private(set) var rows = 0
    private(set) var lastID: EventID
    @exclusivity(unchecked) private var columns: [ColumnBuilder?]
    @exclusivity(unchecked) private var times = Growing<Int64>(capacity: 4096)
    @exclusivity(unchecked) private var zoneTimes = Growing<Int64>()
    @exclusivity(unchecked) private var runs = Growing<Int64>()
    @exclusivity(unchecked) private var minTime = Int64.max
    @exclusivity(unchecked) private var maxTime = Int64.min
    private let types: [FieldType?]
    private let fullRows: Int

    /// A builder that goes on behind an id.
    ///
    /// - Parameter types: the type of each field number; those of events where nothing else is said.
    init(after id: EventID, fullRows: Int = SegmentBuilder.fullRows, types: [FieldType?] = FieldSchema.events.types) {
        lastID = id
        self.fullRows = fullRows
        self.types = types
        columns = [ColumnBuilder?](repeating: nil, count: types.count)
    }

    var isFull: Bool { rows >= fullRows || byteCount > Self.fullBytes }

    var byteCount: Int { columns.reduce(times.bytes) { $0 + ($1?.byteCount ?? 0) } }

    /// The id of the first row.
    var firstID: EventID? { rows > 0 ? EventID(runs.base[1]) : nil }

    /// Adds the events of a block from an index on.
    ///
    /// - Returns: the index of the first event that found no room.
    func add(_ block: Block, from first: Int) -> Int {
        let end = min(block.events.count, first + max(fullRows - rows, 0))
        guard first < end else { return first }
        beginRun(block.id(first))
        block.events.bytes.withUnsafeBytes { bytes in
            var start = first == 0 ? 0 : block.events.rowEnds[first - 1]
            for index in first..<end {
                let rowEnd = block.events.rowEnds[index]
                addRow(UnsafeRawBufferPointer(rebasing: bytes[start..<rowEnd]), committed: block.id(index).committed)
                start = rowEnd
            }
        }
        lastID = block.id(end - 1)
        for column in columns { column?.pad(to: rows) }
        return end
    }

    private func beginRun(_ id: EventID) {
        if rows > 0, runs.base[runs.count - 1] + Int64(rows) - runs.base[runs.count - 2] == id.value { return }
        runs.append(Int64(rows))
        runs.append(id.value)
    }

    private func addRow(_ bytes: UnsafeRawBufferPointer, committed: Timestamp) {
        let span = bytes.bindMemory(to: UInt8.self).span
        var at = 0
        var time: Int64?
        var integer: Int64 = 0
        while at < bytes.count {
            guard let number = LEB128.read(span, &at), number < UInt64(types.count), let type = types[Int(number)] else { break }
            let value: UnsafeRawBufferPointer
            switch type {
            case .keyword, .text:
                guard let length = LEB128.read(span, &at), length <= UInt64(bytes.count - at) else {
                    at = bytes.count
                    continue
                }
                value = UnsafeRawBufferPointer(rebasing: bytes[at..<at + Int(length)])
                at += Int(length)
            case .label:
                let start = at
                guard let key = LEB128.read(span, &at), key <= UInt64(bytes.count - at) else {
                    at = bytes.count
                    continue
                }
                at += Int(key)
                guard let text = LEB128.read(span, &at), text <= UInt64(bytes.count - at) else {
                    at = bytes.count
                    continue
                }
                at += Int(text)
                value = UnsafeRawBufferPointer(rebasing: bytes[start..<at])
            case .integer:
                guard let zigzag = LEB128.read(span, &at) else {
                    at = bytes.count
                    continue
                }
                integer = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
                withUnsafeBytes(of: integer.littleEndian) { column(Int(number)).append($0, row: rows) }
                continue
            case .ip, .date, .number, .geoPoint, .boolean:
                let width = type == .ip ? 16 : type == .boolean ? 1 : 8
                guard bytes.count - at >= width else {
                    at = bytes.count
                    continue
                }
                value = UnsafeRawBufferPointer(rebasing: bytes[at..<at + width])
                at += width
            }
            if number == UInt64(Field.timestamp.rawValue) {
                if time == nil { time = Int64(littleEndian: value.loadUnaligned(as: Int64.self)) }
            } else {
                column(Int(number)).append(value, row: rows)
            }
        }
        endRow(time ?? committed.microseconds)
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

    @inline(__always) private func column(_ number: Int) -> ColumnBuilder {
        if let known = columns[number] { return known }
        let column = ColumnBuilder(types[number] ?? .text, seed: seed)
        columns[number] = column
        return column
    }

    /// The columns so far, valid until the next change.
    var view: SegmentView {
        SegmentView(
            rows: rows, times: UnsafePointer(times.base), zoneTimes: UnsafePointer(zoneTimes.base), runs: UnsafePointer(runs.base),
            runCount: runs.count / 2, columns: columns.map { $0?.view }, minTime: minTime, maxTime: maxTime)
    }

    /// Codes in all rows of each column, for the file.
    func codeCount(_ number: Int) -> Int { columns[number]?.codeCount ?? 0 }
}
