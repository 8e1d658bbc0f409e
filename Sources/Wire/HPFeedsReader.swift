/// Cuts the bytes that a broker sends into messages.
///
/// Memory is bounded by the payload limit and one chunk: of a longer frame only the beginning is kept while the rest goes by.
public struct HPFeedsReader: Sendable {
    /// How much is kept of a payload that is longer than the limit, in bytes.
    public static let keptOfOversized = Framer.keptOfOversized
    /// The longest frame that is no publication, in bytes.
    public static let longestControl = 1 << 16
    /// Bytes of two names with their lengths.
    private static let longestNames = 2 * (HPFeedsFrame.longestName + 1)

    /// The longest payload that is kept whole, in bytes.
    public let maxPayloadBytes: Int

    private var buffer: [UInt8] = []
    /// Index of the first byte that is not taken yet.
    private var start = 0
    /// Bytes taken since the connection's beginning.
    private var offset: UInt64 = 0
    /// A frame too long to keep: its beginning without length and opcode, and what is still to come.
    private var passing: (beginning: [UInt8], length: UInt64, left: UInt64)?

    /// A reader from the beginning of a connection.
    public init(maxPayloadBytes: Int = 1 << 20) { self.maxPayloadBytes = maxPayloadBytes }

    /// Adds bytes that follow those pushed before.
    public mutating func push(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            buffer.removeSubrange(0..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message, or nil while it has not all come.
    public mutating func next() throws(HPFeedsError) -> HPFeedsMessage? {
        if passing != nil { return pass() }
        guard buffer.count - start >= 5 else { return nil }
        let length = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(buffer[start + $1]) }
        guard length >= 5, length <= UInt32(Int32.max) else {
            throw HPFeedsError(description: "a frame of \(length) bytes at byte \(offset): this is not hpfeeds")
        }
        let opcode = HPFeedsOpcode(rawValue: buffer[start + 4])
        guard opcode == .publish || length <= UInt32(Self.longestControl) else {
            throw HPFeedsError(
                description: "a frame of \(length) bytes and opcode \(buffer[start + 4]) at byte \(offset): this is not hpfeeds")
        }
        let body = Int(length) - 5
        if body > Self.longestNames + maxPayloadBytes {
            passing = ([], UInt64(body), UInt64(body))
            take(5)
            return pass()
        }
        guard buffer.count - start >= body + 5 else { return nil }
        let range = start + 5..<start + 5 + body
        let message = Self.message(opcode, buffer[range], length: UInt64(body), limit: maxPayloadBytes)
        take(body + 5)
        return message
    }

    private mutating func take(_ count: Int) {
        start += count
        offset += UInt64(count)
    }

    /// Lets a frame go by that is too long.
    private mutating func pass() -> HPFeedsMessage? {
        guard var frame = passing else { return nil }
        let count = min(buffer.count - start, Int(clamping: frame.left))
        let wanted = max(0, Self.longestNames + Self.keptOfOversized - frame.beginning.count)
        frame.beginning += buffer[start..<start + min(count, wanted)]
        frame.left -= UInt64(count)
        take(count)
        passing = frame.left == 0 ? nil : frame
        guard frame.left == 0 else { return nil }
        return Self.message(.publish, frame.beginning[...], length: frame.length, limit: maxPayloadBytes)
    }

    /// The message in a body, of which the end may be missing.
    private static func message(_ opcode: HPFeedsOpcode?, _ body: ArraySlice<UInt8>, length: UInt64, limit: Int) -> HPFeedsMessage {
        func malformed(_ reason: String) -> HPFeedsMessage {
            .malformed(reason: reason, beginning: Array(body.prefix(keptOfOversized)), length: length)
        }
        var rest = body
        switch opcode {
        case .error: return .error(String(decoding: body, as: UTF8.self))
        case .info:
            guard let broker = name(&rest) else { return malformed("an info frame that ends in the broker's name") }
            return .info(broker: broker, nonce: Array(rest))
        case .publish:
            guard let ident = name(&rest) else { return malformed("a publication that ends in its ident") }
            guard let channel = name(&rest) else { return malformed("a publication that ends in its channel") }
            let whole = length - UInt64(rest.startIndex - body.startIndex)
            let payload = whole > UInt64(limit) ? rest.prefix(keptOfOversized) : rest
            return .publish(HPFeedsPublication(ident: ident, channel: channel, payload: Array(payload), length: whole))
        case .auth, .subscribe, .unsubscribe, nil: return malformed("a frame that no broker sends")
        }
    }

    /// Takes a name behind its length; nil when it is not all there.
    private static func name(_ bytes: inout ArraySlice<UInt8>) -> String? {
        guard let length = bytes.first, bytes.count > Int(length) else { return nil }
        defer { bytes = bytes.dropFirst(Int(length) + 1) }
        return String(decoding: bytes.dropFirst().prefix(Int(length)), as: UTF8.self)
    }
}
