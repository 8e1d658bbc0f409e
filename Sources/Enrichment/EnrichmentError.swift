/// Why a data file or a configured place cannot be used.
public struct EnrichmentError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of trouble.
    public enum Code: String, Sendable {
        /// There is no such file, or it may not be read.
        case unreadable
        /// The file is cut, of another kind, or contradicts itself.
        case damaged
        /// A configured place is off the globe or stands twice.
        case badPlace = "bad_place"
        /// An indicator list cannot be used.
        case badList = "bad_list"
    }

    /// The kind of trouble.
    public let code: Code
    /// What exactly, with the path or the configured name, and what to do.
    public let detail: String

    /// An error of that kind.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public var description: String { detail }
}
