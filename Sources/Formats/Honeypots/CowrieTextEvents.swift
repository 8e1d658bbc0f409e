import Model
import Wire

/// What the messages of Cowrie's text log mean, by how they begin.
struct CowrieTextEvents: Sendable {
    let prefix: String
    let action: String
    let attack: (type: AttackType, severity: AttackSeverity)?
    let categories: [String]
    let outcome: String?
    let technique: String?
    let parts: Parts

    /// What is taken out of the message.
    enum Parts: Sendable { case none, connection, login, command, proxy, download, version, fingerprint }

    /// What was found in a message besides fields.
    struct Found {
        var namesSource = false
        var user: String?
    }

    /// Whether the message repeats a password.
    var holdsPassword: Bool { parts == .login }

    private init(
        _ prefix: String, _ action: String, _ attack: (type: AttackType, severity: AttackSeverity)?, _ categories: [String],
        _ outcome: String? = nil, _ technique: String? = nil, _ parts: Parts = .none
    ) {
        self.prefix = prefix
        self.action = action
        self.attack = attack
        self.categories = categories
        self.outcome = outcome
        self.technique = technique
        self.parts = parts
    }

    private static let kinds: [CowrieTextEvents] = [
        CowrieTextEvents("New connection:", "session.connect", (.scan, .low), ["network", "intrusion_detection"], nil, nil, .connection),
        CowrieTextEvents(
            "login attempt [", "login.failed", (.bruteforce, .low), ["authentication", "intrusion_detection"], "failure", "T1110", .login),
        CowrieTextEvents("CMD:", "command.input", (.exploit, .medium), ["process", "intrusion_detection"], nil, "T1059", .command),
        CowrieTextEvents("INPUT (", "session.input", (.exploit, .medium), ["process", "intrusion_detection"], nil, "T1059", .command),
        CowrieTextEvents(
            "direct-tcp connection request", "direct-tcpip.request", (.policy, .medium), ["network", "intrusion_detection"], nil, "T1090",
            .proxy),
        CowrieTextEvents("Downloaded URL", "session.file_download", (.malware, .high), ["malware", "file"], "success", "T1105", .download),
        CowrieTextEvents("SFTP Uploaded file", "session.file_upload", (.malware, .high), ["malware", "file"], "success", "T1105"),
        CowrieTextEvents("Remote SSH version:", "client.version", nil, ["network"], nil, nil, .version),
        CowrieTextEvents("SSH client hassh fingerprint:", "client.kex", nil, ["network"], nil, nil, .fingerprint),
        CowrieTextEvents("Connection lost", "session.closed", nil, ["network"]),
    ]
    private static let succeeded = CowrieTextEvents(
        "login attempt [", "login.success", (.bruteforce, .high), ["authentication", "intrusion_detection"], "success", "T1110", .login)
    private static let other = CowrieTextEvents("", "log", nil, ["network"])

    static func kind(of message: Span<UInt8>) -> CowrieTextEvents {
        let beginning = text(message, 0..<min(message.count, 40))
        guard let kind = kinds.first(where: { beginning.hasPrefix($0.prefix) }) else { return other }
        guard kind.parts == .login else { return kind }
        return text(message, max(0, message.count - 12)..<message.count).hasSuffix("succeeded") ? succeeded : kind
    }

    /// Appends the fields that the message holds.
    func extract(_ message: Span<UInt8>, into batch: inout EventBatch) -> Found {
        let text = Self.text(message, 0..<message.count)
        var found = Found()
        switch parts {
        case .none: break
        case .connection:
            let words = text.split(separator: " ")
            guard words.count >= 4 else { break }
            found.namesSource = true
            Self.append(words[2], .sourceIP, .sourceDomain, .sourcePort, &batch)
            Self.append(words[3].dropFirst().dropLast(), .destinationIP, .destinationDomain, .destinationPort, &batch)
            if words.count >= 6 { batch.append(.eventCode, String(words[5].prefix { $0 != "]" })) }
        case .login:
            guard let open = text.firstIndex(of: "["), let close = text.lastIndex(of: "]"), open < close else { break }
            let pair = text[text.index(after: open)..<close]
            let user = pair.prefix { $0 != "/" }
            let password = pair.dropFirst(user.count).dropFirst()
            if !user.isEmpty { batch.append(.userName, String(user)) }
            if !password.isEmpty { batch.append(.userPassword, String(password)) }
            found.user = user.isEmpty ? nil : String(user)
        case .command:
            let command = text.drop { $0 != ":" }.dropFirst().drop { $0 == " " }
            if !command.isEmpty { batch.append(.processCommandLine, String(command)) }
        case .proxy:
            let words = text.split(separator: " ")
            guard let to = words.firstIndex(of: "to"), to + 1 < words.count else { break }
            Self.append(words[to + 1], .destinationIP, .destinationDomain, .destinationPort, &batch)
        case .download:
            guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")") else { break }
            batch.append(.urlFull, String(text[text.index(after: open)..<close]))
            if let hash = text.split(separator: " ").first(where: { $0.count == 64 }) { batch.append(.fileSHA256, String(hash)) }
        case .version:
            batch.append(.sshClient, String(text.dropFirst(prefix.count).drop { $0 == " " }))
        case .fingerprint:
            batch.append(.sshHASSH, String(text.dropFirst(prefix.count).drop { $0 == " " }))
        }
        return found
    }

    private static func append(_ word: Substring, _ address: Field, _ domain: Field, _ port: Field, _ batch: inout EventBatch) {
        FieldWriter([]).appendEndpoint(address, domain, port, Array(word.utf8).span, into: &batch)
    }

    private static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
