/// A web server with nothing behind it, or the API of a Docker daemon that does nothing.
struct HTTPDecoy: DecoyDialogue {
    /// What the server pretends to be.
    enum Persona: Sendable { case web, docker }
    private static let longestHead = 16_384
    private static let longestBody = 16_384
    private static let requests = 20

    private struct Head {
        var method = ""
        var target = ""
        var host: String?
        var agent: String?
        var authorization: String?
        var length = 0
        var isChunked = false
        var closes = false
        var expects = false
    }

    private let persona: Persona
    private var buffer: [UInt8] = []
    private var head: Head?
    private var count = 0

    init(_ persona: Persona) { self.persona = persona }

    mutating func open() -> [UInt8] { [] }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        buffer += bytes
        var answer = DecoyAnswer()
        while !answer.ends {
            if head == nil {
                guard let (lines, end) = headLines() else {
                    if buffer.count > Self.longestHead { answer += Self.answer(431, "Request Header Fields Too Large", closes: true) }
                    return answer
                }
                guard let read = Self.head(lines) else { return Self.answer(400, "Bad Request", closes: true) }
                buffer.removeSubrange(..<end)
                head = read
                if read.expects { answer.bytes += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8) }
            }
            guard let current = head else { return answer }
            let wanted = current.isChunked ? 0 : min(current.length, Self.longestBody)
            guard buffer.count >= wanted else { return answer }
            let body = current.isChunked ? buffer[...] : buffer.prefix(wanted)
            note(current, body, &notes)
            count += 1
            // A body that is not read whole leaves nothing sensible behind it.
            let closes = current.closes || current.isChunked || current.length > wanted || count >= Self.requests
            answer += reply(to: current, closes: closes)
            buffer.removeSubrange(..<(current.isChunked ? buffer.count : wanted))
            head = nil
        }
        return answer
    }

    private func headLines() -> (lines: [ArraySlice<UInt8>], end: Int)? {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for at in buffer.indices where buffer[at] == 10 {
            let end = at > start && buffer[at - 1] == 13 ? at - 1 : at
            if end == start, !lines.isEmpty { return (lines, at + 1) }
            if end > start { lines.append(buffer[start..<end]) }
            start = at + 1
            if lines.count > 100 { return (lines, start) }
        }
        return nil
    }

    private static func head(_ lines: [ArraySlice<UInt8>]) -> Head? {
        guard let first = lines.first else { return nil }
        let words = first.split(separator: UInt8(ascii: " "))
        guard words.count == 3, words[2].starts(with: "HTTP/".utf8), words[0].count <= 32 else { return nil }
        var head = Head()
        head.method = DecoyNotes.text(words[0])
        head.target = DecoyNotes.text(words[1])
        head.closes = words[2].elementsEqual("HTTP/1.0".utf8)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = DecoyNotes.text(line[(colon + 1)...].drop { $0 == 0x20 })
            switch DecoyNotes.text(line[..<colon]).lowercased() {
            case "host": head.host = value
            case "user-agent": head.agent = value
            case "authorization": head.authorization = value
            case "content-length": head.length = max(0, Int(value) ?? 0)
            case "transfer-encoding": head.isChunked = true
            case "connection": head.closes = head.closes || value.lowercased() == "close"
            case "expect": head.expects = value.lowercased() == "100-continue"
            default: break
            }
        }
        return head
    }

    private func note(_ head: Head, _ body: ArraySlice<UInt8>, _ notes: inout DecoyNotes) {
        if let agent = head.agent { notes.note(client: agent) }
        var step = DecoyStep(.request)
        if let authorization = head.authorization, authorization.lowercased().hasPrefix("basic "),
            let decoded = DecoyBase64.decode(authorization.dropFirst(6).utf8)
        {
            let parts = decoded.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            step.kind = .login
            step.user = DecoyNotes.text(parts[0])
            step.password = parts.count > 1 ? DecoyNotes.text(parts[1]) : nil
        }
        (step.method, step.target, step.host, step.agent) = (head.method, head.target, head.host, head.agent)
        if !body.isEmpty { step.body = DecoyNotes.text(body) }
        notes.add(step)
    }

    // MARK: Answers

    private func reply(to head: Head, closes: Bool) -> DecoyAnswer {
        switch persona {
        case .docker: return docker(head, closes)
        case .web:
            let path = head.target.prefix { $0 != "?" }.lowercased()
            if path == "/" || path.hasPrefix("/index.") {
                return Self.answer(200, "OK", "<html><body><h1>It works!</h1></body></html>\n", closes: closes, method: head.method)
            }
            // Who asks for what is locked is asked for an account.
            if path.contains("admin") || path.contains("manager") || path.contains("login") || head.authorization != nil {
                return Self.answer(
                    401, "Unauthorized", "Unauthorized\n", ["WWW-Authenticate: Basic realm=\"Restricted\""], closes: closes,
                    method: head.method)
            }
            return Self.answer(404, "Not Found", "Not Found\n", closes: closes, method: head.method)
        }
    }

    private func docker(_ head: Head, _ closes: Bool) -> DecoyAnswer {
        let path = head.target.prefix { $0 != "?" }
        let json = ["Content-Type: application/json", "Api-Version: 1.41", "Docker-Experimental: false"]
        func answer(_ status: Int, _ reason: String, _ body: String) -> DecoyAnswer {
            Self.answer(status, reason, body, json, closes: closes, method: head.method, server: "Docker/20.10.24 (linux)")
        }
        if path.hasSuffix("/_ping") { return answer(200, "OK", "OK") }
        if path.hasSuffix("/version") {
            return answer(
                200, "OK", #"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}"# + "\n")
        }
        if path.hasSuffix("/info") {
            return answer(200, "OK", #"{"Containers":0,"Images":0,"Driver":"overlay2","OSType":"linux","NCPU":2}"# + "\n")
        }
        if path.hasSuffix("/json") { return answer(200, "OK", "[]\n") }
        if path.hasSuffix("/containers/create") {
            return answer(
                201, "Created", #"{"Id":"4f2b1c0d9e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c","Warnings":[]}"# + "\n")
        }
        if path.hasSuffix("/start") || path.hasSuffix("/stop") { return answer(204, "No Content", "") }
        return answer(404, "Not Found", #"{"message":"page not found"}"# + "\n")
    }

    private static func answer(
        _ status: Int, _ reason: String, _ body: String = "", _ headers: [String] = [], closes: Bool, method: String = "GET",
        server: String = "Apache"
    ) -> DecoyAnswer {
        var lines = ["HTTP/1.1 \(status) \(reason)", "Server: \(server)", "Content-Length: \(body.utf8.count)"] + headers
        if closes { lines.append("Connection: close") }
        return DecoyAnswer(lines.joined(separator: "\r\n") + "\r\n\r\n" + (method == "HEAD" ? "" : body), ends: closes)
    }
}
