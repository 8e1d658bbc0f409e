/// A fixed set of paths into JSON records, found in one walk over the tokens without making Strings.
///
/// A path is names joined by dots, `http.hostname`; a number stands for an array's element, `answers[0].data` or `answers.0.data`.
/// Arrays on the way are looked through: `dns.answers.rdata` finds the `rdata` of every answer.
///
/// All nodes share one table with open addressing at a load of at most a quarter, so nearly every look-up is one comparison.
public struct JSONPaths: Sendable {
    /// What stands at a name below a node: the number of the path that ends here, the node for what is below; -1 for none.
    struct Target: Sendable {
        var path: Int32 = -1
        var node: Int32 = -1
    }

    private struct Slot {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var length: Int32 = 0
        /// -1 marks a free slot.
        var node: Int32 = -1
        var name: Int32 = 0
        var target = Target()
    }

    private var slots: [Slot]
    private let mask: Int
    private let names: [[UInt8]]
    /// For each node the targets of array elements by index.
    let elements: [[Int: Target]]
    /// How many paths there are.
    public let count: Int

    /// The set of those paths; each has its index as number, and none should come twice.
    ///
    /// - Parameter dottedNames: whether `a.b` also finds the member named literally `a.b`, as Zeek writes them.
    public init(_ paths: [String], dottedNames: Bool = false) {
        var nodes: [[String: Target]] = [[:]]
        func insert(_ parts: ArraySlice<String>, path: Int, below node: Int) {
            for length in 1...max(parts.count, 1) where parts.count >= length {
                if length > 1, !dottedNames { break }
                let name = parts.prefix(length).joined(separator: ".")
                var target = nodes[node][name] ?? Target()
                if length == parts.count {
                    target.path = Int32(truncatingIfNeeded: path)
                    nodes[node][name] = target
                } else {
                    if target.node < 0 {
                        target.node = Int32(truncatingIfNeeded: nodes.count)
                        nodes.append([:])
                    }
                    nodes[node][name] = target
                    insert(parts.dropFirst(length), path: path, below: Int(target.node))
                }
            }
        }
        for (number, path) in paths.enumerated() { insert(Self.parts(of: path)[...], path: number, below: 0) }

        count = paths.count
        elements = nodes.map { node in
            var found: [Int: Target] = [:]
            for (name, target) in node { if let index = Int(name), index >= 0 { found[index] = target } }
            return found
        }
        var capacity = 8
        while capacity < 4 * nodes.reduce(0, { $0 + $1.count }) { capacity *= 2 }
        mask = capacity - 1
        slots = [Slot](repeating: Slot(), count: capacity)
        var allNames: [[UInt8]] = []
        for (number, node) in nodes.enumerated() {
            for (name, target) in node.sorted(by: { $0.key < $1.key }) {
                let bytes = Array(name.utf8)
                let key = JSONKey(bytes.span, 0..<bytes.count)
                var at = Self.place(key.hash, number) & mask
                while slots[at].node >= 0 { at = (at + 1) & mask }
                slots[at] = Slot(
                    low: key.low, high: key.high, length: Int32(truncatingIfNeeded: key.length), node: Int32(truncatingIfNeeded: number),
                    name: Int32(truncatingIfNeeded: allNames.count), target: target)
                allNames.append(bytes)
            }
        }
        names = allNames
    }

    /// The names and numbers of a path.
    static func parts(of path: String) -> [String] {
        path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".").map(String.init)
    }

    @inline(__always) private static func place(_ hash: UInt32, _ node: Int) -> Int { Int(hash) &+ node &* 0x9e37 }

    /// What stands at the name in a range of a text, whose hash is known.
    @inline(__always) func target(below node: Int, hash: UInt32, in input: Span<UInt8>, range: Range<Int>) -> Target {
        var at = Self.place(hash, node) & mask
        while slots[at].node >= 0 {
            if Int(slots[at].node) == node, Int(slots[at].length) == range.count {
                let key = JSONKey(input, range)
                if slots[at].low == key.low, slots[at].high == key.high,
                    range.count <= 16 || isEqual(names[Int(slots[at].name)], input, range)
                {
                    return slots[at].target
                }
            }
            at = (at + 1) & mask
        }
        return Target()
    }

    private func isEqual(_ name: [UInt8], _ input: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for (i, j) in zip(name.indices, range) where name[i] != input[j] { return false }
        return true
    }
}
