/// A message of the hpfeeds protocol, as a subscriber gets it from the broker.
///
/// On the wire: a 32-bit length in network order that counts itself, an opcode, a body; names have their length in one byte before them.
public enum HPFeedsMessage: Equatable, Sendable {
    /// The broker refuses something, in its own words.
    case error(String)
    /// The broker's greeting: its name, and the bytes that authentication must sign.
    case info(broker: String, nonce: [UInt8])
    /// Something was published.
    case publish(HPFeedsPublication)
    /// A frame of which only the length is understood.
    case malformed(reason: String, beginning: [UInt8], length: UInt64)
}

/// What somebody published on a channel.
public struct HPFeedsPublication: Equatable, Sendable {
    /// Who published it: the name by which the broker knows the sensor.
    public var ident: String
    /// The channel, e.g. `cowrie.sessions`.
    public var channel: String
    /// The payload; of one that is longer than the limit only the beginning.
    public var payload: [UInt8]
    /// Bytes of the whole payload.
    public var length: UInt64

    /// A publication of the given parts.
    public init(ident: String, channel: String, payload: [UInt8], length: UInt64? = nil) {
        self.ident = ident
        self.channel = channel
        self.payload = payload
        self.length = length ?? UInt64(payload.count)
    }

    /// Whether the payload is cut.
    public var isCut: Bool { length > UInt64(payload.count) }
}

/// Why the bytes of a broker are not hpfeeds; there is no way to go on behind them.
public struct HPFeedsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, and at which byte.
    public let description: String
}

/// The opcodes of hpfeeds.
enum HPFeedsOpcode: UInt8 {
    case error = 0
    case info = 1
    case auth = 2
    case publish = 3
    case subscribe = 4
    case unsubscribe = 5
}

/// Makes the frames that clients send.
public enum HPFeedsFrame {
    /// Bytes of the longest name.
    public static let longestName = 255

    /// Proves to know the secret: the digest of the broker's nonce and the secret.
    public static func auth(ident: String, secret: String, nonce: [UInt8]) -> [UInt8] {
        frame(.auth, name(ident) + SHA1.digest(nonce + Array(secret.utf8)))
    }

    /// Asks for everything on a channel.
    public static func subscribe(ident: String, channel: String) -> [UInt8] { frame(.subscribe, name(ident) + Array(channel.utf8)) }

    /// Publishes on a channel.
    public static func publish(_ publication: HPFeedsPublication) -> [UInt8] {
        frame(.publish, name(publication.ident) + name(publication.channel) + publication.payload)
    }

    /// A broker's greeting.
    public static func info(broker: String, nonce: [UInt8]) -> [UInt8] { frame(.info, name(broker) + nonce) }

    /// A broker's refusal.
    public static func error(_ text: String) -> [UInt8] { frame(.error, Array(text.utf8)) }

    /// A name behind its length; what is longer than a byte can tell is cut.
    private static func name(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(longestName))
        return [UInt8(bytes.count)] + bytes
    }

    private static func frame(_ opcode: HPFeedsOpcode, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(clamping: body.count + 5)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) } + [opcode.rawValue] + body
    }
}
