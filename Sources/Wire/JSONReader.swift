/// Reads one JSON text (RFC 8259) in a single pass into a list of tokens.
///
/// Every byte is checked: grammar, escapes, UTF-8 (what is invalid is marked and becomes U+FFFD when the text is taken). Reads are
/// bounds-checked; nothing is allocated per value, and a reader that is used again keeps its memory, so one reader serves one stream.
/// Of members with equal names the last wins; the others are marked and counted. Linear in the bytes.
public struct JSONReader: Sendable {
    /// The tokens in order of appearance; the root is the first. A key is followed by its value.
    public private(set) var tokens: [JSONToken] = []
    /// Members that a later one of the same name supersedes.
    public private(set) var duplicateKeys = 0

    /// The greatest number of brackets that may be open at once.
    public let maximumDepth: Int
    /// The greatest length of a text in bytes.
    public let maximumByteCount: Int

    /// Names with escapes, decoded.
    private var decodedKeys: [UInt8] = []
    private var open: [Int] = []
    private var names: JSONNames

    /// A reader with those limits.
    public init(maximumDepth: Int = 64, maximumByteCount: Int = 16 << 20) {
        self.maximumDepth = maximumDepth
        self.maximumByteCount = min(maximumByteCount, Int(Int32.max))
        names = JSONNames(maximumDepth: maximumDepth)
        tokens.reserveCapacity(256)
    }

