import Testing
import Wire

@Suite struct FramerTests {
    /// Frames the text in chunks of the given sizes (repeated), as a whole stream.
    static func frame(
        _ bytes: [UInt8], _ framing: Framing, chunks: [Int] = [7], limit: Int = 5000, max: Int = 1 << 20
    ) -> ([String], Framer) {
        var framer = Framer(framing: framing, maxRecordBytes: max)
        var out: [String] = []
        func drain(_ isFinal: Bool) {
            while let run = framer.take(limit: limit, isFinal: isFinal) {
                for (i, range) in run.records.enumerated() {
                    let text = String(decoding: run.bytes[range], as: UTF8.self)
                    out.append(run.oversized[i].map { "TOO LONG \($0)" } ?? text)
                    if run.oversized[i] == nil {
                        let at = Int(run.startOffset) + range.lowerBound
                        #expect(Array(bytes[at..<at + range.count]) == Array(run.bytes[range]))
                    }
                }
                #expect(Array(bytes[..<Int(run.endOffset)].suffix(256)) == run.preceding)
            }
        }
        var at = 0
        var turn = 0
        while at < bytes.count {
            let end = min(bytes.count, at + chunks[turn % chunks.count])
            framer.push(bytes[at..<end])
            drain(false)
            at = end
            turn += 1
        }
        drain(true)
        return (out, framer)
    }

    static let table: [(Framing, String, [String])] = [
        (.lines, "a\nb\r\nc\rd", ["a", "b", "c", "d"]),
        (.lines, "\u{FEFF}a\n\n \t\nb\n", ["a", "b"]),
        (.lines, "", []),
        (.lines, "\r\n\r\n", []),
        (.json, "{\"a\":1}\n{\"a\":2}\n", ["{\"a\":1}", "{\"a\":2}"]),
        (.json, "{\"a\":1}\n{\"a\":2}", ["{\"a\":1}", "{\"a\":2}"]),
        (.json, "{\"a\":1}\n{\"a\":", ["{\"a\":1}"]),
        (.json, "{\"a\":1}\nnot json", ["{\"a\":1}", "not json"]),
        (.json, "\u{FEFF} [ {\"a\":\"]}\\\"\"} , {\"b\":[1,2]}, 3 , \"x\" ]\n\n", ["{\"a\":\"]}\\\"\"}", "{\"b\":[1,2]}", "3", "\"x\""]),
        (.json, "[\r\n  {\r\n \"a\": {\r\n \"b\": 1}\r\n  },\r\n  {}\r\n]", ["{\r\n \"a\": {\r\n \"b\": 1}\r\n  }", "{}"]),
        (.json, "[{\"a\":1},{\"b\"", ["{\"a\":1}"]),
        (.json, "[]", []),
        (.json, "[{\"a\":1}][{\"b\":1}]\n{\"c\":1}\n", ["{\"a\":1}", "{\"b\":1}", "{\"c\":1}"]),
        (.csv, "a,b\n\"x\ny\",2\r\n\"q\"\"\r\n\",3\r4,5", ["a,b", "\"x\ny\",2", "\"q\"\"\r\n\",3", "4,5"]),
        (.csv, "a,\"open\nb,c\n", ["a,\"open", "b,c"]),
        (.csv, "a,\"open\nb,\"c\"\nd\n", ["a,\"open", "b,\"c\"", "d"]),
        (.csv, "5\" disk,1\nb,2\n", ["5\" disk,1", "b,2"]),
        (.csv, "\n\n\"a\",\"b\"\n\n\"c\"\n", ["\"a\",\"b\"", "\"c\""]),
    ]

    @Test(arguments: table.indices) func records(row: Int) {
        let (framing, text, expected) = Self.table[row]
        for size in [1, 2, 3, 5, 1000] {
            for limit in [1, 5000] {
                #expect(Self.frame(Array(text.utf8), framing, chunks: [size], limit: limit).0 == expected, "chunks of \(size)")
            }
        }
    }

    @Test(arguments: [Framing.lines, .json, .csv]) func longRecordIsMarkedAndTheNextFollows(framing: Framing) {
        let long = String(repeating: "x", count: 10_000)
        for size in [1000, 64, 100_000] {
            let (lines, _) = Self.frame(Array("1\n\(long)\n2\n3\n\(long)".utf8), framing, chunks: [size], max: 500)
            #expect(lines == ["1", "TOO LONG 10000", "2", "3", "TOO LONG 10000"])
        }
        let (elements, _) = Self.frame(Array("[1,{\"a\":\"\(long)\"},2]".utf8), .json, chunks: [100], max: 500)
        #expect(elements == ["1", "TOO LONG 10008", "2"])
    }

    @Test func unclosedQuotesCostOneRecord() {
        let rows = (0..<2000).map { "\($0),row" }
        let (records, _) = Self.frame(Array("x,\"open\n\(rows.joined(separator: "\n"))\n".utf8), .csv, chunks: [333], max: 1000)
        #expect(records == ["x,\"open"] + rows)
    }

    @Test func goesOnInTheMiddleOfAnArray() {
        let text = Array("[\n{\"a\":1},\n{\"a\":2},\n{\"a\":3}\n]\n".utf8)
        var framer = Framer(framing: .json)
        framer.push(text)
        guard let run = framer.take(limit: 2) else { return #expect(Bool(false)) }
        var second = Framer(framing: .json, state: run.state, offset: run.endOffset, preceding: run.preceding)
        second.push(text[Int(run.endOffset)...])
        let rest = second.take(isFinal: true)
        #expect(rest.map { $0.records.map { range in String(decoding: rest!.bytes[range], as: UTF8.self) } } == ["{\"a\":3}"])
        #expect(rest?.endOffset == UInt64(text.count))
    }

    @Test func linesAgreeWithASimpleSplit() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let alphabet = Array("ab \n\r\t".utf8)
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            let expected = bytes.split { $0 == 10 || $0 == 13 }.map { String(decoding: $0, as: UTF8.self) }
                .filter { !$0.allSatisfy { $0 == " " || $0 == "\t" } }
            let chunks = (0..<5).map { _ in Int.random(in: 1...30, using: &random) }
            #expect(Self.frame(bytes, .lines, chunks: chunks, limit: Int.random(in: 1...4, using: &random)).0 == expected)
        }
    }

    @Test(arguments: [Framing.lines, .json, .csv]) func chunkingNeverMatters(framing: Framing) {
        var random = SeededGenerator(seed: 11)
        let alphabet = Array("a1 \n\r,\"\"[]{}\\".utf8)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            let whole = Self.frame(bytes, framing, chunks: [1000]).0
            let chunks = (0..<4).map { _ in Int.random(in: 1...9, using: &random) }
            let text = String(decoding: bytes, as: UTF8.self).debugDescription
            #expect(Self.frame(bytes, framing, chunks: chunks).0 == whole, "\(text) \(chunks)")
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
