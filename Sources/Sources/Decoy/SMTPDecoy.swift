/// A mail server that asks for a login and lets nobody in; it takes no mail.
struct SMTPDecoy: DecoyDialogue {
    private enum Expectation {
        case command, plain, user
        case password(String)
    }

    private var lines = DecoyLines()
    private var expectation = Expectation.command

    mutating func open() -> [UInt8] { Array("220 mail ESMTP Postfix (Debian/GNU)\r\n".utf8) }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        var answer = DecoyAnswer()
        for line in lines.take(bytes) where !answer.ends { answer += self.answer(to: line, &notes) }
        return answer
    }

    private mutating func answer(to line: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        switch expectation {
        case .command: return answer(to: DecoyCommand(line), line, &notes)
        case .plain:
            expectation = .command
            return plain(line, &notes)
        case .user:
            expectation = .password(DecoyBase64.decode(line).map { DecoyNotes.text($0) } ?? DecoyNotes.text(line))
            return DecoyAnswer("334 UGFzc3dvcmQ6\r\n")
        case .password(let user):
            expectation = .command
            notes.login(user, DecoyBase64.decode(line).map { DecoyNotes.text($0) } ?? DecoyNotes.text(line))
            return Self.refusal
        }
    }

    private static let refusal = DecoyAnswer("535 5.7.8 Error: authentication failed:\r\n")

    private mutating func answer(to command: DecoyCommand, _ line: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        switch command.verb {
        case "": return DecoyAnswer()
        case "EHLO":
            notes.note(client: command.rest)
            return DecoyAnswer("250-mail\r\n250-SIZE 10240000\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n")
        case "HELO":
            notes.note(client: command.rest)
            return DecoyAnswer("250 mail\r\n")
        case "AUTH": return authentication(command.rest, &notes)
        case "RSET", "NOOP": return DecoyAnswer("250 2.0.0 Ok\r\n")
        case "QUIT": return DecoyAnswer("221 2.0.0 Bye\r\n", ends: true)
        default:
            notes.command(DecoyNotes.text(line))
            return DecoyAnswer("530 5.7.0 Authentication required\r\n")
        }
    }

    private mutating func authentication(_ text: String, _ notes: inout DecoyNotes) -> DecoyAnswer {
        let parts = text.split(separator: " ").map(String.init)
        switch parts.first?.uppercased() {
        case "PLAIN":
            if parts.count > 1 { return plain(Array(parts[1].utf8), &notes) }
            expectation = .plain
            return DecoyAnswer("334 \r\n")
        case "LOGIN":
            if parts.count > 1 {
                expectation = .password(DecoyBase64.decode(parts[1].utf8).map { DecoyNotes.text($0) } ?? parts[1])
                return DecoyAnswer("334 UGFzc3dvcmQ6\r\n")
            }
            expectation = .user
            return DecoyAnswer("334 VXNlcm5hbWU6\r\n")
        default: return DecoyAnswer("535 5.7.8 Error: authentication failed: Invalid authentication mechanism\r\n")
        }
    }

    private func plain(_ line: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        guard let found = DecoyBase64.plain(line) else { return DecoyAnswer("501 5.5.4 malformed authentication data\r\n") }
        notes.login(found.user, found.password)
        return Self.refusal
    }
}
