/// What a decoy says in return.
struct DecoyAnswer: Equatable, Sendable {
    /// The bytes to send; may be empty.
    var bytes: [UInt8] = []
    /// Whether the conversation is over once they are sent.
    var ends = false

    init(_ bytes: [UInt8] = [], ends: Bool = false) {
        self.bytes = bytes
        self.ends = ends
    }

    init(_ text: String, ends: Bool = false) { self.init(Array(text.utf8), ends: ends) }

    /// Adds another answer behind this one.
    static func += (answer: inout DecoyAnswer, next: DecoyAnswer) {
        answer.bytes += next.bytes
        answer.ends = answer.ends || next.ends
    }
}

/// One conversation in one protocol, as a pure state machine: bytes in, bytes and observations out.
///
/// It never does what it is asked: nothing is executed, stored, opened or looked up. Whatever comes is data to be noted.
protocol DecoyDialogue: Sendable {
    /// What is said before the client says anything; empty where the client speaks first.
    mutating func open() -> [UInt8]

    /// Takes bytes from the client, however they are cut, notes what is of interest, and answers.
    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer
}

/// Something that a client did.
struct DecoyStep: Equatable, Sendable {
    enum Kind: String, Sendable {
        /// It only came.
        case contact
        /// It tried an account.
        case login
        /// It gave a command.
        case command
        /// It asked for something, as HTTP and SIP do.
        case request
    }

    var kind: Kind
    var user: String?
    var password: String?
    /// What stands for the password where the protocol sends none: a hash or a response to our challenge, in hexadecimal digits.
    var proof: String?
    var command: String?
    var method: String?
    /// The target of an HTTP request.
    var target: String?
    /// The address of a SIP request.
    var uri: String?
    var database: String?
    var host: String?
    var agent: String?
    var body: String?

    init(_ kind: Kind) { self.kind = kind }
}

/// What was noted in a conversation, within bounds.
struct DecoyNotes: Sendable {
    /// Steps that are kept; the rest is counted.
    static let maximumSteps = 32
    /// Bytes of any text that are kept.
    static let maximumText = 1024

    private(set) var steps: [DecoyStep] = []
    /// Steps beyond the bound.
    private(set) var dropped = 0
    /// What the client calls itself.
    private(set) var client: String?

    mutating func add(_ step: DecoyStep) {
        if steps.count < Self.maximumSteps { steps.append(step) } else { dropped += 1 }
    }

    mutating func login(_ user: String?, _ password: String?, proof: String? = nil) {
        var step = DecoyStep(.login)
        (step.user, step.password, step.proof) = (user, password, proof)
        add(step)
    }

    mutating func command(_ text: String) {
        var step = DecoyStep(.command)
        step.command = text
        add(step)
    }

    mutating func note(client name: String) { client = client ?? name }

    /// Bytes as text, cut at the bound; what is no UTF-8 becomes U+FFFD.
    static func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes.prefix(maximumText)), as: UTF8.self) }

    /// Bytes as hexadecimal digits, cut at the bound.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.prefix(maximumText / 2).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// Cuts what a client sends into lines.
struct DecoyLines: Sendable {
    /// The longest line; a longer one is cut, and its rest counts as the next.
    static let maximum = 4096

    private var buffer: [UInt8] = []

    /// Takes bytes and gives the lines that are complete, without their ends.
    mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == 10 {
                if buffer.last == 13 { buffer.removeLast() }
                lines.append(buffer)
                buffer = []
            } else {
                buffer.append(byte)
                if buffer.count >= Self.maximum {
                    lines.append(buffer)
                    buffer = []
                }
            }
        }
        return lines
    }
}

/// Splits a line into a command and what follows it.
struct DecoyCommand {
    /// The first word, in capitals.
    let verb: String
    /// What follows, without the blanks around it.
    let rest: String

    init(_ line: [UInt8]) {
        let text = DecoyNotes.text(line)
        let start = text.drop { $0 == " " || $0 == "\t" }
        verb = start.prefix { $0 != " " && $0 != "\t" }.uppercased()
        var rest = start.dropFirst(start.prefix { $0 != " " && $0 != "\t" }.count)
        while let first = rest.first, first == " " || first == "\t" { rest = rest.dropFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest = rest.dropLast() }
        self.rest = String(rest)
    }
}

/// Base64 as mail and web clients send credentials in it.
enum DecoyBase64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The bytes; nil for what is no Base64.
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in text {
            if byte == UInt8(ascii: "=") { break }
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return out
    }

    /// The text of bytes.
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                out.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { out.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        while out.count % 4 != 0 { out.append(UInt8(ascii: "=")) }
        return String(decoding: out, as: UTF8.self)
    }

    /// Account and password of SASL PLAIN: `identity NUL account NUL password`.
    static func plain(_ text: some Sequence<UInt8>) -> (user: String, password: String)? {
        guard let bytes = decode(text) else { return nil }
        let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? (DecoyNotes.text(parts[1]), DecoyNotes.text(parts[2])) : nil
    }
}
