/// What went wrong in the journal.
public struct JournalError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failures.
    public enum Code: Sendable {
        /// The disk is full, or the file may not grow.
        case full
        /// The file could not be read or written.
        case io
        /// A file is damaged. Nothing is guessed: the journal stops and says which file.
        case damaged
        /// Another process has the journal open for writing.
        case inUse
        /// The file was written by a newer Petrel.
        case newer
        /// A cursor does not follow the one that is committed; the source must go on from the committed one.
        case cursorMismatch
        /// An Idempotency-Key came again with other content.
        case keyReused
        /// More events than fit into one commit.
        case tooLarge
        /// The journal is closed.
        case closed
    }

    /// The kind of failure.
    public let code: Code
    /// What, where, and what to do.
    public let detail: String

    /// An error of that kind.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// Whether the same call may succeed later without anybody changing anything.
    public var isTransient: Bool { code == .full || code == .io }

    public var description: String { detail }
}
