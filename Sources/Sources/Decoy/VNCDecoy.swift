/// A VNC screen behind a password that is never right (RFC 6143).
struct VNCDecoy: DecoyDialogue {
    private enum State { case version, security, response }

    private let challenge: [UInt8]
    private var state = State.version
    private var buffer: [UInt8] = []
    private var isOld = false

    /// A server whose challenge is those 16 bytes.
    init(challenge: [UInt8]) { self.challenge = Array((challenge + Array(repeating: 0, count: 16)).prefix(16)) }

    mutating func open() -> [UInt8] { Array("RFB 003.008\n".utf8) }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        buffer += bytes
        var answer = DecoyAnswer()
        while !answer.ends, let next = step(&notes) { answer += next }
        return answer
    }

    private mutating func step(_ notes: inout DecoyNotes) -> DecoyAnswer? {
        switch state {
        case .version:
            guard buffer.count >= 12 else { return nil }
            let version = DecoyNotes.text(take(12).dropLast())
            notes.note(client: version)
            guard version.hasPrefix("RFB ") else { return DecoyAnswer(ends: true) }
            isOld = version.hasPrefix("RFB 003.003")
            state = isOld ? .response : .security
            // Version 3.3 is told the method, later ones choose from a list of one: VNC authentication.
            return DecoyAnswer(isOld ? [0, 0, 0, 2] + challenge : [1, 2])
        case .security:
            guard !buffer.isEmpty else { return nil }
            guard take(1) == [2] else { return DecoyAnswer(Self.failure("Unsupported security type"), ends: true) }
            state = .response
            return DecoyAnswer(challenge)
        case .response:
            guard buffer.count >= 16 else { return nil }
            notes.login(nil, nil, proof: DecoyNotes.hexadecimal(challenge) + ":" + DecoyNotes.hexadecimal(take(16)))
            return DecoyAnswer(isOld ? [0, 0, 0, 1] : Self.failure("Authentication failed"), ends: true)
        }
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private static func failure(_ text: String) -> [UInt8] { [0, 0, 0, 1, 0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }
}
