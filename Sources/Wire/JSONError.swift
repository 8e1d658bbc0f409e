/// Why bytes are not one JSON value (RFC 8259), and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of reasons.
    public enum Code: Sendable {
        /// The text ends inside a value.
        case unexpectedEnd
        /// A byte that cannot stand there; also `NaN`, `Infinity` and single quotes.
        case unexpectedByte
        /// A byte below 0x20 inside a string.
        case controlCharacter
        /// A backslash that begins no escape.
        case badEscape
        /// A number with a leading zero, a bare dot or an empty exponent.
        case badNumber
        /// More open brackets than the limit.
        case tooDeep
        /// More bytes than the limit.
        case tooLong
        /// Something behind the value.
        case trailingBytes
    }

    /// The kind of reason.
    public let code: Code
    /// Offset in bytes of what is wrong.
    public let offset: Int

    /// An error of that kind at that offset.
    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    public var description: String {
        let what =
            switch code {
            case .unexpectedEnd: "the text ends inside a value"
            case .unexpectedByte: "unexpected byte"
            case .controlCharacter: "control character in a string"
            case .badEscape: "bad escape in a string"
            case .badNumber: "bad number"
            case .tooDeep: "nested too deeply"
            case .tooLong: "too long"
            case .trailingBytes: "something behind the value"
            }
        return "\(what) at byte \(offset)"
    }
}
