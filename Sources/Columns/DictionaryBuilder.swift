internal import Foundation

/// The values of a column, numbered from 1 in the order in which they came.
///
/// Each distinct value has one number, as long as that pays: where most values have come once only (flow ids, payloads), looking each up
/// costs more than all else and saves nothing. The dictionary then becomes ``isPlain``: every further value gets a number of its own.
///
/// One thread changes it, under the lock of its owner; exclusive access is not checked again for every value, which cost a third of the time.
final class DictionaryBuilder {
    /// Bytes of each value, or 0 when they differ.
    let width: Int
    private var seed: UInt64
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private var bytes = Growing<UInt8>(capacity: 1024)
    /// Where each value begins, and the end of the last; not kept for values of one width.
    @exclusivity(unchecked) private var offsets = Growing<UInt32>()
    /// Rows that hold each value.
    @exclusivity(unchecked) private var counts = Growing<UInt32>()
    /// Open addressing, a power of two of slots: codes, 0 where free.
    @exclusivity(unchecked) private var slots: UnsafeMutablePointer<UInt32>
    @exclusivity(unchecked) private var slotCount = 64
    /// Whether values may come twice, under different numbers; there is no table of slots then.
    @exclusivity(unchecked) private(set) var isPlain = false
    /// Values that are still looked at before it is decided; 0 when it is.
    @exclusivity(unchecked) private var probation: Int
    private var plainAfter: Int

    /// - Parameter plainAfter: values after which it is decided whether it becomes plain; 0 for never.
    init(width: Int, seed: UInt64, plainAfter: Int = 0) {
        self.plainAfter = plainAfter
        probation = plainAfter
        self.width = width
        self.seed = seed
        slots = .allocate(capacity: 64)
        slots.initialize(repeating: 0, count: 64)
        if width == 0 { offsets.append(0) }
    }

    deinit { slots.deallocate() }

    /// Bytes in use.
    var byteCount: Int { bytes.bytes + offsets.bytes + counts.bytes + slotCount * 4 }

    /// Bytes of memory held.
    var heldBytes: Int { bytes.heldBytes + offsets.heldBytes + counts.heldBytes + slotCount * 4 }

    /// Forgets all values and keeps the memory.
    func removeAll(seed: UInt64, plainAfter: Int) {
        self.seed = seed
        self.plainAfter = plainAfter
        bytes.shorten(to: 0)
        offsets.shorten(to: width == 0 ? 1 : 0)
        counts.shorten(to: 0)
        count = 0
        probation = plainAfter
        if isPlain { makeSlots(64) } else { slots.update(repeating: 0, count: slotCount) }
        isPlain = false
    }

    private func makeSlots(_ wanted: Int) {
        slots.deallocate()
        slotCount = wanted
        slots = .allocate(capacity: wanted)
        slots.initialize(repeating: 0, count: wanted)
    }

    /// The value's code, given to it now if it is new. For dictionaries that are filled value by value, which never become plain.
    @inline(__always) func code(of value: UnsafeRawBufferPointer) -> UInt32 {
        let mask = slotCount - 1
        var slot = Int(truncatingIfNeeded: ValueHash.hash(value, seed: seed)) & mask
        while slots[slot] != 0 {
            if isEqual(slots[slot], value) {
                counts.base[Int(slots[slot]) - 1] &+= 1
                return slots[slot]
            }
            slot = (slot + 1) & mask
        }
        let code = add(value)
        slots[slot] = code
        if count * 2 > slotCount { rehash() }
        counts.base[Int(code) - 1] = 1
        return code
    }

    /// Most values that are numbered at a time.
    static let chunk = 128

    /// Writes the codes of at most ``chunk`` values, new ones given to them now where they are new, and counts their rows.
    ///
    /// All hashes first, then all slots, then all values: the waits for memory overlap.
    func number(_ cells: UnsafeBufferPointer<Cell>, into codes: UnsafeMutableBufferPointer<UInt32>) {
        if isPlain {
            for index in cells.indices { codes[index] = add(cells[index]) }
        } else {
            find(cells, codes)
            decide(cells.count)
        }
        for index in cells.indices { counts.base[Int(codes[index]) - 1] &+= 1 }
    }

