/// The open containers of a JSON text, and what notices names that come twice in an object.
///
/// A small Bloom filter per open object makes the common case one bit test a member; an exact index for wide objects keeps one of
/// 100,000 members linear.
struct JSONNames: Sendable {
    /// The greatest number of containers that may be open at once.
    static let maximumDepth = 64
    /// Members from which an object has an exact index.
    private static let wideCount = 64

    /// How many containers are open.
    private(set) var depth = 0
    /// Members that a later one supersedes.
    private(set) var duplicates = 0
    /// Names with escapes, decoded.
    private(set) var decoded: [UInt8] = []

    /// The token numbers of the open containers.
    private var containers = [Int32](repeating: 0, count: maximumDepth)
    /// 256 bits for each open container.
    private var bits = [UInt64](repeating: 0, count: 4 * maximumDepth)
    private var wide: [Int: [[UInt8]: Int]] = [:]

    init() {}

    /// Begins a text.
    mutating func removeAll() {
        depth = 0
        duplicates = 0
        if !decoded.isEmpty { decoded.removeAll(keepingCapacity: true) }
        if !wide.isEmpty { wide.removeAll() }
    }

    /// Opens a container; there must be fewer than ``maximumDepth``.
    @inline(__always) mutating func open(container number: Int) {
        containers[depth] = Int32(truncatingIfNeeded: number)
        let base = 4 * depth
        bits[base] = 0
        bits[base + 1] = 0
        bits[base + 2] = 0
        bits[base + 3] = 0
        if !wide.isEmpty { wide[depth] = nil }
        depth += 1
    }

    /// The token number of the innermost open container.
    @inline(__always) var container: Int { Int(containers[depth - 1]) }

    /// Closes the innermost container.
    @inline(__always) mutating func close() { depth -= 1 }

    /// Notes a name's hash; true when no member of the open object can have had it.
    @inline(__always) mutating func isNew(_ hash: UInt32) -> Bool {
        let word = 4 * (depth - 1) + Int(hash & 3)
        let bit: UInt64 = 1 << UInt64(hash >> 2 & 63)
        if bits[word] & bit != 0 || !wide.isEmpty && wide[depth - 1] != nil { return false }
        bits[word] |= bit
        return true
    }

    /// The key whose text with escapes lies in a range.
    mutating func decodedKey(_ input: Span<UInt8>, _ range: Range<Int>, next: Int) -> JSONToken {
        let start = decoded.count
        JSONString.append(input, range, to: &decoded)
        let hash = JSONKey(decoded.span, start..<decoded.count).hash
        return JSONToken(.key, start: start, end: decoded.count, next: next, flags: JSONToken.decodedFlag, hash: hash)
    }

    /// Marks the earlier member of the open object that has the name of the key that is about to become token `number`.
    mutating func supersedeEqual(_ key: JSONToken, number: Int, in tokens: inout MutableSpan<JSONToken>, _ input: Span<UInt8>) {
        if wide[depth - 1] != nil {
            let text = text(of: key, input)
            guard let earlier = wide[depth - 1]?.updateValue(number, forKey: text) else { return }
            tokens[earlier].meta |= JSONToken.supersededFlag
            duplicates += 1
            return
        }
        var members = 0
        var index = container + 1
        while index < number {
            let other = tokens[index]
            if other.hash == key.hash, !other.isSuperseded, areEqual(other, key, input) {
                tokens[index].meta |= JSONToken.supersededFlag
                duplicates += 1
                return
            }
            members += 1
            index = tokens[index + 1].next
        }
        guard members >= Self.wideCount else { return }
        var names = [text(of: key, input): number]
        index = container + 1
        while index < number {
            if !tokens[index].isSuperseded { names[text(of: tokens[index], input)] = index }
            index = tokens[index + 1].next
        }
        wide[depth - 1] = names
    }

    private func areEqual(_ a: JSONToken, _ b: JSONToken, _ input: Span<UInt8>) -> Bool {
        guard a.range.count == b.range.count else { return false }
        for (i, j) in zip(a.range, b.range) where (a.isDecoded ? decoded[i] : input[i]) != (b.isDecoded ? decoded[j] : input[j]) {
            return false
        }
        return true
    }

    private func text(of key: JSONToken, _ input: Span<UInt8>) -> [UInt8] {
        key.isDecoded ? Array(decoded[key.range]) : input.extracting(key.range).withUnsafeBufferPointer { Array($0) }
    }
}
