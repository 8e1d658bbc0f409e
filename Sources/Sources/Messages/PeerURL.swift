/// Where a peer is, as `scheme://user@host:port/path`.
public struct PeerURL: Equatable, Sendable {
    /// What stands before `://`.
    public var scheme: String
    /// The user, without percent signs.
    public var user: String?
    /// The password, without percent signs.
    public var password: String?
    /// The host; an IPv6 address without its brackets.
    public var host: String
    /// The port.
    public var port: Int
    /// What stands behind the first slash, without percent signs; nil when there is no slash.
    public var path: String?

    /// Reads a URL; throws what is wrong with it, to stand behind the URL itself.
    ///
    /// - Parameter ports: the schemes that are allowed, with their usual ports.
    public init(_ text: String, ports: [String: Int]) throws(PeerError) {
        let schemes = ports.keys.sorted().map { "\($0)://" }.joined(separator: " or ")
        guard let colon = text.firstRange(of: "://"), let usual = ports[String(text[..<colon.lowerBound])] else {
            throw PeerError(.misconfigured, "must begin with \(schemes)")
        }
        scheme = String(text[..<colon.lowerBound])
        var rest = text[colon.upperBound...]
        if let slash = rest.firstIndex(of: "/") {
            path = try Self.decoded(rest[rest.index(after: slash)...])
            rest = rest[..<slash]
        }
        if let at = rest.lastIndex(of: "@") {
            let credentials = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decoded(credentials[0])
            if credentials.count > 1 { password = try Self.decoded(credentials[1]) }
            rest = rest[rest.index(after: at)...]
        }
        var number: Substring?
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            let behind = rest[rest.index(after: end)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { throw PeerError(.misconfigured, "has no port behind ]") }
            number = behind.isEmpty ? nil : behind.dropFirst()
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw PeerError(.misconfigured, "has too many colons; write an IPv6 address in brackets") }
            host = String(parts.first ?? "")
            number = parts.count > 1 ? parts[1] : nil
        }
        guard !host.isEmpty else { throw PeerError(.misconfigured, "names no host") }
        guard let port = number.map({ UInt16($0).map(Int.init) }) ?? usual, port > 0 else {
            throw PeerError(.misconfigured, "has no port between 1 and 65535")
        }
        self.port = port
    }

    private static func decoded(_ text: Substring) throws(PeerError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                throw PeerError(.misconfigured, "has a % without two hexadecimal digits; write %25")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw PeerError(.misconfigured, "is not UTF-8") }
        return text
    }
}