    /// The codes here of the values of another dictionary, by their codes there; 0 for those that are not asked for.
    func numbers(of other: DictionaryView, where isNeeded: (_ index: Int) -> Bool) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: other.count + 1)
        withUnsafeTemporaryAllocation(of: Cell.self, capacity: Self.chunk) { cells in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.chunk) { codes in
                var filled = 0
                func finish() {
                    number(UnsafeBufferPointer(rebasing: cells[..<filled]), into: codes)
                    for at in 0..<filled { numbers[Int(cells[at].row)] = codes[at] }
                    filled = 0
                }
                for index in 0..<other.count where isNeeded(index) {
                    cells[filled] = other.cell(index, row: index + 1)
                    filled += 1
                    if filled == Self.chunk { finish() }
                }
                finish()
            }
        }
        return numbers
    }

    /// Becomes plain when three values of four have come once only. Addresses are looked up too often to go without a table.
    private func decide(_ more: Int) {
        guard probation > 0 else { return }
        probation -= more
        guard probation <= 0, width != 16, count > plainAfter / 4 * 3 else { return }
        isPlain = true
        slots.deallocate()
        slotCount = 0
        slots = .allocate(capacity: 1)
    }

    private func find(_ cells: UnsafeBufferPointer<Cell>, _ codes: UnsafeMutableBufferPointer<UInt32>) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.chunk) { hashes in
            switch width {
            case 8: for index in cells.indices { hashes[index] = ValueHash.hash(cells[index].word, seed: seed) }
            case 1:
                for index in cells.indices {
                    hashes[index] = withUnsafeBytes(of: UInt8(truncatingIfNeeded: cells[index].word)) { ValueHash.hash($0, seed: seed) }
                }
            default: for index in cells.indices { hashes[index] = ValueHash.hash(cells[index].bytes, seed: seed) }
            }
            let mask = slotCount - 1
            for index in cells.indices { codes[index] = slots[Int(truncatingIfNeeded: hashes[index]) & mask] }
            for index in cells.indices where codes[index] == 0 || !isEqual(codes[index], cells[index]) {
                codes[index] = code(of: cells[index], hash: hashes[index])
            }
        }
    }

    /// The code of a value whose first slot holds another or none.
    private func code(of cell: Cell, hash: UInt64) -> UInt32 {
        let mask = slotCount - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if isEqual(slots[slot], cell) { return slots[slot] }
            slot = (slot + 1) & mask
        }
        let code = add(cell)
        slots[slot] = code
        if count * 2 > slotCount { rehash() }
        return code
    }

    /// Adds a value under a new number, whether or not it is there.
    @inline(__always) private func add(_ cell: Cell) -> UInt32 {
        if width == 0 || width == 16 { return add(cell.bytes) }
        return withUnsafeBytes(of: cell.word) { add(UnsafeRawBufferPointer(rebasing: $0[..<width])) }
    }

    @inline(__always) private func add(_ value: UnsafeRawBufferPointer) -> UInt32 {
        bytes.append(value)
        if width == 0 { offsets.append(UInt32(truncatingIfNeeded: bytes.count)) }
        counts.append(0)
        count += 1
        return UInt32(truncatingIfNeeded: count)
    }

    /// Whether the code's value is the cell's.
    @inline(__always) private func isEqual(_ code: UInt32, _ cell: Cell) -> Bool {
        let index = Int(code) - 1
        switch width {
        case 1: return bytes.base[index] == UInt8(truncatingIfNeeded: cell.word)
        case 8: return UnsafeRawPointer(bytes.base).loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) == cell.word
        default: return isEqual(code, cell.bytes)
        }
    }

    /// Whether the code's value is that one.
    @inline(__always) private func isEqual(_ code: UInt32, _ value: UnsafeRawBufferPointer) -> Bool {
        let index = Int(code) - 1
        let start = width > 0 ? index * width : Int(offsets.base[index])
        let length = width > 0 ? width : Int(offsets.base[index + 1]) - start
        return DictionaryView.areEqual(UnsafeRawBufferPointer(start: bytes.base + start, count: length), value)
    }

    private func rehash() {
        makeSlots(slotCount * 4)
        let view = view
        for index in 0..<count {
            var slot = Int(truncatingIfNeeded: ValueHash.hash(view.value(index), seed: seed)) & (slotCount - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slotCount - 1) }
            slots[slot] = UInt32(truncatingIfNeeded: index + 1)
        }
    }

    /// The dictionary as queries see it, valid until the next insertion.
    var view: DictionaryView {
        DictionaryView(
            count: count, width: width, seed: seed, bytes: UnsafeRawBufferPointer(start: bytes.base, count: bytes.count),
            offsets: width == 0 ? UnsafePointer(offsets.base) : nil, counts: UnsafePointer(counts.base), slots: UnsafePointer(slots),
            slotCount: slotCount)
    }
}

/// The values of a column, by index from 0 (a code is the index plus one). Where there is no table of slots, a value may come twice.
struct DictionaryView {
    let count: Int
    let width: Int
    let seed: UInt64
    let bytes: UnsafeRawBufferPointer
    let offsets: UnsafePointer<UInt32>?
    let counts: UnsafePointer<UInt32>
    let slots: UnsafePointer<UInt32>
    let slotCount: Int

    /// Whether a value is found by ``code(of:)``, and is there once.
    var isIndexed: Bool { slotCount > 0 }

    /// The bytes of a value.
    @inline(__always) func value(_ index: Int) -> UnsafeRawBufferPointer {
        if let offsets {
            let start = Int(offsets[index])
            return UnsafeRawBufferPointer(rebasing: bytes[start..<Int(offsets[index + 1])])
        }
        return UnsafeRawBufferPointer(rebasing: bytes[index * width..<(index + 1) * width])
    }

    /// A value as it goes into a column.
    @inline(__always) func cell(_ index: Int, row: Int) -> Cell {
        let bytes = value(index)
        switch width {
        case 8: return Cell(word: bytes.loadUnaligned(as: UInt64.self), length: 8, row: row)
        case 1: return Cell(word: UInt64(bytes[0]), length: 1, row: row)
        default: return Cell(bytes, row: row)
        }
    }

    /// The code of a value; 0 when it is not there. For dictionaries that are ``isIndexed``.
    func code(of value: UnsafeRawBufferPointer) -> UInt32 {
        let mask = slotCount - 1
        var slot = Int(truncatingIfNeeded: ValueHash.hash(value, seed: seed)) & mask
        for _ in 0..<slotCount {
            let code = slots[slot]
            if code == 0 { return 0 }
            if Self.areEqual(self.value(Int(code) - 1), value) { return code }
            slot = (slot + 1) & mask
        }
        return 0
    }

    @inline(__always) static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        // Addresses and numbers are most of what is compared.
        if a.count == 16 {
            return a.loadUnaligned(fromByteOffset: 8, as: UInt64.self) == b.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                && a.loadUnaligned(as: UInt64.self) == b.loadUnaligned(as: UInt64.self)
        }
        if a.count == 8 { return a.loadUnaligned(as: UInt64.self) == b.loadUnaligned(as: UInt64.self) }
        guard let left = a.baseAddress, let right = b.baseAddress else { return true }
        return memcmp(left, right, a.count) == 0
    }
}
