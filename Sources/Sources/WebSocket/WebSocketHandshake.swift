import NIOHTTP1

/// What the server answered to what was offered.
struct WebSocketAgreement: Equatable {
    /// The subprotocol that was chosen.
    var subprotocol: String?
    /// Whether messages may be compressed; and whether each begins anew (`server_no_context_takeover`).
    var isCompressed = false
    var forgets = false

    /// Holds the answer's headers against what was offered (RFC 6455, section 4.1; RFC 7692, section 7.1).
    init(_ headers: HTTPHeaders, protocols: [String], compress: Bool) throws(WebSocketError) {
        let chosen = headers["Sec-WebSocket-Protocol"]
        if let first = chosen.first {
            guard chosen.count == 1, protocols.contains(first) else {
                throw WebSocketError(.handshake, "the server chose the subprotocol \(Self.shown(first)), which was not offered")
            }
            subprotocol = first
        } else if !protocols.isEmpty {
            throw WebSocketError(
                .handshake, "the server speaks none of the subprotocols \(protocols.joined(separator: ", ")); is it the right url?")
        }
        for extensionText in headers[canonicalForm: "Sec-WebSocket-Extensions"] {
            let parts = extensionText.split(separator: ";").map { Self.trimmed($0) }
            guard compress, parts.first == "permessage-deflate", !isCompressed else {
                throw WebSocketError(
                    .handshake, "the server chose the extension \(Self.shown(String(extensionText))), which was not offered")
            }
            isCompressed = true
            for parameter in parts.dropFirst() {
                let pair = parameter.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
                switch pair[0] {
                case "server_no_context_takeover" where pair.count == 1: forgets = true
                case "client_no_context_takeover" where pair.count == 1: break
                case "server_max_window_bits" where pair.count == 2 && (8...15).contains(Int(pair[1]) ?? 0): break
                default:
                    throw WebSocketError(
                        .handshake,
                        "the server set the parameter \(Self.shown(parameter)) of permessage-deflate; compress: false does without")
                }
            }
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first.isWhitespace || first == "\"" { text.removeFirst() }
        while let last = text.last, last.isWhitespace || last == "\"" { text.removeLast() }
        return String(text)
    }

    /// What a server says, short and in printable ASCII.
    static func shown(_ text: String) -> String {
        "\"" + String(text.unicodeScalars.prefix(80).map { $0.value > 0x1F && $0.value < 0x7F ? Character($0) : "." }) + "\""
    }
}

/// The request with which a connection begins.
struct WebSocketRequest {
    var target: String
    var host: String
    /// Headers of the configuration, such as Authorization.
    var headers: [(name: String, value: String)]
    var protocols: [String]
    var compress: Bool

    /// The head without what the upgrade itself adds.
    var head: HTTPRequestHead {
        var fields = HTTPHeaders([("Host", host), ("User-Agent", "petrel")])
        for header in headers { fields.replaceOrAdd(name: header.name, value: header.value) }
        if !protocols.isEmpty { fields.add(name: "Sec-WebSocket-Protocol", value: protocols.joined(separator: ", ")) }
        if compress { fields.add(name: "Sec-WebSocket-Extensions", value: "permessage-deflate") }
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: fields)
    }

    /// What an answer other than 101 means.
    static func refusal(_ head: HTTPResponseHead) -> WebSocketError {
        let advice =
            switch head.status.code {
            case 401, 403: "check the credentials in headers or url"
            case 404, 410: "check the path of url"
            case 301, 302, 307, 308:
                "write the address to which it points (\(WebSocketAgreement.shown(head.headers["Location"].first ?? ""))) as url"
            case 429:
                "the server asks for patience"
                    + (head.headers["Retry-After"].first.map { " (Retry-After \(WebSocketAgreement.shown($0)))" } ?? "")
            case 500...: "the server is in trouble; it is tried again"
            default: "it may not be a WebSocket; check url"
            }
        return WebSocketError(.handshake, "the server answered the handshake with status \(head.status.code), not 101; \(advice)")
    }
}
