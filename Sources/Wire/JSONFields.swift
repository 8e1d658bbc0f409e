/// The values that a set of paths finds in one JSON record.
///
/// Keeps its memory from record to record. Values are named by the numbers of their tokens.
public struct JSONFields: Sendable {
    /// A value that was found.
    public struct Match: Sendable {
        /// The number of the path.
        public let path: Int
        /// The number of the value's token.
        public let token: Int
    }

    private var reader: JSONReader
    /// What was found, in the order of the record; a path that leads through an array may be found more than once.
    public private(set) var matches: [Match] = []
    /// For each path the token of its first match, or -1.
    private var firstToken: [Int32]

    private let paths: JSONPaths

    /// Finds those paths.
    public init(_ paths: JSONPaths, reader: JSONReader = JSONReader()) {
        self.paths = paths
        self.reader = reader
        firstToken = [Int32](repeating: -1, count: paths.count)
    }

    /// Reads a record and finds the paths; false when it is valid JSON, but no object.
    public mutating func read(_ record: Span<UInt8>) throws(JSONError) -> Bool {
        for match in matches { firstToken[match.path] = -1 }
        matches.removeAll(keepingCapacity: true)
        try reader.read(record)
        guard reader[0].kind == .object else { return false }
        walkObject(0, below: 0, record)
        return true
    }

    /// The first value at a path, or nil where there is none.
    @inline(__always) public func token(_ path: Int) -> JSONToken? {
        let index = firstToken[path]
        return index < 0 ? nil : reader[Int(index)]
    }

    /// The token of that number.
    public subscript(index: Int) -> JSONToken { reader[index] }

    /// Members that a later one of the same name supersedes.
    public var duplicateKeys: Int { reader.duplicateKeys }

    /// Appends the text of a value as UTF-8 (``JSONReader/appendText(of:in:to:)``).
    public func appendText(of token: JSONToken, in record: Span<UInt8>, to out: inout [UInt8]) {
        reader.appendText(of: token, in: record, to: &out)
    }

    /// The first scalar at a path, also in an array there; nil where there is none.
    public func firstScalar(_ path: Int) -> JSONToken? { reader.firstScalar(at: firstToken[path]) }

    private mutating func walkObject(_ object: Int, below node: Int, _ record: Span<UInt8>) {
        let end = reader[object].next
        var at = object + 1
        while at < end {
            let key = reader[at]
            if !key.isSuperseded {
                let target = reader.target(of: key, below: node, in: record, from: paths)
                if target.path >= 0 || target.node >= 0 { note(at + 1, target, record) }
            }
            at = reader[at + 1].next
        }
    }

    private mutating func note(_ value: Int, _ target: JSONPaths.Target, _ record: Span<UInt8>) {
        if target.path >= 0 {
            let path = Int(target.path)
            if firstToken[path] < 0 { firstToken[path] = Int32(truncatingIfNeeded: value) }
            matches.append(Match(path: path, token: value))
        }
        guard target.node >= 0 else { return }
        switch reader[value].kind {
        case .object: walkObject(value, below: Int(target.node), record)
        case .array: walkArray(value, below: Int(target.node), record)
        default: break
        }
    }

    private mutating func walkArray(_ array: Int, below node: Int, _ record: Span<UInt8>) {
        let end = reader[array].next
        let elements = paths.elements[node]
        var at = array + 1
        var index = 0
        while at < end {
            if let target = elements[index] { note(at, target, record) }
            if reader[at].kind == .object { walkObject(at, below: node, record) }
            at = reader[at].next
            index += 1
        }
    }
}
