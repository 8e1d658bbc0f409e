/// An IMAP server that lets nobody in.
struct IMAPDecoy: DecoyDialogue {
    private static let capabilities = "IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN"

    private var lines = DecoyLines()
    /// The beginning of a command whose rest comes behind a literal's announcement.
    private var pending: [UInt8] = []
    private var plainTag: String?

    mutating func open() -> [UInt8] { Array("* OK [CAPABILITY \(Self.capabilities)] Dovecot (Debian) ready.\r\n".utf8) }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        var answer = DecoyAnswer()
        for line in lines.take(bytes) where !answer.ends { answer += self.answer(to: line, &notes) }
        return answer
    }

    private mutating func answer(to line: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        if let tag = plainTag {
            plainTag = nil
            if let found = DecoyBase64.plain(line) { notes.login(found.user, found.password) }
            return Self.refusal(tag)
        }
        // `{5}` announces a literal (RFC 9051 §4.3); its text is taken to be the next line, which holds for names and passwords.
        if line.last == UInt8(ascii: "}"), let brace = line.lastIndex(of: UInt8(ascii: "{")), pending.count < DecoyLines.maximum {
            pending += line[..<brace]
            return line.dropLast().last == UInt8(ascii: "+") ? DecoyAnswer() : DecoyAnswer("+ OK\r\n")
        }
        let whole = pending + line
        pending = []
        let words = Self.words(whole)
        guard let tag = words.first else { return DecoyAnswer() }
        guard words.count > 1 else { return DecoyAnswer("\(Self.harmless(tag)) BAD Error in IMAP command.\r\n") }
        switch words[1].uppercased() {
        case "CAPABILITY":
            return DecoyAnswer("* CAPABILITY \(Self.capabilities)\r\n\(Self.harmless(tag)) OK Capability completed.\r\n")
        case "LOGIN":
            notes.login(words.count > 2 ? words[2] : nil, words.count > 3 ? words[3] : nil)
            return Self.refusal(tag)
        case "AUTHENTICATE":
            guard words.count > 2, words[2].uppercased() == "PLAIN" else {
                return DecoyAnswer("\(Self.harmless(tag)) NO Unsupported authentication mechanism.\r\n")
            }
            guard words.count > 3 else {
                plainTag = tag
                return DecoyAnswer("+ \r\n")
            }
            if let found = DecoyBase64.plain(words[3].utf8) { notes.login(found.user, found.password) }
            return Self.refusal(tag)
        case "NOOP": return DecoyAnswer("\(Self.harmless(tag)) OK NOOP completed.\r\n")
        case "LOGOUT": return DecoyAnswer("* BYE Logging out\r\n\(Self.harmless(tag)) OK Logout completed.\r\n", ends: true)
        default:
            notes.command(DecoyNotes.text(whole))
            return DecoyAnswer("\(Self.harmless(tag)) BAD Please login first.\r\n")
        }
    }

    private static func refusal(_ tag: String) -> DecoyAnswer {
        DecoyAnswer("\(harmless(tag)) NO [AUTHENTICATIONFAILED] Authentication failed.\r\n")
    }

    /// A tag as it may be repeated: short, and without anything that is not printable.
    private static func harmless(_ tag: String) -> String {
        String(tag.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") }.prefix(32))
    }

    /// Atoms and quoted strings.
    private static func words(_ line: [UInt8]) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var (isQuoted, isEscaped, isWord) = (false, false, false)
        for byte in line {
            if isEscaped {
                word.append(byte)
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
                isWord = true
            } else if !isQuoted, byte == UInt8(ascii: " ") {
                if isWord { words.append(DecoyNotes.text(word)) }
                (word, isWord) = ([], false)
            } else {
                word.append(byte)
                isWord = true
            }
        }
        if isWord { words.append(DecoyNotes.text(word)) }
        return words
    }
}
