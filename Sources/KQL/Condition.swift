package import Model

/// A query over leaves that are found in one pass over a document's values.
package indirect enum Condition: Sendable {
    case always
    case never
    case and([Condition])
    case or([Condition])
    case not(Condition)
    /// The leaf of that number has been found.
    case leaf(Int)
    /// One object at the path fulfils the plan of that number.
    case nested(String, Plan)

    func holds(_ found: Found, _ hasObject: (String, Plan) -> Bool) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .and(let all): all.allSatisfy { $0.holds(found, hasObject) }
        case .or(let all): all.contains { $0.holds(found, hasObject) }
        case .not(let inner): !inner.holds(found, hasObject)
        case .leaf(let number): found.contains(number)
        case .nested(let path, let plan): hasObject(path, plan)
        }
    }
}

/// Which leaves have been found; the first 64 need no memory of their own.
struct Found {
    private var first: UInt64 = 0
    private var more: [UInt64]

    init(leaves: Int) { more = leaves > 64 ? [UInt64](repeating: 0, count: (leaves - 1) / 64) : [] }

    @inline(__always) func contains(_ leaf: Int) -> Bool {
        (leaf < 64 ? first : more[leaf >> 6 - 1]) >> UInt64(leaf & 63) & 1 != 0
    }

    @inline(__always) mutating func insert(_ leaf: Int) {
        if leaf < 64 { first |= 1 << UInt64(leaf) } else { more[leaf >> 6 - 1] |= 1 << UInt64(leaf & 63) }
    }
}

/// A condition and, for each field, the tests that its values go through.
package struct Plan: Sendable {
    package struct Entry: Sendable {
        package let leaf: Int
        package let test: ValueTest
    }

    package let condition: Condition
    package let leafCount: Int
    /// The tests of a field index: `tests[starts[index]..<starts[index + 1]]`.
    let starts: [Int32]
    let tests: [Entry]
    /// The type of each field index; nil where the schema has none.
    let types: [FieldType?]

    init(_ condition: Condition, leafCount: Int, tests byField: [Int: [Entry]], schema: FieldSchema) {
        self.condition = condition
        self.leafCount = leafCount
        var starts: [Int32] = [0]
        var tests: [Entry] = []
        for index in schema.types.indices {
            tests += byField[index] ?? []
            starts.append(Int32(tests.count))
        }
        self.starts = starts
        self.tests = tests
        types = schema.types
    }

    /// The tests of a field.
    @inline(__always) func range(of index: Int) -> Range<Int> {
        index >= 0 && index + 1 < starts.count ? Int(starts[index])..<Int(starts[index + 1]) : 0..<0
    }
}

extension Plan {
    /// The fields that the leaf of that number looks at, by index, each with its type and its test.
    package func terms(of leaf: Int) -> [(index: Int, type: FieldType, test: ValueTest)] {
        types.indices.flatMap { index in
            tests[range(of: index)].filter { $0.leaf == leaf }.compactMap { entry in types[index].map { (index, $0, entry.test) } }
        }
    }
}
