/// A growing array of plain values whose memory is reached by pointer.
struct Growing<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 64) {
        self.capacity = max(capacity, 1)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// Bytes in use.
    var bytes: Int { count * MemoryLayout<Element>.stride }

    /// Bytes of memory held.
    var heldBytes: Int { capacity * MemoryLayout<Element>.stride }

    @inline(__always) mutating func append(_ element: Element) {
        if count == capacity { grow(to: count + 1) }
        base[count] = element
        count += 1
    }

    @inline(__always) mutating func append(_ other: UnsafeRawBufferPointer) where Element == UInt8 {
        guard let start = other.baseAddress else { return }
        if count + other.count > capacity { grow(to: count + other.count) }
        UnsafeMutableRawPointer(base + count).copyMemory(from: start, byteCount: other.count)
        count += other.count
    }

    /// Appends copies until there are `wanted`.
    mutating func fill(to wanted: Int, with element: Element) {
        guard wanted > count else { return }
        if wanted > capacity { grow(to: wanted) }
        (base + count).initialize(repeating: element, count: wanted - count)
        count = wanted
    }

    /// Forgets what lies behind the first `kept`.
    mutating func shorten(to kept: Int) { count = min(count, kept) }

    private mutating func grow(to wanted: Int) {
        let size = max(capacity * 2, wanted)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: size)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
        capacity = size
    }
}
