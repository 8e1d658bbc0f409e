/// Counts by a key of up to four numbers: open addressing, grows by doubling.
struct CountTable {
    /// A key of four numbers; those not used are 0.
    typealias Key = SIMD4<UInt32>

    private var keys: [Key]
    private var counts: [Int]
    private(set) var count = 0

    init(capacity: Int = 1024) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        keys = [Key](repeating: Key(), count: size)
        counts = [Int](repeating: 0, count: size)
    }

    @inline(__always) mutating func add(_ amount: Int, to key: Key) {
        var slot = Self.hash(key) & (keys.count - 1)
        while counts[slot] != 0 {
            if keys[slot] == key {
                counts[slot] += amount
                return
            }
            slot = (slot + 1) & (keys.count - 1)
        }
        keys[slot] = key
        counts[slot] = amount
        count += 1
        if count * 2 > keys.count { grow() }
    }

    /// The count of a key; 0 for one that is not there.
    func count(of key: Key) -> Int {
        var slot = Self.hash(key) & (keys.count - 1)
        while counts[slot] != 0 {
            if keys[slot] == key { return counts[slot] }
            slot = (slot + 1) & (keys.count - 1)
        }
        return 0
    }

    @inline(__always) private static func hash(_ key: Key) -> Int {
        let low = UInt64(key.x) | UInt64(key.y) << 32
        let high = UInt64(key.z) | UInt64(key.w) << 32
        let product = (low ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: high ^ 0xA076_1D64_78BD_642F ^ low &* 0xE703_7ED1_A0B4_28DB | 1)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }

    private mutating func grow() {
        var larger = CountTable(capacity: keys.count)
        visit { larger.add($1, to: $0) }
        self = larger
    }

    func visit(_ body: (Key, Int) -> Void) {
        for slot in keys.indices where counts[slot] != 0 { body(keys[slot], counts[slot]) }
    }
}
