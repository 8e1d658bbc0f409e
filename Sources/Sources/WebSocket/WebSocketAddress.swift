/// A `ws://` or `wss://` address in the parts that a connection needs.
struct WebSocketAddress: Equatable {
    /// Stands in an address or a message for the cursor.
    static let cursorMark = "{cursor}"

    var isSecure: Bool
    /// The host without brackets.
    var host: String
    var port: Int
    /// Path and query; at least `/`. The cursor's mark may stand in the query.
    var target: String

    /// Reads an address; throws what is wrong with it.
    init(_ text: String) throws(WebSocketError) {
        func problem(_ what: String) -> WebSocketError {
            WebSocketError(.handshake, "url: \(what); write it as wss://host/path")
        }
        let scheme: Substring
        if let end = text.firstRange(of: "://") { scheme = text[..<end.lowerBound] } else { throw problem("no scheme") }
        switch scheme.lowercased() {
        case "wss": isSecure = true
        case "ws": isSecure = false
        default: throw problem("the scheme \(scheme) is neither wss nor ws")
        }
        let rest = text[scheme.endIndex...].dropFirst(3)
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw problem("it holds blanks or other bytes that must be escaped") }
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { throw problem("user and password do not belong into it; use headers") }
        var target = String(rest[end...].prefix { $0 != "#" })
        if !target.hasPrefix("/") { target = "/" + target }
        self.target = target

        let name: Substring
        let portText: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { throw problem("the address lacks its bracket") }
            name = authority[authority.index(after: authority.startIndex)..<close]
            let behind = authority[authority.index(after: close)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { throw problem("\(behind) follows the address") }
            portText = behind.isEmpty ? nil : behind.dropFirst()
        } else {
            let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            name = parts[0]
            portText = parts.count > 1 ? parts[1] : nil
        }
        guard !name.isEmpty else { throw problem("no host") }
        host = String(name)
        if let portText {
            guard let number = Int(portText), (1...65535).contains(number) else { throw problem("\(portText) is no port") }
            port = number
        } else {
            port = isSecure ? 443 : 80
        }
    }

    /// The host with brackets where it is an IPv6 address.
    private var bracketed: String { host.contains(":") ? "[\(host)]" : host }

    /// What the Host header says.
    var hostHeader: String { port == (isSecure ? 443 : 80) ? bracketed : "\(bracketed):\(port)" }

    /// The address without its query, which may hold a key: for people, and for the stream's id.
    var name: String { "\(isSecure ? "wss" : "ws")://\(hostHeader)\(target.prefix { $0 != "?" })" }

    /// Whether the cursor stands in it.
    var holdsCursor: Bool { target.contains(Self.cursorMark) }

    /// The target at a cursor; without one the parameter that would hold it is left out.
    func target(at cursor: String?) -> String {
        if let cursor { return target.replacing(Self.cursorMark, with: Self.escaped(cursor)) }
        guard holdsCursor, let mark = target.firstIndex(of: "?") else { return target }
        let kept = target[target.index(after: mark)...].split(separator: "&").filter { !$0.contains(Self.cursorMark) }
        return target[..<mark] + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
    }

    /// Percent-encoded but for the unreserved characters (RFC 3986).
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                escaped.append(character)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return escaped
    }
}
