/// What a WebSocket source is told.
public struct WebSocketSourceOptions: Sendable {
    /// The address; `{cursor}` in its query stands for the cursor from which the feed goes on.
    public var url: String
    /// Headers of the handshake, such as Authorization.
    public var headers: [(name: String, value: String)]
    /// Subprotocols to offer; one of them must be chosen.
    public var protocols: [String]
    /// Texts to send after the handshake.
    public var subscribe: [String]
    /// Texts to send instead when there is a cursor, which `{cursor}` stands for; empty uses ``subscribe``.
    public var resume: [String]
    /// How the answer begins that is waited for between two of the texts; nil sends them all at once.
    public var subscribeAfter: String?
    /// Path of the record, or of an array of them, inside a message; nil takes each message as a record.
    public var record: String?
    /// Path of the cursor in a message.
    public var cursor: String?
    /// How far before the newest cursor a feed is resumed, in the cursor's own unit.
    public var rewind: Int64
    /// Paths whose values together tell a message from all others.
    public var key: [String]
    /// What the feed's own protocol says of refusals.
    public var refusals: FeedRefusals
    /// Whether to offer permessage-deflate.
    public var compress: Bool
    /// Seconds between pings of our own.
    public var pingSeconds: Int
    /// Seconds without a byte from the server after which the connection is given up.
    public var idleSeconds: Int
    /// Seconds for connecting, and then for the answer to the handshake.
    public var connectSeconds: Int
    /// Longest message in bytes; of a longer one the beginning is kept as a dead letter.
    public var maxRecordBytes: Int
    /// File with the certificates to trust instead of the system's.
    public var certificateAuthority: String?
    /// Name of the format, where it is known.
    public var format: String?
    /// What tells this subscription from others at the same address, such as a channel; part of the stream's id.
    public var topic: String?

    /// Options for an address, with the defaults of the configuration.
    public init(url: String) {
        self.url = url
        headers = []
        protocols = []
        subscribe = []
        resume = []
        rewind = 0
        key = []
        refusals = .none
        compress = true
        pingSeconds = 30
        idleSeconds = 90
        connectSeconds = 15
        maxRecordBytes = 1 << 20
    }

    /// What is wrong with the options, if anything: the option's name, and what to do.
    public var problem: (option: String, detail: String)? {
        do throws(WebSocketError) { _ = try WebSocketAddress(url) } catch { return ("url", error.detail) }
        if rewind > 0, key.isEmpty { return ("key", "a feed that is resumed earlier needs a key, by which repeated messages are told") }
        if rewind > 0, cursor == nil { return ("cursor", "going back needs the path of the cursor") }
        for header in headers where !Self.isToken(header.name) || header.value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return ("headers", "\(WebSocketAgreement.shown(header.name)) is no header, or its value holds a line break")
        }
        for name in protocols where !Self.isToken(name) {
            return ("protocols", "\(WebSocketAgreement.shown(name)) is no name of a subprotocol")
        }
        return nil
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0)) }
    }
}

/// How a feed's own protocol refuses or ends a subscription.
public enum FeedRefusals: Sendable {
    /// It has no such messages.
    case none
    /// Messages whose `action` is `rtm/subscribe/error`, `rtm/subscription/error` or `/error`.
    case satori
    /// WAMP's ABORT (3), GOODBYE (6) and ERROR (8).
    case wamp
}
