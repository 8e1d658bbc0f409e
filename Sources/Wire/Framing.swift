/// How records lie in a stream of bytes.
public enum Framing: Sendable, Equatable {
    /// One record a line; LF, CRLF or lone CR end it.
    case lines
    /// JSON: one value a line, the elements of one array, or pretty-printed objects (told by the first line).
    case json
    /// JSON whose values hold many items: as ``json``, but a value may have ``Framer/maximumDocumentBytes``.
    case document
    /// CSV (RFC 4180): one record a line, but line ends inside double quotes belong to the value.
    case csv
    /// XML of a feed (RSS, Atom): what stands before the first `item` or `entry`, then each of them.
    case entries

    /// Whether records are JSON values.
    var isJSON: Bool { self == .json || self == .document }
}
