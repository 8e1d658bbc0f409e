/// What is wrong with a query, and where.
public struct KQLError: Error, Sendable, Equatable {
    /// The kinds of faults.
    public enum Code: String, Sendable {
        /// The text is not a query.
        case syntax
        /// The text is longer, or its brackets are deeper, than the limits of ``Query``.
        case tooLarge
        /// A wildcard against a field whose values are not text.
        case wildcardOnType
        /// `null` as a value: only the absence of a field can be asked for.
        case nullValue
        /// A value that a field of that type cannot have.
        case wrongValue
        /// A field of a nested object outside a group for its path.
        case nestedOutside
        /// A group for a path that is not nested.
        case notNested
        /// A filter, an option or an operator that is not known.
        case unsupported
    }

    /// The kind of fault.
    public let code: Code
    /// Where it is, in characters (Unicode scalars) from the start of the text.
    public let offset: Int
    /// What would have been right there, each in one phrase.
    public let expected: [String]
    /// What was probably meant, when that can be told.
    public let hint: String?
    /// One sentence about the fault itself.
    public let detail: String

    /// A fault; ``offset`` counts Unicode scalars.
    public init(_ code: Code, at offset: Int, _ detail: String, expected: [String] = [], hint: String? = nil) {
        self.code = code
        self.offset = offset
        self.detail = detail
        self.expected = expected
        self.hint = hint
    }

    /// Whether the same query may be right later; never.
    public var isTransient: Bool { false }

    /// The fault drawn under the line of the text it is in: the line, a caret, then what was expected and the hint.
    public func rendered(in text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        let place = min(max(offset, 0), scalars.count)
        let isEnd = { (scalar: Unicode.Scalar) in scalar == "\n" || scalar == "\r" }
        let start = scalars[..<place].lastIndex(where: isEnd).map { $0 + 1 } ?? 0
        let end = scalars[place...].firstIndex(where: isEnd) ?? scalars.count
        var line = String.UnicodeScalarView()
        line.append(contentsOf: scalars[start..<end])
        // Tabs stay, so that the caret stands under its character in any tab width.
        let indent = String(scalars[start..<place].map { $0 == "\t" ? "\t" : " " })
        return "\(String(line))\n\(indent)^ \(description)"
    }
}

extension KQLError: CustomStringConvertible {
    public var description: String {
        var text = detail
        if !expected.isEmpty {
            text += expected.count == 1 ? "; expected \(expected[0])" : "; expected one of: \(expected.joined(separator: ", "))"
        }
        if let hint { text += ". \(hint)" }
        return text
    }
}

/// Something in a query that is allowed but probably not what was meant.
public struct KQLWarning: Sendable, Equatable {
    /// Where, in characters (Unicode scalars) of the text.
    public let position: Range<Int>
    /// One or two sentences for people.
    public let message: String

    /// A warning about a part of the text.
    public init(_ message: String, at position: Range<Int>) {
        self.message = message
        self.position = position
    }
}
