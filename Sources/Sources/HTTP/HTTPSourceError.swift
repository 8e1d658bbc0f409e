/// Why something could not be fetched over HTTP.
public struct HTTPSourceError: Error, Sendable, CustomStringConvertible {
    /// The kinds of reasons.
    public enum Code: Sendable {
        /// The address or a certificate of the configuration cannot be used.
        case configuration
        /// No connection, or it broke.
        case unreachable
        /// Nothing came for longer than the time that is allowed.
        case stalled
        /// The peer answered with a status that is no success.
        case refused
        /// The peer asked to wait.
        case limited
        /// The answer is larger than allowed, cut, or not of the kind that was asked for.
        case badAnswer
        /// The peer closed the stream before anything came.
        case ended
    }

    /// The kind of reason.
    public let code: Code
    /// What, where, and what to do.
    public let detail: String
    /// The status of the answer, where there was one.
    public let status: Int?

    /// An error of that kind.
    public init(_ code: Code, _ detail: String, status: Int? = nil) {
        self.code = code
        self.detail = detail
        self.status = status
    }

    /// Whether the same call may succeed later.
    public var isTransient: Bool { code != .configuration }

    public var description: String { detail }
}
