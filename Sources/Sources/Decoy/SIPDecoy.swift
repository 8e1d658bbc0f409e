/// A telephone exchange over UDP that connects nobody.
///
/// Each datagram is a conversation. The answer is never longer than the request: where it would be, there is none.
struct SIPDecoy: DecoyDialogue {
    mutating func open() -> [UInt8] { [] }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map { $0.last == 13 ? $0.dropLast() : $0 }
        guard let first = lines.first else { return DecoyAnswer(ends: true) }
        let words = first.split(separator: UInt8(ascii: " "))
        guard words.count == 3, words[2].starts(with: "SIP/2.".utf8) else { return DecoyAnswer(ends: true) }
        var headers: [String: String] = [:]
        var vias: [String] = []
        for line in lines.dropFirst().prefix(40) {
            guard !line.isEmpty else { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = DecoyNotes.text(line[..<colon].filter { $0 != 0x20 }).lowercased()
            let value = DecoyNotes.text(line[(colon + 1)...].drop { $0 == 0x20 })
            if name == "via" || name == "v" { vias.append(value) }
            headers[Self.long[name] ?? name] = value
        }
        let method = DecoyNotes.text(words[0]).uppercased()
        var step = DecoyStep(.request)
        (step.method, step.uri, step.agent) = (method, DecoyNotes.text(words[1]), headers["user-agent"])
        if let authorization = headers["authorization"] ?? headers["proxy-authorization"] {
            step.kind = .login
            step.user = Self.parameter("username", authorization)
            step.proof = Self.parameter("response", authorization)
        } else if let from = headers["from"] {
            step.user = Self.account(from)
        }
        if let agent = headers["user-agent"] { notes.note(client: agent) }
        notes.add(step)
        guard let status = Self.status(method, isAuthorised: step.kind == .login) else { return DecoyAnswer(ends: true) }
        var answer = "SIP/2.0 \(status)\r\n" + vias.prefix(4).map { "Via: \($0)\r\n" }.joined()
        for name in ["From", "To", "Call-ID", "CSeq"] { if let value = headers[name.lowercased()] { answer += "\(name): \(value)\r\n" } }
        if status.hasPrefix("401") { answer += "WWW-Authenticate: Digest realm=\"pbx\",nonce=\"5f2a91c4\"\r\n" }
        answer += "\r\n"
        return answer.utf8.count <= bytes.count ? DecoyAnswer(answer, ends: true) : DecoyAnswer(ends: true)
    }

    private static let long = ["f": "from", "t": "to", "i": "call-id"]

    private static func status(_ method: String, isAuthorised: Bool) -> String? {
        switch method {
        case "OPTIONS": "200 OK"
        case "REGISTER", "INVITE": isAuthorised ? "403 Forbidden" : "401 Unauthorized"
        case "ACK": nil
        default: "405 Method Not Allowed"
        }
    }

    /// The account of `"name" <sip:account@host>;tag=…`.
    private static func account(_ text: String) -> String? {
        guard let scheme = text.firstRange(of: "sip:") else { return nil }
        let name = text[scheme.upperBound...].prefix { $0 != "@" && $0 != ">" && $0 != ";" }
        return name.isEmpty ? nil : String(name)
    }

    /// The value of `name="value"`.
    private static func parameter(_ name: String, _ text: String) -> String? {
        guard let start = text.firstRange(of: name + "=\"") else { return nil }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }
}
