/// Reads one JSON text (RFC 8259) in a single pass into a list of tokens.
///
/// Every byte is checked: grammar, escapes, UTF-8 (what is invalid is marked and becomes U+FFFD when the text is taken). Reads are
/// bounds-checked; nothing is allocated per value, and a reader that is used again keeps its memory, so one reader serves one stream.
/// Of members with equal names the last wins; the others are marked and counted. Linear in the bytes.
public struct JSONReader: Sendable {
    /// The tokens in order of appearance; the root is the first. A key is followed by its value.
    public var tokens: ArraySlice<JSONToken> { storage[..<count] }
    /// Members that a later one of the same name supersedes.
    public var duplicateKeys: Int { names.duplicates }

    /// The greatest number of brackets that may be open at once.
    public let maximumDepth: Int
    /// The greatest length of a text in bytes.
    public let maximumByteCount: Int

    /// Room for tokens, of which the first `count` are the text's.
    private var storage: [JSONToken]
    private var count = 0
    private var names = JSONNames()

    /// A reader with those limits; a depth beyond 64 counts as 64.
    public init(maximumDepth: Int = 64, maximumByteCount: Int = 16 << 20) {
        self.maximumDepth = min(max(maximumDepth, 0), JSONNames.maximumDepth)
        self.maximumByteCount = min(maximumByteCount, Int(Int32.max))
        storage = [JSONToken](repeating: JSONToken(.null, start: 0, end: 0, next: 0), count: 256)
    }

    /// The token of that number.
    @inline(__always) public subscript(index: Int) -> JSONToken { storage[index] }

    /// Reads a text; a byte order mark before it is skipped. On a throw the tokens are of no use.
    public mutating func read(_ input: Span<UInt8>) throws(JSONError) {
        guard input.count <= maximumByteCount else { throw JSONError(.tooLong, at: maximumByteCount) }
        var room = [JSONToken]()
        swap(&room, &storage)
        defer { swap(&room, &storage) }
        count = 0
        while true {
            names.removeAll()
            var tokens = room.mutableSpan
            count = try Self.scan(input, maximumDepth: maximumDepth, into: &tokens, &names)
            if count > 0 { break }
            // Rare: the room is kept, so it grows a few times in the life of a reader.
            room.append(contentsOf: repeatElement(JSONToken(.null, start: 0, end: 0, next: 0), count: room.count))
        }
    }

    /// Reads a text into the room; returns how many tokens it has, or 0 when the room is too small.
    private static func scan(
        _ input: Span<UInt8>, maximumDepth: Int, into tokens: inout MutableSpan<JSONToken>, _ names: inout JSONNames
    ) throws(JSONError) -> Int {
        let count = input.count
        let last = tokens.count - 2
        var at = count >= 3 && input[0] == 0xef && input[1] == 0xbb && input[2] == 0xbf ? 3 : 0
        var number = 0
        var isInObject = false

        values: while true {
            // A value begins here; there is room for it and for a key.
            guard number <= last else { return 0 }
            let byte = try next(input, &at)
            switch byte {
            case UInt8(ascii: "\""):
                var flags: UInt32 = 0
                let end = try JSONString.end(of: input, from: at + 1, flags: &flags)
                tokens[number] = JSONToken(.string, start: at + 1, end: end, next: number + 1, flags: flags)
                number += 1
                at = end + 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                let start = at
                let kind = try self.number(input, &at)
                tokens[number] = JSONToken(kind, start: start, end: at, next: number + 1)
                number += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard names.depth < maximumDepth else { throw JSONError(.tooDeep, at: at) }
                isInObject = byte == UInt8(ascii: "{")
                names.open(container: number)
                tokens[number] = JSONToken(isInObject ? .object : .array, start: at, end: at, next: 0)
                number += 1
                at += 1
                let first = try next(input, &at)
                if isInObject {
                    if first != UInt8(ascii: "}") {
                        try key(input, &at, into: &tokens, &number, &names)
                        continue values
                    }
                } else if first != UInt8(ascii: "]") {
                    continue values
                }
            case UInt8(ascii: "t"): tokens[number] = try literal("true", .true, input, &at, &number)
            case UInt8(ascii: "f"): tokens[number] = try literal("false", .false, input, &at, &number)
            case UInt8(ascii: "n"): tokens[number] = try literal("null", .null, input, &at, &number)
            default: throw JSONError(.unexpectedByte, at: at)
            }
            // A value has ended: close what closes here, until another value begins.
            while names.depth > 0 {
                let byte = try next(input, &at)
                if byte == UInt8(ascii: ",") {
                    at += 1
                    if isInObject {
                        guard number <= last else { return 0 }
                        _ = try next(input, &at)
                        try key(input, &at, into: &tokens, &number, &names)
                    }
                    continue values
                }
                guard byte == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { throw JSONError(.unexpectedByte, at: at) }
                at += 1
                let container = names.container
                tokens[container].endOffset = UInt32(truncatingIfNeeded: at)
                tokens[container].nextIndex = UInt32(truncatingIfNeeded: number)
                names.close()
                if names.depth > 0 { isInObject = tokens[names.container].kind == .object }
            }
            break
        }
        while at < count, isBlank(input[at]) { at += 1 }
        guard at == count else { throw JSONError(.trailingBytes, at: at) }
        return number
    }

