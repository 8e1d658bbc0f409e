/// Counts by a key of up to four numbers: open addressing, grows by doubling. Keys of one number that is given out in order need no hash.
struct CountTable {
    /// A key of four numbers; those not used are 0.
    typealias Key = SIMD4<UInt32>

    private var keys: [Key]
    private var counts: [Int]
    private(set) var count = 0
    /// Whether keys have one number, by which ``byNumber`` may have their counts.
    private let hasOneLane: Bool
    private var isDense = false
    private var byNumber: [Int] = []

    /// - Parameter lanes: numbers in a key.
    init(lanes: Int) { self.init(capacity: lanes == 1 ? 0 : 1024, hasOneLane: lanes == 1) }

    init(capacity: Int = 1024) { self.init(capacity: capacity, hasOneLane: false) }

    private init(capacity: Int, hasOneLane: Bool) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        keys = [Key](repeating: Key(), count: size)
        counts = [Int](repeating: 0, count: size)
        self.hasOneLane = hasOneLane
    }

    /// Adds many. Where they are a fair part of all numbers, counts are kept by number from now on.
    mutating func add(_ amounts: [Int], to keys: [Key]) {
        if hasOneLane, !isDense {
            let highest = keys.reduce(0) { max($0, Int($1.x)) }
            if (count + keys.count) * 8 >= highest { becomeDense(upTo: highest) }
        }
        guard isDense else {
            for (key, amount) in zip(keys, amounts) { add(amount, to: key) }
            return
        }
        reserve(keys.reduce(0) { max($0, Int($1.x)) })
        var more = 0
        byNumber.withUnsafeMutableBufferPointer { all in
            for index in keys.indices {
                let number = Int(keys[index].x)
                if all[number] == 0, amounts[index] != 0 { more += 1 }
                all[number] += amounts[index]
            }
        }
        count += more
    }

    private mutating func becomeDense(upTo highest: Int) {
        let old = self
        (isDense, count, keys, counts) = (true, 0, [], [])
        reserve(highest)
        old.visit { add($1, toNumber: Int($0.x)) }
    }

    /// Makes room for the counts of numbers up to that one.
    private mutating func reserve(_ number: Int) {
        if number < byNumber.count { return }
        byNumber.append(contentsOf: repeatElement(0, count: max(number + 1, 2 * byNumber.count) - byNumber.count))
    }

    @inline(__always) mutating func add(_ amount: Int, to key: Key) {
        if isDense { return add(amount, toNumber: Int(key.x)) }
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

    @inline(__always) private mutating func add(_ amount: Int, toNumber number: Int) {
        reserve(number)
        if byNumber[number] == 0, amount != 0 { count += 1 }
        byNumber[number] += amount
    }

    /// The count of a key; 0 for one that is not there.
    func count(of key: Key) -> Int {
        if isDense { return Int(key.x) < byNumber.count ? byNumber[Int(key.x)] : 0 }
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
        var larger = CountTable(capacity: keys.count, hasOneLane: hasOneLane)
        visit { larger.add($1, to: $0) }
        self = larger
    }

    func visit(_ body: (Key, Int) -> Void) {
        if isDense {
            for number in byNumber.indices where byNumber[number] != 0 {
                body([UInt32(truncatingIfNeeded: number), 0, 0, 0], byNumber[number])
            }
            return
        }
        for slot in keys.indices where counts[slot] != 0 { body(keys[slot], counts[slot]) }
    }
}
