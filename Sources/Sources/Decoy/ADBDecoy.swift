/// An Android device with its debug bridge open to the network; commands are noted and answered by nothing.
struct ADBDecoy: DecoyDialogue {
    private static let header = 24
    private static let longest = 16_384
    private static let connect: UInt32 = 0x4e58_4e43
    private static let open: UInt32 = 0x4e45_504f
    private static let okay: UInt32 = 0x5941_4b4f
    private static let close: UInt32 = 0x4553_4c43
    private static let write: UInt32 = 0x4554_5257
    private static let identity = "device::ro.product.name=rk3399;ro.product.model=Android TV;ro.product.device=rk3399;"

    private var buffer: [UInt8] = []

    mutating func open() -> [UInt8] { [] }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        buffer += bytes
        var answer = DecoyAnswer()
        while !answer.ends, buffer.count >= Self.header {
            let command = Self.word(buffer, 0)
            let length = Int(Self.word(buffer, 12))
            // The magic is the command with its bits turned (adb's protocol.txt).
            guard Self.word(buffer, 20) == command ^ 0xffff_ffff, length <= Self.longest else { return DecoyAnswer(ends: true) }
            guard buffer.count >= Self.header + length else { return answer }
            let stream = Self.word(buffer, 4)
            let data = Array(buffer[Self.header..<Self.header + length])
            buffer.removeSubrange(..<(Self.header + length))
            answer += self.answer(to: command, stream, data, &notes)
        }
        return answer
    }

    private func answer(to command: UInt32, _ stream: UInt32, _ data: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        let text = DecoyNotes.text(data.filter { $0 != 0 })
        switch command {
        case Self.connect:
            notes.note(client: text)
            return DecoyAnswer(Self.message(Self.connect, 0x0100_0000, 4096, Array(Self.identity.utf8) + [0]))
        case Self.open:
            notes.command(text)
            return DecoyAnswer(Self.message(Self.okay, 1, stream) + Self.message(Self.close, 1, stream))
        case Self.write:
            notes.command(text)
            return DecoyAnswer(Self.message(Self.okay, 1, stream))
        default: return DecoyAnswer()
        }
    }

    private static func message(_ command: UInt32, _ first: UInt32, _ second: UInt32, _ data: [UInt8] = []) -> [UInt8] {
        let sum = data.reduce(UInt32(0)) { $0 &+ UInt32($1) }
        return [command, first, second, UInt32(data.count), sum, command ^ 0xffff_ffff].flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> (UInt32($0) * 8)) }
        } + data
    }

    private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
    }
}
