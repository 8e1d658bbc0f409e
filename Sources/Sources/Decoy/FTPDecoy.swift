/// An FTP server that lets nobody in.
struct FTPDecoy: DecoyDialogue {
    private var lines = DecoyLines()
    private var user: String?

    mutating func open() -> [UInt8] { Array("220 (vsFTPd 3.0.3)\r\n".utf8) }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        var answer = DecoyAnswer()
        for line in lines.take(bytes) where !answer.ends { answer += self.answer(to: line, &notes) }
        return answer
    }

    private mutating func answer(to line: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        let command = DecoyCommand(line)
        switch command.verb {
        case "": return DecoyAnswer()
        case "USER":
            user = command.rest
            return DecoyAnswer("331 Please specify the password.\r\n")
        case "PASS":
            guard let name = user else { return DecoyAnswer("503 Login with USER first.\r\n") }
            user = nil
            notes.login(name, command.rest)
            return DecoyAnswer("530 Login incorrect.\r\n")
        case "QUIT": return DecoyAnswer("221 Goodbye.\r\n", ends: true)
        case "FEAT": return DecoyAnswer("211-Features:\r\n UTF8\r\n211 End\r\n")
        case "OPTS": return DecoyAnswer("200 Always in UTF8 mode.\r\n")
        default:
            notes.command(DecoyNotes.text(line))
            return DecoyAnswer("530 Please login with USER and PASS.\r\n")
        }
    }
}
