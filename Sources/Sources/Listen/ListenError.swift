/// Why a listener cannot listen.
public struct ListenError: Error, Sendable, CustomStringConvertible {
    /// The kinds of reasons.
    public enum Code: Sendable {
        /// An option that does not make sense, alone or with another.
        case badOption
        /// The system refuses the address, port or path.
        case unavailable
        /// A certificate or key cannot be used.
        case badCertificate
    }

    /// The kind of reason.
    public let code: Code
    /// The option whose value is to blame; nil when none is.
    public let option: String?
    /// What, where, and what to do.
    public let detail: String

    /// An error of that kind.
    public init(_ code: Code, option: String? = nil, _ detail: String) {
        self.code = code
        self.option = option
        self.detail = detail
    }

    /// Whether the same call may succeed later.
    public var isTransient: Bool { code == .unavailable }

    public var description: String { option.map { "\($0): \(detail)" } ?? detail }
}
