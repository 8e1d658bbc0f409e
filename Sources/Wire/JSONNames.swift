/// Notices names that come twice in an object: a small Bloom filter per open object, and an exact index for wide objects.
///
/// The filter makes the common case one bit test a member; the index keeps an object of 100,000 members linear.
struct JSONNames: Sendable {
    /// Members from which an object has an exact index.
    static let wideCount = 64

    /// 256 bits for each level.
    private var bits: [UInt64]
    private var wide: [Int: [[UInt8]: Int]] = [:]

    init(maximumDepth: Int) { bits = [UInt64](repeating: 0, count: 4 * max(maximumDepth, 1)) }

    /// Begins an object at a level.
    @inline(__always) mutating func begin(level: Int) {
        let base = 4 * level
        bits[base] = 0
        bits[base + 1] = 0
        bits[base + 2] = 0
        bits[base + 3] = 0
        if !wide.isEmpty { wide[level] = nil }
    }

    /// Notes a name's hash; true when no member of the object can have had it.
    @inline(__always) mutating func isNew(_ hash: UInt32, level: Int) -> Bool {
        let word = 4 * level + Int(hash & 3)
        let bit: UInt64 = 1 << UInt64(hash >> 2 & 63)
        if bits[word] & bit != 0 || !wide.isEmpty && wide[level] != nil { return false }
        bits[word] |= bit
        return true
    }

    /// Whether the object at a level has an index.
    func isWide(level: Int) -> Bool { wide[level] != nil }

    /// Gives the object at a level an index.
    mutating func widen(level: Int) { wide[level] = [:] }

    /// Sets the token of a name and returns the one before.
    mutating func replace(_ name: [UInt8], with token: Int, level: Int) -> Int? {
        wide[level, default: [:]].updateValue(token, forKey: name)
    }
}
