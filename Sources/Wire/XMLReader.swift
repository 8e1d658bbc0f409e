/// Why bytes are not XML, and where.
public struct XMLError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of reasons.
    public enum Code: String, Sendable {
        /// A tag, comment or section that does not end.
        case unterminated = "does not end"
        /// A tag without a name, or with what is no attribute.
        case badTag = "is no tag"
        /// An end tag that closes another element than the last one opened.
        case mismatched = "closes what is not open"
        /// More elements inside each other than allowed.
        case tooDeep = "is nested too deeply"
    }

    /// The kind of reason.
    public let code: Code
    /// Offset in bytes of what is wrong.
    public let offset: Int

    public var description: String { "what stands at byte \(offset) \(code.rawValue)" }
}

/// Reads XML (1.0, fifth edition) token by token, for input that may be hostile.
///
/// Declarations, instructions and comments are passed over. A document type is passed over too, with all that it declares: there are no
/// entities but the five of XML and numbers, so nothing expands and nothing is fetched. Linear in the bytes; memory is one range for each open
/// element.
public struct XMLReader: Sendable {
    /// A piece of the text.
    public enum Token: Equatable, Sendable {
        /// An element begins; an empty one has no end.
        case start(name: Range<Int>, attributes: Range<Int>, isEmpty: Bool)
        /// An element ends.
        case end(name: Range<Int>)
        /// Text, with references in it.
        case text(Range<Int>)
        /// Text as it stands (CDATA).
        case literal(Range<Int>)
    }

    /// The most elements that may be open at once.
    public static let maximumDepth = 64

    /// Offset behind the last token.
    public private(set) var at = 0
    private var open: [Range<Int>] = []

    /// A reader at the beginning of a text.
    public init() {}

    /// How many elements are open.
    public var depth: Int { open.count }

    /// The next token; nil at the end. Elements that are still open there are no error.
    public mutating func next(_ input: Span<UInt8>) throws(XMLError) -> Token? {
        while at < input.count {
            let start = at
            guard input[at] == UInt8(ascii: "<") else {
                at = input.firstIndex(of: UInt8(ascii: "<"), from: at) ?? input.count
                return .text(start..<at)
            }
            if input.has("<![CDATA[", at: at) {
                guard let end = input.range(of: "]]>", from: at + 9) else { throw XMLError(code: .unterminated, offset: start) }
                at = end.upperBound
                return .literal(start + 9..<end.lowerBound)
            }
            if input.has("<!--", at: at) {
                guard let end = input.range(of: "-->", from: at + 4) else { throw XMLError(code: .unterminated, offset: start) }
                at = end.upperBound
            } else if input.has("<?", at: at) {
                guard let end = input.range(of: "?>", from: at + 2) else { throw XMLError(code: .unterminated, offset: start) }
                at = end.upperBound
            } else if input.has("<!", at: at) {
                at = try Self.endOfDeclaration(input, at)
            } else {
                return try tag(input)
            }
        }
        return nil
    }

    /// Behind `<!DOCTYPE … [ … ]>`; brackets and quotes are followed, what is in them is not read.
    private static func endOfDeclaration(_ input: Span<UInt8>, _ start: Int) throws(XMLError) -> Int {
        var at = start + 2
        var brackets = 0
        var quote: UInt8 = 0
        while at < input.count {
            let byte = input[at]
            at += 1
            if quote != 0 {
                if byte == quote { quote = 0 }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
            case UInt8(ascii: "["): brackets += 1
            case UInt8(ascii: "]"): brackets -= 1
            case UInt8(ascii: ">"): if brackets <= 0 { return at }
            default: break
            }
        }
        throw XMLError(code: .unterminated, offset: start)
    }

