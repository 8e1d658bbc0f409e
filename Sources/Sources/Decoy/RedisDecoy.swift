/// A Redis without a password that forgets everything it is told.
struct RedisDecoy: DecoyDialogue {
    private static let longest = 32_768
    private static let words = 64

    private enum Reading {
        case more, bad
        case command([[UInt8]], end: Int)
    }

    private var buffer: [UInt8] = []

    mutating func open() -> [UInt8] { [] }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        buffer += bytes
        var answer = DecoyAnswer()
        while !answer.ends, !buffer.isEmpty {
            switch Self.read(buffer) {
            case .more:
                if buffer.count > Self.longest { answer += DecoyAnswer("-ERR Protocol error: too big request\r\n", ends: true) }
                return answer
            case .bad:
                notes.command(DecoyNotes.text(buffer))
                return DecoyAnswer("-ERR Protocol error\r\n", ends: true)
            case .command(let words, let end):
                buffer.removeSubrange(..<end)
                if !words.isEmpty { answer += self.answer(to: words, &notes) }
            }
        }
        return answer
    }

    /// A command as an array of strings, or as a line (inline).
    private static func read(_ bytes: [UInt8]) -> Reading {
        guard bytes[0] == UInt8(ascii: "*") else {
            guard let end = bytes.firstIndex(of: 10) else { return .more }
            let line = bytes[..<end].filter { $0 != 13 }
            return .command(line.split(separator: UInt8(ascii: " ")).prefix(words).map(Array.init), end: end + 1)
        }
        guard var (count, at) = number(bytes, from: 1) else { return bytes.count > 32 ? .bad : .more }
        guard count >= 0, count <= words else { return .bad }
        var found: [[UInt8]] = []
        while count > 0 {
            guard at < bytes.count else { return .more }
            guard bytes[at] == UInt8(ascii: "$") else { return .bad }
            guard let (length, start) = number(bytes, from: at + 1) else { return bytes.count - at > 32 ? .bad : .more }
            guard length >= 0, length <= longest else { return .bad }
            guard bytes.count >= start + length + 2 else { return .more }
            found.append(Array(bytes[start..<start + length]))
            at = start + length + 2
            count -= 1
        }
        return .command(found, end: at)
    }

    /// The number of a line and the offset behind its end.
    private static func number(_ bytes: [UInt8], from start: Int) -> (Int, Int)? {
        guard start < bytes.count, let end = bytes[start...].firstIndex(of: 10), end - start <= 12 else { return nil }
        return Int(DecoyNotes.text(bytes[start..<end].filter { $0 != 13 })).map { ($0, end + 1) }
    }

    private func answer(to words: [[UInt8]], _ notes: inout DecoyNotes) -> DecoyAnswer {
        let texts = words.map { DecoyNotes.text($0) }
        let name = texts[0].uppercased()
        if name == "AUTH" {
            notes.login(texts.count > 2 ? texts[1] : nil, texts.count > 1 ? texts[texts.count - 1] : nil)
            return DecoyAnswer("-WRONGPASS invalid username-password pair or user is disabled.\r\n")
        }
        notes.command(String(texts.joined(separator: " ").prefix(DecoyNotes.maximumText)))
        switch name {
        case "PING": return DecoyAnswer("+PONG\r\n")
        case "QUIT": return DecoyAnswer("+OK\r\n", ends: true)
        case "INFO":
            let info = "# Server\r\nredis_version:6.0.16\r\nredis_mode:standalone\r\nos:Linux 5.10.0 x86_64\r\n"
            return DecoyAnswer("$\(info.utf8.count)\r\n\(info)\r\n")
        case "SET", "CONFIG", "SLAVEOF", "REPLICAOF", "SAVE", "BGSAVE", "FLUSHALL", "FLUSHDB", "SELECT", "CLIENT", "MODULE", "DEL":
            return DecoyAnswer("+OK\r\n")
        case "GET": return DecoyAnswer("$-1\r\n")
        case "KEYS", "COMMAND", "SCAN": return DecoyAnswer("*0\r\n")
        case "DBSIZE": return DecoyAnswer(":0\r\n")
        default: return DecoyAnswer("-ERR unknown command\r\n")
        }
    }
}
