import TestKit
import Testing
import Wire

@Suite struct SyslogFramerTests {
    /// What is cut out of bytes that come in chunks of that length.
    static func cut(_ bytes: [UInt8], chunk: Int, limit: Int = 1 << 20) -> (
        messages: [String], oversized: [UInt64], mode: SyslogFramer.Mode
    ) {
        var framer = SyslogFramer(maxRecordBytes: limit)
        var messages: [String] = []
        var oversized: [UInt64] = []
        for start in stride(from: 0, through: bytes.count, by: chunk) {
            let isFinal = start + chunk > bytes.count
            let run = framer.take(Array(bytes[start..<min(start + chunk, bytes.count)]), isFinal: isFinal)
            messages += run.records.map { String(decoding: run.bytes[$0], as: UTF8.self) }
            oversized += run.oversized.sorted { $0.key < $1.key }.map(\.value)
        }
        return (messages, oversized, framer.mode)
    }

    static let table: [(text: String, messages: [String], mode: SyslogFramer.Mode)] = [
        ("<1>a\n<2>b\n", ["<1>a", "<2>b"], .lines),
        ("<1>a\r\n<2>b", ["<1>a", "<2>b"], .lines),
        ("<1>a\0<2>b\0", ["<1>a", "<2>b"], .lines),
        ("\n\n<1>a\n\n", ["<1>a"], .lines),
        ("4 <1>a5 <2>bc", ["<1>a", "<2>bc"], .counted),
        ("6 <1>a\nb4 <2>c", ["<1>a\nb", "<2>c"], .counted),
        ("4 <1>a\n4 <2>b\n", ["<1>a", "<2>b"], .counted),
        // A year or a count inside a line is no count of octets.
        ("2026-11-21 10:00:00 h a: x\n<1>b\n", ["2026-11-21 10:00:00 h a: x", "<1>b"], .lines),
        ("21 Nov h a: x\n", ["21 Nov h a: x"], .lines),
        ("<1>a\n4 <1>b\n", ["<1>a", "4 <1>b"], .lines),
        // A sender that falls out of step costs one line.
        ("4 <1>a<2>lost its count\n4 <3>b", ["<1>a", "<2>lost its count", "<3>b"], .counted),
        // The connection ends inside a message.
        ("40 <1>cut", ["<1>cut"], .counted),
        ("0 <1>a\n", ["0 <1>a"], .lines),
        ("99999999999 <1>a\n", ["99999999999 <1>a"], .lines),
        ("12", ["12"], .lines), ("", [], .undecided),
    ]

    @Test(arguments: table.indices) func messagesAreCutHoweverTheyCome(row: Int) {
        let (text, messages, mode) = Self.table[row]
        for chunk in [1, 2, 3, 7, 1000] {
            let found = Self.cut(Array(text.utf8), chunk: chunk)
            #expect(found.messages == messages, "chunks of \(chunk)")
            #expect(found.mode == mode)
        }
    }

    @Test(arguments: [1, 100, 100_000]) func tooLongMessagesKeepTheirBeginning(chunk: Int) {
        let long = String(repeating: "x", count: 20_000)
        let lines = Self.cut(Array("<1>\(long)\n<1>b\n<1>\(long)".utf8), chunk: chunk, limit: 5000)
        #expect(lines.oversized == [20_003, 20_003])
        #expect(lines.messages.map(\.utf8.count) == [4096, 4, 4096])
        let counted = Self.cut(Array("20003 <1>\(long)4 <1>b20003 <1>\(long.dropLast(10))".utf8), chunk: chunk, limit: 5000)
        #expect(counted.oversized == [20_003, 19_993])
        #expect(counted.messages.map(\.utf8.count) == [4096, 4, 4096])
    }

    /// Any bytes in any chunks: nothing traps, and no byte of a record is invented.
    @Test func anyBytesAreTaken() {
        var random = SeededGenerator(seed: 9)
        let alphabet = Array("0123456789 <>\n\0\rab".utf8)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let whole = Self.cut(bytes, chunk: 1000, limit: 50)
            let pieces = Self.cut(bytes, chunk: Int.random(in: 1...9, using: &random), limit: 50)
            #expect(whole.messages == pieces.messages && whole.oversized == pieces.oversized)
            #expect(whole.messages.reduce(0) { $0 + $1.utf8.count } <= bytes.count)
        }
    }
}