    private mutating func tag(_ input: Span<UInt8>) throws(XMLError) -> Token {
        let start = at
        let isEnd = input.has("</", at: at)
        let nameStart = at + (isEnd ? 2 : 1)
        var nameEnd = nameStart
        while nameEnd < input.count, Self.isName(input[nameEnd]) { nameEnd += 1 }
        let name = nameStart..<nameEnd
        var end = nameEnd
        var quote: UInt8 = 0
        while end < input.count, quote != 0 || input[end] != UInt8(ascii: ">") {
            let byte = input[end]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "<") {
                throw XMLError(code: .badTag, offset: start)
            }
            end += 1
        }
        guard end < input.count else { throw XMLError(code: .unterminated, offset: start) }
        guard !name.isEmpty else { throw XMLError(code: .badTag, offset: start) }
        at = end + 1
        if isEnd {
            guard let last = open.popLast(), Self.isEqual(input, last, name) else { throw XMLError(code: .mismatched, offset: start) }
            return .end(name: name)
        }
        let isEmpty = input[end - 1] == UInt8(ascii: "/") && end - 1 >= nameEnd
        if !isEmpty {
            guard open.count < Self.maximumDepth else { throw XMLError(code: .tooDeep, offset: start) }
            open.append(name)
        }
        return .start(name: name, attributes: nameEnd..<(isEmpty ? end - 1 : end), isEmpty: isEmpty)
    }

    /// Bytes of names; characters beyond ASCII are all taken.
    private static func isName(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isEqual(_ input: Span<UInt8>, _ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count else { return false }
        for (i, j) in zip(a, b) where input[i] != input[j] { return false }
        return true
    }
}

/// Texts of XML.
public enum XMLText {
    /// Appends a text with its references resolved: the five of XML and numbers; others stay as they are.
    public static func append(_ input: Span<UInt8>, _ range: Range<Int>, to out: inout [UInt8]) {
        var at = range.lowerBound
        while at < range.upperBound {
            guard input[at] == UInt8(ascii: "&"),
                let end = input.firstIndex(of: UInt8(ascii: ";"), from: at, to: min(range.upperBound, at + 12)),
                let scalar = scalar(input.extracting(at + 1..<end))
            else {
                out.append(input[at])
                at += 1
                continue
            }
            UTF8Sequence.append(scalar, to: &out)
            at = end + 1
        }
    }

    private static func scalar(_ name: Span<UInt8>) -> UInt32? {
        if name.equals("amp") { return 0x26 }
        if name.equals("lt") { return 0x3c }
        if name.equals("gt") { return 0x3e }
        if name.equals("quot") { return 0x22 }
        if name.equals("apos") { return 0x27 }
        guard name.count > 1, name[0] == UInt8(ascii: "#") else { return nil }
        let isHex = name[1] | 0x20 == UInt8(ascii: "x")
        let digits = name.extracting((isHex ? 2 : 1)..<name.count).string
        guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
            let number = UInt32(digits, radix: isHex ? 16 : 10), number >= 0x20 || number == 9 || number == 10 || number == 13
        else { return nil }
        return UnicodeScalar(number).map(\.value)
    }

    /// The value of an attribute of a start tag, without its references; nil where there is none.
    public static func attribute(_ name: String, _ input: Span<UInt8>, _ attributes: Range<Int>) -> String? {
        var at = attributes.lowerBound
        while at < attributes.upperBound {
            guard let equals = input.firstIndex(of: UInt8(ascii: "="), from: at, to: attributes.upperBound) else { return nil }
            let key = input.extracting(input.trimmed(at..<equals)).string
            var start = equals + 1
            while start < attributes.upperBound, input[start] <= 0x20 { start += 1 }
            guard start < attributes.upperBound, input[start] == UInt8(ascii: "\"") || input[start] == UInt8(ascii: "'"),
                let end = input.firstIndex(of: input[start], from: start + 1, to: attributes.upperBound)
            else { return nil }
            if key == name {
                var out: [UInt8] = []
                append(input, start + 1..<end, to: &out)
                return String(decoding: out, as: UTF8.self)
            }
            at = end + 1
        }
        return nil
    }
}
