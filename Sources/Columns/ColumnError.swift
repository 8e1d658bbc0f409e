internal import Foundation

/// What went wrong with the columns.
public struct ColumnError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// A file could not be read or written.
        case io
        /// A file does not hold what it should; it is made again from the journal.
        case damaged
        /// The query was cancelled or took longer than it may.
        case stopped
        /// The query asks for what there is not, such as percentiles of a text.
        case invalid
        /// The answer would need more memory than a query may use.
        case tooLarge
    }

    public let code: Code
    /// What and where, for people.
    public let detail: String

    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    static func io(_ path: String, _ number: Int32) -> ColumnError { ColumnError(.io, "\(path): \(String(cString: strerror(number)))") }

    /// Whether trying again may help.
    public var isTransient: Bool { code == .io }

    public var description: String { detail }
}
