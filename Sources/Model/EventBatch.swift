/// A run of events, each a row of (field, value) pairs packed into one byte buffer.
///
/// An event has some twenty of the two hundred fields, so a row holds only what is there. Appending a value is a few byte
/// writes, a batch of 5,000 events is a handful of allocations, and the journal stores the buffer as it is.
///
/// A row is built field by field and closed by ``endRow(raw:)``; until then it is the *open row*, to which enrichers may append
/// (``openRow`` reads it). ``abandonRow()`` forgets it. Field order is free; a field that occurs more than once is an array.
///
/// Layout of a pair: field number as LEB128, then by type: keyword and text LEB128 length and UTF-8; label LEB128 key length, key,
/// LEB128 length, text; ip 16 bytes big-endian; integer zigzag LEB128; date, number 8 bytes little-endian; boolean 1 byte;
/// geoPoint two little-endian 32-bit floats.
public struct EventBatch: Sendable {
    /// The packed rows, one after another.
    public private(set) var bytes: [UInt8]
    /// For each row the offset in ``bytes`` at which it ends.
    public private(set) var rowEnds: [Int]
    /// The raw records, one after another.
    public private(set) var rawBytes: [UInt8]
    /// For each row the offset in ``rawBytes`` at which its raw record ends.
    public private(set) var rawEnds: [Int]

    /// An empty batch.
    public init() {
        bytes = []
        rowEnds = []
        rawBytes = []
        rawEnds = []
    }

    /// A batch from its stored parts.
    ///
    /// Returns nil when the parts do not fit together: offsets out of order or out of bounds, or row counts that differ.
    public init?(bytes: [UInt8], rowEnds: [Int], rawBytes: [UInt8], rawEnds: [Int]) {
        func fits(_ ends: [Int], _ size: Int) -> Bool {
            var last = 0
            for end in ends {
                if end < last { return false }
                last = end
            }
            return last == size
        }
        guard rowEnds.count == rawEnds.count, fits(rowEnds, bytes.count), fits(rawEnds, rawBytes.count) else { return nil }
        self.bytes = bytes
        self.rowEnds = rowEnds
        self.rawBytes = rawBytes
        self.rawEnds = rawEnds
    }

    /// Closed rows in the batch.
    @inlinable public var count: Int { rowEnds.count }

    /// Whether no row is closed yet.
    @inlinable public var isEmpty: Bool { rowEnds.isEmpty }

    /// Bytes held, for bounds on memory.
    @inlinable public var byteCount: Int { bytes.count + rawBytes.count + 16 * rowEnds.count }

    /// Makes room for that many rows of the given mean sizes in bytes.
    public mutating func reserve(rows: Int, rowBytes: Int, rawBytes rawSize: Int) {
        bytes.reserveCapacity(bytes.count + rows * rowBytes)
        rowEnds.reserveCapacity(rowEnds.count + rows)
        rawBytes.reserveCapacity(rawBytes.count + rows * rawSize)
        rawEnds.reserveCapacity(rawEnds.count + rows)
    }

