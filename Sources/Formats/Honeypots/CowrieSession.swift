import Model

extension RecordLayout {
    /// Cowrie's summary of a whole session, as it goes to hpfeeds (`cowrie.sessions`): credentials, commands and downloads in lists.
    ///
    /// Of the credentials the first pair counts, and the pair that let the intruder in.
    static let cowrieSession = RecordLayout(
        name: "cowrie-session", summary: "Cowrie session summaries (hpfeeds cowrie.sessions)", time: ["startTime"],
        key: { values in
            func has(_ path: String) -> Bool { !values.first(values.number(path)).isEmpty }
            if has("urls") || has("hashes") { return "download" }
            if has("commands") || has("unknownCommands") { return "command" }
            if has("loggedin.0") { return "login" }
            return has("credentials.0.0") || has("credentials.0.1") ? "attempt" : "connection"
        },
        classes: [
            .attack(
                "download", as: .malware, .high, action: "session.file_download", technique: "T1105", message: "session {session}: {urls}"),
            .attack(
                "command", as: .exploit, .high, action: "command.input", technique: "T1059",
                message: "session {session}: {commands} {unknownCommands}"),
            .attack(
                "login", as: .bruteforce, .high, action: "login.success", outcome: "success",
                message: "session {session}: login {loggedin.0}"),
            .attack(
                "attempt", as: .bruteforce, .low, action: "login.failed", outcome: "failure",
                message: "session {session}: login {credentials.0.0}"),
        ],
        otherwise: .attack(as: .scan, .low, action: "session.connect", message: "session {session} from {peerIP}"),
        rules: [
            FieldRule("peerIP", .address(.sourceIP, domain: .sourceDomain)), FieldRule("peerPort", .port(.sourcePort)),
            FieldRule("hostIP", .address(.destinationIP, domain: .destinationDomain)), FieldRule("hostPort", .port(.destinationPort)),
            FieldRule("session", .keyword(.sessionID)), FieldRule("endTime", .date(.eventEnd)), FieldRule("version", .keyword(.sshClient)),
            FieldRule("protocol", .lowercased(.networkProtocol)), FieldRule("commands", .keyword(.processCommandLine)),
            FieldRule("unknownCommands", .keyword(.processCommandLine)), FieldRule("urls", .keyword(.urlFull)),
            FieldRule("hashes", .fileHash),
            FieldRule("loggedin.0", .keyword(.userName)), FieldRule("loggedin.1", .keyword(.userPassword)),
            FieldRule("credentials.0.0", .label("first_user")), FieldRule("credentials.0.1", .label("first_password")),
        ],
        constants: [(.networkTransport, "tcp")], required: ["peerIP"],
        claims: [Claim(all: ["peerIP", "session", "startTime"], likelihood: 95)])
}
