/// A telnet login that never succeeds.
struct TelnetDecoy: DecoyDialogue {
    /// Attempts in one conversation.
    static let attempts = 5
    private enum Command: UInt8 {
        case end = 240
        case begin = 250
        case will, wont, request, refuse, interpret
    }
    private enum Escape { case none, command, option, inside, insideCommand }

    private var line: [UInt8] = []
    private var user: String?
    private var failures = 0
    private var escape = Escape.none

    /// WILL ECHO, WILL SUPPRESS-GO-AHEAD (RFC 857, 858), and the question.
    mutating func open() -> [UInt8] { [255, 251, 1, 255, 251, 3] + Array("\r\nDebian GNU/Linux 12\r\n\r\nlogin: ".utf8) }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        var answer = DecoyAnswer()
        for byte in bytes {
            guard !answer.ends, let character = plain(byte) else { continue }
            if character == 13 || character == 10 {
                // CR LF and CR NUL are one end.
                if character == 10, line.isEmpty { continue }
                answer += entered(&notes)
                line = []
            } else if character != 0, line.count < DecoyNotes.maximumText {
                line.append(character)
                if user == nil { answer.bytes.append(character) }
            }
        }
        return answer
    }

    private mutating func entered(_ notes: inout DecoyNotes) -> DecoyAnswer {
        guard let name = user else {
            if line.isEmpty { return DecoyAnswer("\r\nlogin: ") }
            user = DecoyNotes.text(line)
            return DecoyAnswer("\r\nPassword: ")
        }
        notes.login(name, DecoyNotes.text(line))
        user = nil
        failures += 1
        return failures < Self.attempts
            ? DecoyAnswer("\r\nLogin incorrect\r\nlogin: ") : DecoyAnswer("\r\nLogin incorrect\r\n", ends: true)
    }

    /// A byte that is no command of the protocol; commands are stepped over, whatever they ask for.
    private mutating func plain(_ byte: UInt8) -> UInt8? {
        switch escape {
        case .none:
            if byte != Command.interpret.rawValue { return byte }
            escape = .command
        case .command:
            switch Command(rawValue: byte) {
            case .begin: escape = .inside
            case .will, .wont, .request, .refuse: escape = .option
            case .interpret:
                escape = .none
                return byte
            default: escape = .none
            }
        case .option: escape = .none
        case .inside: if byte == Command.interpret.rawValue { escape = .insideCommand }
        case .insideCommand: escape = byte == Command.end.rawValue ? .none : .inside
        }
        return nil
    }
}