    /// Reads a text; a byte order mark before it is skipped. On a throw the tokens are of no use.
    public mutating func read(_ input: Span<UInt8>) throws(JSONError) {
        tokens.removeAll(keepingCapacity: true)
        decodedKeys.removeAll(keepingCapacity: true)
        open.removeAll(keepingCapacity: true)
        duplicateKeys = 0
        let count = input.count
        guard count <= maximumByteCount else { throw JSONError(.tooLong, at: maximumByteCount) }
        var at = count >= 3 && input[0] == 0xef && input[1] == 0xbb && input[2] == 0xbf ? 3 : 0
        var isInObject = false

        values: while true {
            // A value begins here.
            let byte = try Self.next(input, &at)
            switch byte {
            case UInt8(ascii: "\""):
                var flags: UInt32 = 0
                let end = try JSONString.end(of: input, from: at + 1, flags: &flags)
                tokens.append(JSONToken(.string, start: at + 1, end: end, next: tokens.count + 1, flags: flags))
                at = end + 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                let start = at
                let kind = try Self.number(input, &at)
                tokens.append(JSONToken(kind, start: start, end: at, next: tokens.count + 1))
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open.count < maximumDepth else { throw JSONError(.tooDeep, at: at) }
                isInObject = byte == UInt8(ascii: "{")
                open.append(tokens.count)
                tokens.append(JSONToken(isInObject ? .object : .array, start: at, end: at, next: 0))
                at += 1
                let first = try Self.next(input, &at)
                if isInObject {
                    names.begin(level: open.count - 1)
                    if first != UInt8(ascii: "}") {
                        try key(input, &at)
                        continue values
                    }
                } else if first != UInt8(ascii: "]") {
                    continue values
                }
            case UInt8(ascii: "t"): try literal("true", .true, input, &at)
            case UInt8(ascii: "f"): try literal("false", .false, input, &at)
            case UInt8(ascii: "n"): try literal("null", .null, input, &at)
            default: throw JSONError(.unexpectedByte, at: at)
            }
            // A value has ended: close what closes here, until another value begins.
            while let container = open.last {
                let byte = try Self.next(input, &at)
                if byte == UInt8(ascii: ",") {
                    at += 1
                    if isInObject {
                        _ = try Self.next(input, &at)
                        try key(input, &at)
                    }
                    continue values
                }
                guard byte == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { throw JSONError(.unexpectedByte, at: at) }
                at += 1
                tokens[container].endOffset = UInt32(truncatingIfNeeded: at)
                tokens[container].nextIndex = UInt32(truncatingIfNeeded: tokens.count)
                open.removeLast()
                if let outer = open.last { isInObject = tokens[outer].kind == .object }
            }
            break
        }
        while at < count, Self.isBlank(input[at]) { at += 1 }
        guard at == count else { throw JSONError(.trailingBytes, at: at) }
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
    @inline(__always) private mutating func key(_ input: Span<UInt8>, _ at: inout Int) throws(JSONError) {
        guard input[at] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: at) }
        var flags: UInt32 = 0
        var start = at + 1
        var end = try JSONString.end(of: input, from: start, flags: &flags)
        at = end + 1
        guard try Self.next(input, &at) == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: at) }
        at += 1
        let hash: UInt32
        if flags == 0 {
            hash = JSONKey(input, start..<end).hash
        } else {
            let from = decodedKeys.count
            JSONString.append(input, start..<end, to: &decodedKeys)
            (start, end, flags) = (from, decodedKeys.count, JSONToken.decodedFlag)
            hash = JSONKey(decodedKeys.span, start..<end).hash
        }
        let token = JSONToken(.key, start: start, end: end, next: tokens.count + 1, flags: flags, hash: hash)
        if !names.isNew(hash, level: open.count - 1) { supersedeEqual(token, input) }
        tokens.append(token)
    }

    /// Marks an earlier member of the open object that has this name.
    private mutating func supersedeEqual(_ key: JSONToken, _ input: Span<UInt8>) {
        guard let object = open.last else { return }
        if names.isWide(level: open.count - 1) {
            guard let earlier = names.replace(name(key, input), with: tokens.count, level: open.count - 1) else { return }
            tokens[earlier].meta |= JSONToken.supersededFlag
            duplicateKeys += 1
            return
        }
        var index = object + 1
        var members = 0
        while index < tokens.count {
            let other = tokens[index]
            if other.hash == key.hash, !other.isSuperseded, areEqual(other, key, input) {
                tokens[index].meta |= JSONToken.supersededFlag
                duplicateKeys += 1
                return
            }
            members += 1
            index = tokens[index + 1].next
        }
        if members >= JSONNames.wideCount { widen(object, with: key, input) }
    }

    /// Gives the open object, which has many members, an exact index of its names.
    private mutating func widen(_ object: Int, with key: JSONToken, _ input: Span<UInt8>) {
        names.widen(level: open.count - 1)
        var index = object + 1
        while index < tokens.count {
            let member = tokens[index]
            if !member.isSuperseded { _ = names.replace(name(member, input), with: index, level: open.count - 1) }
            index = tokens[index + 1].next
        }
        _ = names.replace(name(key, input), with: tokens.count, level: open.count - 1)
    }

    private func name(_ key: JSONToken, _ input: Span<UInt8>) -> [UInt8] {
        key.isDecoded ? Array(decodedKeys[key.range]) : input.extracting(key.range).withUnsafeBufferPointer { Array($0) }
    }

    private func areEqual(_ a: JSONToken, _ b: JSONToken, _ input: Span<UInt8>) -> Bool {
        guard a.range.count == b.range.count else { return false }
        for (i, j) in zip(a.range, b.range) where (a.isDecoded ? decodedKeys[i] : input[i]) != (b.isDecoded ? decodedKeys[j] : input[j]) {
            return false
        }
        return true
    }

    @inline(__always) private mutating func literal(
        _ text: StaticString, _ kind: JSONToken.Kind, _ input: Span<UInt8>, _ at: inout Int
    ) throws(JSONError) {
        let start = at
        for i in 0..<text.utf8CodeUnitCount {
            guard at < input.count else { throw JSONError(.unexpectedEnd, at: at) }
            guard input[at] == text.utf8Start[i] else { throw JSONError(.unexpectedByte, at: at) }
            at += 1
        }
        tokens.append(JSONToken(kind, start: start, end: at, next: tokens.count + 1))
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
            out.append(contentsOf: decodedKeys[token.range])
        } else if token.isPlain {
            input.extracting(token.range).withUnsafeBufferPointer { out.append(contentsOf: $0) }
        } else {
            JSONString.append(input, token.range, to: &out)
        }
    }

    /// The scalar at an index, or the first scalar of an array there; nil for objects, null and negative indexes.
    public func firstScalar(at index: Int32) -> JSONToken? {
        guard index >= 0, Int(index) < tokens.count else { return nil }
        let token = tokens[Int(index)]
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
            ? paths.target(below: node, hash: key.hash, in: decodedKeys.span, range: key.range)
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
