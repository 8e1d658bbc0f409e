/// A MySQL server that denies every account (protocol 4.1, handshake version 10).
struct MySQLDecoy: DecoyDialogue {
    private static let longest = 4096
    private static let pluginAuth: UInt32 = 1 << 19
    private static let connectWithDatabase: UInt32 = 1 << 3
    private static let secureConnection: UInt32 = 1 << 15

    private let salt: [UInt8]
    private var buffer: [UInt8] = []

    /// A server whose challenge is those 20 bytes; zeros in them are replaced, as the protocol ends strings by zeros.
    init(salt: [UInt8]) { self.salt = (salt + Array(repeating: 0x41, count: 20)).prefix(20).map { $0 & 0x7f == 0 ? 0x41 : $0 & 0x7f } }

    mutating func open() -> [UInt8] {
        var body: [UInt8] = [10] + Array("8.0.36".utf8) + [0]
        body += [0x2a, 0, 0, 0] + salt[..<8] + [0]
        // Capabilities without TLS; utf8mb4; autocommit.
        body += [0xff, 0xf7, 0xff, 0x02, 0x00, 0x0f, 0x80, 21] + Array(repeating: 0, count: 10)
        body += salt[8...] + [0] + Array("mysql_native_password".utf8) + [0]
        return Self.packet(body, number: 0)
    }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        buffer += bytes
        guard buffer.count >= 4 else { return DecoyAnswer() }
        let length = Int(buffer[0]) | Int(buffer[1]) << 8 | Int(buffer[2]) << 16
        guard length <= Self.longest else { return DecoyAnswer(ends: true) }
        guard buffer.count >= 4 + length else { return DecoyAnswer() }
        let user = note(Array(buffer[4..<4 + length]), &notes)
        let message = "#28000Access denied for user '\(user.prefix(32))' (using password: YES)"
        return DecoyAnswer(Self.packet([0xff, 0x15, 0x04] + Array(message.utf8), number: buffer[3] &+ 1), ends: true)
    }

    /// Reads the client's answer to the handshake; gives the account as it may be repeated.
    private func note(_ body: [UInt8], _ notes: inout DecoyNotes) -> String {
        guard body.count > 32 else {
            notes.login(nil, nil)
            return ""
        }
        let flags = UInt32(body[0]) | UInt32(body[1]) << 8 | UInt32(body[2]) << 16 | UInt32(body[3]) << 24
        var at = 32
        let user = Self.text(body, &at)
        var proof: ArraySlice<UInt8> = []
        if flags & (Self.secureConnection | Self.pluginAuth) != 0, at < body.count {
            let count = min(Int(body[at]), body.count - at - 1)
            proof = body[at + 1..<at + 1 + count]
            at += 1 + count
        } else {
            proof = Array(Self.text(body, &at).utf8)[...]
        }
        var step = DecoyStep(.login)
        step.user = user
        if proof.isEmpty { step.password = "" } else { step.proof = DecoyNotes.hexadecimal(proof) }
        if flags & Self.connectWithDatabase != 0 { step.database = Self.text(body, &at) }
        notes.add(step)
        return String(user.filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }

    /// The text up to the next zero.
    private static func text(_ body: [UInt8], _ at: inout Int) -> String {
        guard at < body.count else { return "" }
        let end = body[at...].firstIndex(of: 0) ?? body.count
        defer { at = min(end + 1, body.count) }
        return DecoyNotes.text(body[at..<end])
    }

    private static func packet(_ body: [UInt8], number: UInt8) -> [UInt8] {
        [UInt8(body.count & 255), UInt8(body.count >> 8 & 255), UInt8(body.count >> 16 & 255), number] + body
    }
}
