/// Why a WebSocket connection could not be made or has ended.
public struct WebSocketError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of reasons.
    public enum Code: Sendable {
        /// The address or the answer to the handshake cannot be used.
        case handshake
        /// The peer broke RFC 6455 (close code 1002).
        case protocolViolation
        /// A text that is not UTF-8, or compressed bytes that cannot be inflated (close code 1007).
        case invalidData
        /// A message beyond every bound (close code 1009).
        case tooLong
        /// The peer closed the connection, with or without saying so.
        case closed
        /// Nothing was heard for the idle time.
        case idle
        /// The feed itself refused the subscription or ended it.
        case refused
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

    public var description: String { detail }

    /// The code of the close frame that tells the peer (RFC 6455, section 7.4.1).
    var closeCode: UInt16 {
        switch code {
        case .protocolViolation: 1002
        case .invalidData: 1007
        case .tooLong: 1009
        default: 1001
        }
    }
}
