/// A mailbox that nobody may open.
struct POP3Decoy: DecoyDialogue {
    private var lines = DecoyLines()
    private var user: String?
    private var expectsPlain = false

    mutating func open() -> [UInt8] { Array("+OK Dovecot (Debian) ready.\r\n".utf8) }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        var answer = DecoyAnswer()
        for line in lines.take(bytes) where !answer.ends { answer += self.answer(to: line, &notes) }
        return answer
    }

    private static let refusal = DecoyAnswer("-ERR [AUTH] Authentication failed.\r\n")

    private mutating func answer(to line: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        if expectsPlain {
            expectsPlain = false
            if let found = DecoyBase64.plain(line) { notes.login(found.user, found.password) }
            return Self.refusal
        }
        let command = DecoyCommand(line)
        switch command.verb {
        case "": return DecoyAnswer()
        case "USER":
            user = command.rest
            return DecoyAnswer("+OK\r\n")
        case "PASS":
            guard let name = user else { return DecoyAnswer("-ERR No username given.\r\n") }
            notes.login(name, command.rest)
            return Self.refusal
        case "APOP":
            let parts = command.rest.split(separator: " ", maxSplits: 1).map(String.init)
            notes.login(parts.first, nil, proof: parts.count > 1 ? parts[1] : nil)
            return Self.refusal
        case "AUTH":
            let parts = command.rest.split(separator: " ").map(String.init)
            guard parts.first?.uppercased() == "PLAIN" else { return DecoyAnswer("-ERR Unsupported authentication mechanism.\r\n") }
            guard parts.count > 1 else {
                expectsPlain = true
                return DecoyAnswer("+ \r\n")
            }
            if let found = DecoyBase64.plain(parts[1].utf8) { notes.login(found.user, found.password) }
            return Self.refusal
        case "CAPA": return DecoyAnswer("+OK\r\nUSER\r\nSASL PLAIN\r\nUIDL\r\n.\r\n")
        case "QUIT": return DecoyAnswer("+OK Logging out\r\n", ends: true)
        default:
            notes.command(DecoyNotes.text(line))
            return DecoyAnswer("-ERR Unknown command.\r\n")
        }
    }
}