    // MARK: Parts of the grammar

    @inline(__always) private static func isBlank(_ byte: UInt8) -> Bool {
        byte <= 0x20 && (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09)
    }

    /// The next byte that is not blank, at which `at` then stands.
    @inline(__always) private static func next(_ input: Span<UInt8>, _ at: inout Int) throws(JSONError) -> UInt8 {
        while at < input.count {
            let byte = input[at]
            if !isBlank(byte) { return byte }
            at += 1
        }
        throw JSONError(.unexpectedEnd, at: at)
    }

    /// A member name and its colon; `at` stands at the quote, then behind the colon.
    @inline(__always) private static func key(
        _ input: Span<UInt8>, _ at: inout Int, into tokens: inout MutableSpan<JSONToken>, _ number: inout Int, _ names: inout JSONNames
    ) throws(JSONError) {
        guard input[at] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: at) }
        var flags: UInt32 = 0
        let start = at + 1
        let end = try JSONString.end(of: input, from: start, flags: &flags)
        at = end + 1
        guard try next(input, &at) == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: at) }
        at += 1
        let token: JSONToken
        if flags == 0 {
            token = JSONToken(.key, start: start, end: end, next: number + 1, hash: JSONKey(input, start..<end).hash)
        } else {
            token = names.decodedKey(input, start..<end, next: number + 1)
        }
        if !names.isNew(token.hash) { names.supersedeEqual(token, number: number, in: &tokens, input) }
        tokens[number] = token
        number += 1
    }

    private static func literal(
        _ text: StaticString, _ kind: JSONToken.Kind, _ input: Span<UInt8>, _ at: inout Int, _ number: inout Int
    ) throws(JSONError) -> JSONToken {
        let start = at
        for i in 0..<text.utf8CodeUnitCount {
            guard at < input.count else { throw JSONError(.unexpectedEnd, at: at) }
            guard input[at] == text.utf8Start[i] else { throw JSONError(.unexpectedByte, at: at) }
            at += 1
        }
        number += 1
        return JSONToken(kind, start: start, end: at, next: number)
    }

    @inline(__always) private static func number(_ input: Span<UInt8>, _ at: inout Int) throws(JSONError) -> JSONToken.Kind {
        let count = input.count
        func digits() throws(JSONError) {
            let from = at
            while at < count, input[at] &- UInt8(ascii: "0") < 10 { at += 1 }
            guard at > from else { throw JSONError(at == count ? .unexpectedEnd : .badNumber, at: at) }
        }
        if input[at] == UInt8(ascii: "-") { at += 1 }
        if at < count, input[at] == UInt8(ascii: "0") {
            at += 1
            if at < count, input[at] &- UInt8(ascii: "0") < 10 { throw JSONError(.badNumber, at: at) }
        } else {
            try digits()
        }
        var kind = JSONToken.Kind.integer
        if at < count, input[at] == UInt8(ascii: ".") {
            kind = .float
            at += 1
            try digits()
        }
        if at < count, input[at] | 0x20 == UInt8(ascii: "e") {
            kind = .float
            at += 1
            if at < count, input[at] == UInt8(ascii: "+") || input[at] == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        return kind
    }

    // MARK: Texts

    /// Appends the text of a string, number, literal or key as UTF-8: escapes resolved, invalid UTF-8 and lone surrogates as U+FFFD.
    public func appendText(of token: JSONToken, in input: Span<UInt8>, to out: inout [UInt8]) {
        if token.isDecoded {
            out.append(contentsOf: names.decoded[token.range])
        } else if token.isPlain {
            input.extracting(token.range).withUnsafeBufferPointer { out.append(contentsOf: $0) }
        } else {
            JSONString.append(input, token.range, to: &out)
        }
    }

    /// The scalar at an index, or the first scalar of an array there; nil for objects, null and negative indexes.
    func firstScalar(at index: Int32) -> JSONToken? {
        guard index >= 0, Int(index) < count else { return nil }
        let token = storage[Int(index)]
        switch token.kind {
        case .null, .object, .key: return nil
        case .array: return token.next > Int(index) + 1 ? firstScalar(at: index + 1) : nil
        default: return token
        }
    }

    /// What a set of paths says about a key below a node.
    @inline(__always) func target(
        of key: JSONToken, below node: Int, in input: Span<UInt8>, from paths: borrowing JSONPaths
    ) -> JSONPaths.Target {
        key.isDecoded
            ? paths.target(below: node, hash: key.hash, in: names.decoded.span, range: key.range)
            : paths.target(below: node, hash: key.hash, in: input, range: key.range)
    }
}

/// Questions about a whole JSON text.
public enum JSON {
    /// Whether the bytes are one whole valid value.
    public static func isComplete(_ record: Span<UInt8>) -> Bool {
        var reader = JSONReader()
        return (try? reader.read(record)) != nil
    }
}
