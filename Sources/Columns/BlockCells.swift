import Journal
import Model

/// One value of a row on its way into a column.
struct Cell: BitwiseCopyable {
    /// The value itself where its type takes eight bytes or fewer, else the address of its bytes.
    var word: UInt64
    /// Bytes of the value.
    var length: UInt32
    /// The row in its segment.
    var row: UInt32

    /// A value of at most eight bytes.
    @inline(__always) init(word: UInt64, length: Int, row: Int) {
        self.word = word
        self.length = UInt32(truncatingIfNeeded: length)
        self.row = UInt32(truncatingIfNeeded: row)
    }

    /// A longer value, or one whose length differs from row to row; its bytes must outlive the cell.
    @inline(__always) init(_ bytes: UnsafeRawBufferPointer, row: Int) {
        word = UInt64(UInt(bitPattern: bytes.baseAddress))
        length = UInt32(truncatingIfNeeded: bytes.count)
        self.row = UInt32(truncatingIfNeeded: row)
    }

    /// The bytes of a value that is not in ``word`` itself.
    @inline(__always) var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: UInt(word)), count: Int(length))
    }
}

/// Turns rows into columns: the values of a stretch of rows, gathered by field.
///
/// A column is then filled with many values at once, so that the memory it looks into is waited for once and not for every value: a
/// dictionary of a hundred thousand addresses is in no near cache, and that wait was most of what following the journal cost.
final class BlockCells {
    /// Rows gathered at a time; their cells stay in a processor's own cache.
    static let stretchRows = 512

    private struct List: BitwiseCopyable {
        var base: UnsafeMutablePointer<Cell>
        var count = 0
        var capacity: Int
    }

    private let lists: UnsafeMutableBufferPointer<List>
    private let types: [FieldType?]
    /// The event time of each row of the stretch; nil-free, rows without one have that of their commit.
    @exclusivity(unchecked) private(set) var times = Growing<Int64>(capacity: BlockCells.stretchRows)

    /// - Parameter types: the type of each field number.
    init(_ types: [FieldType?]) {
        let count = types.count
        lists = .allocate(capacity: count)
        for number in 0..<count {
            lists.initializeElement(at: number, to: List(base: .allocate(capacity: Self.stretchRows), capacity: Self.stretchRows))
        }
        self.types = types
    }

    deinit {
        for list in lists { list.base.deallocate() }
        lists.deallocate()
    }

    /// The field numbers there may be cells of.
    var fields: Range<Int> { 0..<lists.count }

    /// The cells of a field, in the order of rows; valid until the next ``gather(_:_:firstRow:)`` and as long as the block.
    @inline(__always) func cells(of field: Int) -> UnsafeBufferPointer<Cell> {
        UnsafeBufferPointer(start: lists[field].base, count: lists[field].count)
    }

    /// Gathers rows of a block whose bytes are `bytes`; the first of them is `firstRow` of the segment.
    func gather(_ block: Block, _ indices: Range<Int>, bytes: UnsafeRawBufferPointer, firstRow: Int) {
        for number in lists.indices { lists[number].count = 0 }
        times.shorten(to: 0)
        var start = indices.lowerBound == 0 ? 0 : block.events.rowEnds[indices.lowerBound - 1]
        for index in indices {
            let end = block.events.rowEnds[index]
            let time = gatherRow(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), row: firstRow + index - indices.lowerBound)
            times.append(time ?? block.id(index).committed.microseconds)
            start = end
        }
    }

    /// Gathers one row and returns its time, if it has one. A row that is cut ends where it is cut.
    private func gatherRow(_ bytes: UnsafeRawBufferPointer, row: Int) -> Int64? {
        let span = bytes.bindMemory(to: UInt8.self).span
        var at = 0
        var time: Int64?
        while at < bytes.count {
            guard let number = LEB128.read(span, &at), number < UInt64(types.count), let type = types[Int(number)] else { break }
            let field = Int(number)
            switch type {
            case .keyword, .text:
                guard let length = LEB128.read(span, &at), length <= UInt64(bytes.count - at) else { return time }
                add(Cell(UnsafeRawBufferPointer(rebasing: bytes[at..<at + Int(length)]), row: row), to: field)
                at += Int(length)
            case .label:
                let start = at
                for _ in 0..<2 {
                    guard let length = LEB128.read(span, &at), length <= UInt64(bytes.count - at) else { return time }
                    at += Int(length)
                }
                add(Cell(UnsafeRawBufferPointer(rebasing: bytes[start..<at]), row: row), to: field)
            case .integer:
                guard let zigzag = LEB128.read(span, &at) else { return time }
                let integer = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
                add(Cell(word: UInt64(bitPattern: integer.littleEndian), length: 8, row: row), to: field)
            case .ip:
                guard bytes.count - at >= 16 else { return time }
                add(Cell(UnsafeRawBufferPointer(rebasing: bytes[at..<at + 16]), row: row), to: field)
                at += 16
            case .boolean:
                guard bytes.count - at >= 1 else { return time }
                add(Cell(word: UInt64(bytes[at]), length: 1, row: row), to: field)
                at += 1
            case .date, .number, .geoPoint:
                guard bytes.count - at >= 8 else { return time }
                let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                at += 8
                if number != UInt64(Field.timestamp.rawValue) {
                    add(Cell(word: word, length: 8, row: row), to: field)
                } else if time == nil {
                    time = Int64(bitPattern: UInt64(littleEndian: word))
                }
            }
        }
        return time
    }

    @inline(__always) private func add(_ cell: Cell, to field: Int) {
        let list = lists.baseAddress.unsafelyUnwrapped + field
        if list.pointee.count == list.pointee.capacity { grow(list) }
        list.pointee.base[list.pointee.count] = cell
        list.pointee.count += 1
    }

    private func grow(_ list: UnsafeMutablePointer<List>) {
        let larger = UnsafeMutablePointer<Cell>.allocate(capacity: list.pointee.capacity * 2)
        larger.update(from: list.pointee.base, count: list.pointee.count)
        list.pointee.base.deallocate()
        list.pointee.base = larger
        list.pointee.capacity *= 2
    }
}
