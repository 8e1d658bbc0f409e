/// Bytes in memory that is kept and used again, aligned to pages so that it can be written to a disk directly.
final class ScratchBuffer {
    /// Bytes to which files opened for direct writing want addresses, offsets and lengths aligned.
    static let pageBytes = 4096

    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: ScratchBuffer.pageBytes, alignment: ScratchBuffer.pageBytes)
    private(set) var count = 0

    deinit { memory.deallocate() }

    /// The bytes so far, valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Reserved memory behind the bytes, to be filled before ``grow(by:)``.
    var room: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[count...]) }

    /// Makes room for that many more bytes.
    func reserve(_ more: Int) {
        guard count + more > memory.count else { return }
        move(to: max(memory.count * 2, count + more))
    }

    /// Takes bytes that were written to ``room``.
    func grow(by more: Int) { count += more }

    func removeAll() { count = 0 }

    /// Gives memory back when there is more than that; the bytes are gone then.
    func shrink(to limit: Int) {
        guard memory.count > limit else { return }
        count = 0
        move(to: Self.pageBytes)
    }

    func append(_ more: UnsafeRawBufferPointer) {
        reserve(more.count)
        room.copyMemory(from: more)
        count += more.count
    }

    /// Appends a number of variable length; the room is reserved.
    func append(leb128 number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            memory[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count += 1
            rest >>= 7
        }
        memory[count] = UInt8(truncatingIfNeeded: rest)
        count += 1
    }

    /// Appends zeros up to the next page.
    func padToPage() {
        let missing = -count & (Self.pageBytes - 1)
        reserve(missing)
        for index in 0..<missing { memory[count + index] = 0 }
        count += missing
    }

    private func move(to capacity: Int) {
        let pages = (capacity + Self.pageBytes - 1) / Self.pageBytes
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: pages * Self.pageBytes, alignment: Self.pageBytes)
        larger.copyMemory(from: bytes)
        memory.deallocate()
        memory = larger
    }
}
