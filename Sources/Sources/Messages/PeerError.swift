/// Why a peer that sends messages (a broker) gives no more of them.
public struct PeerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of reasons.
    public enum Code: Sendable {
        /// No connection comes about.
        case unreachable
        /// The peer does not let us in, or not to what we ask for.
        case refused
        /// The connection ended.
        case lost
        /// Nothing has come for longer than the idle timeout.
        case idle
        /// What comes is not the protocol.
        case protocolViolation
        /// The options cannot be used as they are.
        case misconfigured
    }

    /// The kind of reason.
    public let code: Code
    /// What, where, and what to do.
    public let detail: String

    /// An error of that kind.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// Whether the same may succeed later without a change by the operator.
    public var isTransient: Bool { code != .misconfigured }

    public var description: String { detail }
}

extension String {
    /// What a peer says, for people: at most 200 characters, all of them printable.
    init(saidByPeer text: some StringProtocol) {
        self.init(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(200).map { $0.properties.generalCategory == .control || $0.value == 0x2028 ? " " : $0 }))
    }
}
