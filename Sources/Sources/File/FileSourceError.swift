/// Why a file could not be read.
public struct FileSourceError: Error, Sendable, CustomStringConvertible {
    /// The kinds of reasons.
    public enum Code: Sendable {
        /// It does not exist, or no file matches the pattern.
        case notFound
        /// The system refuses to open or read it.
        case unreadable
        /// Its compressed data are damaged, or end in the middle.
        case damaged
        /// No format claims its content.
        case unknownFormat
        /// Some files of an import failed; the others are stored.
        case incomplete
    }

    /// The kind of reason.
    public let code: Code
    /// The path, what is wrong and where.
    public let detail: String

    /// An error of that kind.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// Whether the same call may succeed later.
    public var isTransient: Bool { code == .notFound || code == .unreadable }

    public var description: String { detail }
}
