import Testing
import Wire

/// JSON objects that are printed over several lines.
@Suite struct PrettyPrintedTests {
    static let table: [(String, [String])] = [
        ("{\n  \"a\": 1\n}\n", ["{\n  \"a\": 1\n}"]),
        ("{\r\n \"a\": {\"b\": [1, 2]}\r\n}\r\n{\n\"c\": \"}\"\n}", ["{\r\n \"a\": {\"b\": [1, 2]}\r\n}", "{\n\"c\": \"}\"\n}"]),
        ("{\n\"a\":1}\n{\"b\":2}\n{\"c\":3}", ["{\n\"a\":1}", "{\"b\":2}", "{\"c\":3}"]),
        ("{\n}\n[{\"a\":1},{\"b\":2}]", ["{\n}", "{\"a\":1}", "{\"b\":2}"]),
        // A line that is cut inside an object is a line.
        ("{\"a\":\n{\"b\":2}\n", ["{\"a\":", "{\"b\":2}"]),
    ]

    @Test(arguments: table, [[1], [2, 5], [4096]])
    func `Objects over several lines are records`(row: (String, [String]), chunks: [Int]) {
        #expect(FramerTests.frame(Array(row.0.utf8), .json, chunks: chunks).0 == row.1)
        #expect(FramerTests.frame(Array(row.0.utf8), .document, chunks: chunks).0 == row.1)
    }

    @Test func `Only documents may be longer than the limit`() {
        let long = "{\n\"a\": \"" + String(repeating: "x", count: 3000) + "\"\n}"
        #expect(FramerTests.frame(Array(long.utf8), .document, max: 1000).0 == [long])
        #expect(FramerTests.frame(Array(long.utf8), .json, max: 1000).0 == ["TOO LONG \(long.utf8.count)"])
    }

    @Test func `The state goes on in the middle`() {
        let text = Array("{\n\"a\":1\n}\n{\n\"b\":2\n}\n".utf8)
        var framer = Framer(framing: .json)
        framer.push(text)
        let first = framer.take(limit: 1)
        #expect(first.map { $0.records.count } == 1)
        var resumed = Framer(
            framing: .json, state: first?.state ?? [], offset: first?.endOffset ?? 0, preceding: first?.preceding ?? [])
        resumed.push(text[Int(first?.endOffset ?? 0)...])
        let second = resumed.take(isFinal: true)
        #expect(second.map { String(decoding: $0.bytes, as: UTF8.self) } == "{\n\"b\":2\n}")
    }
}