    /// Forgets all rows, keeping the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        rowEnds.removeAll(keepingCapacity: true)
        rawBytes.removeAll(keepingCapacity: true)
        rawEnds.removeAll(keepingCapacity: true)
    }

    // MARK: Rows

    /// Closes the open row, keeping the raw record beside it.
    public mutating func endRow(raw: Span<UInt8>) {
        raw.withUnsafeBufferPointer { rawBytes.append(contentsOf: $0) }
        rawEnds.append(rawBytes.count)
        rowEnds.append(bytes.count)
    }

    /// Closes the open row; its raw record is the same bytes as those of the row before, kept once.
    ///
    /// For formats in which one record holds several events.
    public mutating func endRowWithoutRaw() {
        rawEnds.append(rawBytes.count)
        rowEnds.append(bytes.count)
    }

    /// Forgets what has been appended since the last row was closed.
    public mutating func abandonRow() {
        bytes.removeLast(bytes.count - (rowEnds.last ?? 0))
    }

    /// Whether anything has been appended since the last row was closed.
    @inlinable public var hasOpenRow: Bool { bytes.count > (rowEnds.last ?? 0) }

    /// The row under construction.
    @inlinable public var openRow: EventRow { EventRow(bytes: bytes, start: rowEnds.last ?? 0, end: bytes.count) }

    /// A closed row.
    @inlinable public subscript(row: Int) -> EventRow {
        EventRow(bytes: bytes, start: row == 0 ? 0 : rowEnds[row - 1], end: rowEnds[row])
    }

    /// The raw record of a closed row; empty when it shares that of the row before.
    @inlinable public func raw(_ row: Int) -> ArraySlice<UInt8> {
        rawBytes[(row == 0 ? 0 : rawEnds[row - 1])..<rawEnds[row]]
    }

    /// Appends a row of another batch with its raw record.
    public mutating func appendRow(_ row: Int, of other: EventBatch) {
        bytes.append(contentsOf: other.bytes[(row == 0 ? 0 : other.rowEnds[row - 1])..<other.rowEnds[row]])
        rowEnds.append(bytes.count)
        rawBytes.append(contentsOf: other.raw(row))
        rawEnds.append(rawBytes.count)
    }

    /// Appends a row of another batch with a raw record of one's own choice.
    public mutating func appendRow(_ row: Int, of other: EventBatch, raw: ArraySlice<UInt8>) {
        bytes.append(contentsOf: other.bytes[(row == 0 ? 0 : other.rowEnds[row - 1])..<other.rowEnds[row]])
        rowEnds.append(bytes.count)
        rawBytes.append(contentsOf: raw)
        rawEnds.append(rawBytes.count)
    }

    /// Appends a row as it was packed by another batch.
    public mutating func append(row packed: Span<UInt8>, raw: Span<UInt8>) {
        packed.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        endRow(raw: raw)
    }

    /// Appends consecutive rows of another batch with their raw records.
    public mutating func appendRows(_ rows: Range<Int>, of other: EventBatch) {
        guard !rows.isEmpty else { return }
        let start = rows.lowerBound == 0 ? 0 : other.rowEnds[rows.lowerBound - 1]
        let rawStart = rows.lowerBound == 0 ? 0 : other.rawEnds[rows.lowerBound - 1]
        let shift = bytes.count - start
        let rawShift = rawBytes.count - rawStart
        bytes.append(contentsOf: other.bytes[start..<other.rowEnds[rows.upperBound - 1]])
        rawBytes.append(contentsOf: other.rawBytes[rawStart..<other.rawEnds[rows.upperBound - 1]])
        rowEnds.append(contentsOf: other.rowEnds[rows].lazy.map { $0 + shift })
        rawEnds.append(contentsOf: other.rawEnds[rows].lazy.map { $0 + rawShift })
    }

    /// Appends all rows of another batch.
    public mutating func append(_ other: EventBatch) {
        let base = bytes.count
        let rawBase = rawBytes.count
        bytes.append(contentsOf: other.bytes)
        rawBytes.append(contentsOf: other.rawBytes)
        rowEnds.append(contentsOf: other.rowEnds.lazy.map { $0 + base })
        rawEnds.append(contentsOf: other.rawEnds.lazy.map { $0 + rawBase })
    }

    /// Appends pairs to each closed row in one pass over the packed rows; raw records and the open row stay as they are.
    ///
    /// - Parameters:
    ///   - bytesPerRow: bytes for which room is made per row.
    ///   - body: is given a row and the buffer whose end is that row's copy, and appends whole encoded pairs (as in ``bytes``).
    public mutating func appendToEachRow(reserving bytesPerRow: Int, _ body: (_ row: Span<UInt8>, _ out: inout [UInt8]) -> Void) {
        let packed = bytes
        var out: [UInt8] = []
        out.reserveCapacity(packed.count + rowEnds.count * bytesPerRow)
        var start = 0
        for row in rowEnds.indices {
            let end = rowEnds[row]
            packed.withUnsafeBufferPointer {
                let pairs = UnsafeBufferPointer(rebasing: $0[start..<end])
                out.append(contentsOf: pairs)
                body(Span(_unsafeElements: pairs), &out)
            }
            rowEnds[row] = out.count
            start = end
        }
        out.append(contentsOf: packed[start...])
        bytes = out
    }

    /// Takes closed rows out again, from one row on; returns how many. There must be no open row.
    ///
    /// A raw record that several rows share stays with the first of them that stays.
    public mutating func removeRows(from first: Int, where isUnwanted: (EventRow) -> Bool) -> Int {
        guard let unwanted = (first..<count).first(where: { isUnwanted(self[$0]) }) else { return 0 }
        var kept = EventBatch()
        var orphan = Array(raw(unwanted))
        for row in unwanted + 1..<count {
            let own = raw(row)
            guard !isUnwanted(self[row]) else {
                if !own.isEmpty { orphan = Array(own) }
                continue
            }
            kept.appendValues(of: self[row])
            let record = own.isEmpty ? orphan : Array(own)
            kept.endRow(raw: record.span)
            orphan = []
        }
        let removed = count - unwanted - kept.count
        bytes.removeLast(bytes.count - (unwanted == 0 ? 0 : rowEnds[unwanted - 1]))
        rawBytes.removeLast(rawBytes.count - (unwanted == 0 ? 0 : rawEnds[unwanted - 1]))
        rowEnds.removeLast(rowEnds.count - unwanted)
        rawEnds.removeLast(rawEnds.count - unwanted)
        append(kept)
        return removed
    }

    /// Writes another instant over the first value of a date field of a closed row; false where the row has none.
    public mutating func replace(_ field: Field, with value: Timestamp, inRow row: Int) -> Bool {
        guard field.type == .date, let pair = self[row].first(field) else { return false }
        for byte in 0..<8 { bytes[pair.end - 8 + byte] = UInt8(truncatingIfNeeded: value.microseconds >> Int64(8 * byte)) }
        return true
    }

    // MARK: Values of the open row

    /// Appends a keyword or text value to the open row.
    public mutating func append(_ field: Field, utf8 value: Span<UInt8>) {
        value.withUnsafeBufferPointer { append(field, $0) }
    }

    /// Appends a keyword or text value to the open row.
    public mutating func append(_ field: Field, _ value: String) {
        var value = value
        value.withUTF8 { append(field, $0) }
    }

    /// Appends a keyword whose text is known at compile time.
    public mutating func append(_ field: Field, _ value: StaticString) {
        append(field, UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    /// Appends an address to the open row.
    public mutating func append(_ field: Field, _ value: IPAddress) {
        appendPair { out in
            out.append(number: UInt64(field.rawValue))
            out.append(fixed: value.high.bigEndian)
            out.append(fixed: value.low.bigEndian)
        }
    }

    /// Appends a whole number to the open row.
    public mutating func append(_ field: Field, integer value: Int64) {
        appendPair { out in
            out.append(number: UInt64(field.rawValue))
            out.append(number: UInt64(bitPattern: value << 1 ^ value >> 63))
        }
    }

    /// Appends a floating-point number to the open row.
    public mutating func append(_ field: Field, number value: Double) { append(field, fixed: value.bitPattern) }

    /// Appends an instant to the open row.
    public mutating func append(_ field: Field, _ value: Timestamp) { append(field, fixed: UInt64(bitPattern: value.microseconds)) }

    /// Appends a truth value to the open row.
    public mutating func append(_ field: Field, _ value: Bool) {
        appendPair { out in
            out.append(number: UInt64(field.rawValue))
            out.append(value ? 1 : 0)
        }
    }

    /// Appends a point to the open row.
    public mutating func append(_ field: Field, _ value: GeoPoint) {
        append(field, fixed: UInt64(value.latitude.bitPattern) | UInt64(value.longitude.bitPattern) << 32)
    }

    /// Appends `labels.<key>` to the open row.
    public mutating func append(label key: String, _ value: String) {
        appendNumber(UInt64(Field.labels.rawValue))
        appendText(key)
        appendText(value)
    }

    /// Appends `labels.<key>` to the open row.
    public mutating func append(label key: String, utf8 value: Span<UInt8>) {
        appendNumber(UInt64(Field.labels.rawValue))
        appendText(key)
        appendNumber(UInt64(value.count))
        value.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// Appends a value as it is stored in another row (``EventRow/Pair``).
    public mutating func append(_ pair: EventRow.Pair, of row: EventRow) {
        bytes.append(contentsOf: row.bytes[pair.start..<pair.end])
    }

    /// Appends all values of another row, e.g. what every event of a kind begins with.
    public mutating func appendValues(of row: EventRow) {
        row.bytes.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[row.start..<row.end])) }
    }

    /// Makes room once for a short pair and writes it.
    @inline(__always) private mutating func appendPair(_ write: (inout OutputSpan<UInt8>) -> Void) {
        bytes.append(addingCapacity: Self.longestShortPair, initializingWith: write)
    }

    /// Bytes of a field number (3) and a fixed value (16), or of two numbers.
    private static let longestShortPair = 24

    @inline(__always) private mutating func append(_ field: Field, fixed value: UInt64) {
        appendPair { out in
            out.append(number: UInt64(field.rawValue))
            out.append(fixed: value.littleEndian)
        }
    }

    @inline(__always) private mutating func append(_ field: Field, _ text: UnsafeBufferPointer<UInt8>) {
        bytes.append(addingCapacity: Self.longestShortPair + text.count) { out in
            out.append(number: UInt64(field.rawValue))
            out.append(number: UInt64(text.count))
            guard let start = text.baseAddress else { return }
            out.withUnsafeMutableBufferPointer { buffer, count in
                guard let to = buffer.baseAddress, count + text.count <= buffer.count else { return }
                (to + count).initialize(from: start, count: text.count)
                count += text.count
            }
        }
    }

    private mutating func appendText(_ value: String) {
        var value = value
        value.withUTF8 {
            appendNumber(UInt64($0.count))
            bytes.append(contentsOf: $0)
        }
    }

    @inline(__always) private mutating func appendNumber(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

extension OutputSpan<UInt8> {
    /// Appends a number as LEB128.
    @inline(__always) fileprivate mutating func append(number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends the eight bytes of a value as they lie in memory.
    @inline(__always) fileprivate mutating func append(fixed value: UInt64) {
        withUnsafeMutableBufferPointer { buffer, count in
            guard count + 8 <= buffer.count else { return }
            UnsafeMutableRawBufferPointer(buffer).storeBytes(of: value, toByteOffset: count, as: UInt64.self)
            count += 8
        }
    }
}
