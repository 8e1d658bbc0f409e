/// How records lie in a stream of bytes.
public enum Framing: Sendable, Equatable {
    /// One record a line; LF, CRLF or lone CR end it.
    case lines
    /// JSON: one value a line, or the elements of one array (recognised by the first byte that is not blank).
    case json
    /// CSV (RFC 4180): one record a line, but line ends inside double quotes belong to the value.
    case csv
}
