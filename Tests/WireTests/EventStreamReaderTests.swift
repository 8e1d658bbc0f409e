import TestKit
import Testing
import Wire

@Suite struct EventStreamReaderTests {
    static func events(_ text: String, limit: Int = 1000, lastID: String = "") -> [String] {
        var reader = EventStreamReader(maximumDataBytes: limit, lastID: Array(lastID.utf8))
        return reader.push(Array(text.utf8)).map(Self.shown)
    }

    static func shown(_ event: EventStreamEvent) -> String {
        "\(event.name)|\(String(decoding: event.data, as: UTF8.self))|\(String(decoding: event.id, as: UTF8.self))"
    }

    @Test(arguments: [
        ("data: a\n\n", ["message|a|0"]), ("data: a\r\rdata:b\r\n\r\n", ["message|a|0", "message|b|0"]),
        ("data: a\ndata\ndata:  b\n\n", ["message|a\n\n b|0"]), ("\u{feff}data: a\n\n", ["message|a|0"]),
        (": comment\n:\ndata: a\n:x\n\n", ["message|a|0"]), ("event: x\ndata: a\n\ndata: b\n\n", ["x|a|0", "message|b|0"]),
        ("event: x\n\ndata: b\n\n", ["message|b|0"]), ("id: 1\ndata: a\n\ndata: b\n\n", ["message|a|1", "message|b|1"]),
        ("id: 1\n\nid\ndata: b\n\n", ["message|b|"]), ("id: a\0b\ndata: b\n\n", ["message|b|0"]), ("data:a\nid:2\n\n", ["message|a|2"]),
        ("data\n\n", ["message||0"]), ("data:\n\n", ["message||0"]), ("data: \n\n", ["message||0"]), ("\n\n\n", []), ("data: cut\n", []),
        ("data: a\nfoo: b\ndat: c\ndatax: d\n\n", ["message|a|0"]), ("data: a\n\ndata: cut", ["message|a|0"]), (" data: a\n\n", []),
        ("event: a\nevent: b\ndata: x\n\n", ["b|x|0"]), ("data:\u{e9}\n\n", ["message|\u{e9}|0"]),
    ])
    func `Streams`(_ text: String, _ expected: [String]) { #expect(Self.events(text, lastID: "0") == expected) }

    @Test func `The time for opening again is digits only`() {
        var reader = EventStreamReader(maximumDataBytes: 100)
        _ = reader.push(Array("retry: 1500\n".utf8))
        #expect(reader.retryMilliseconds == 1500)
        _ = reader.push(Array("retry: 1s\nretry: -1\nretry:\nretry: 99999999999999999999\n".utf8))
        #expect(reader.retryMilliseconds == 1500)
    }

    @Test func `Data beyond the limit are counted and cut`() {
        var reader = EventStreamReader(maximumDataBytes: 5000)
        let long = String(repeating: "x", count: 4999)
        var events = reader.push(Array("data: \(long)\ndata: yz\n\nid: 7\ndata: z\n\n".utf8))
        #expect(events.map(\.length) == [5002, 1] && events[0].data.count == EventStreamReader.keptOfOversized)
        events = reader.push(
            Array("\(String(repeating: "e", count: 100_000)): 1\nevent: \(String(repeating: "n", count: 9000))\ndata: a\n\n".utf8))
        #expect(events.count == 1 && events[0].name.utf8.count <= 4096 && events[0].id == Array("7".utf8))
    }

    /// However a stream is cut into chunks, the events are the same; no bytes trap.
    @Test func `Chunks do not matter`() {
        var random = SeededGenerator(seed: 12)
        let pieces = [
            "data: ", "data:", "data", "a", "{\"b\":1}", "\n", "\r", "\r\n", "\n\n", "event: x", "id: 4", "id:", ":", "retry: 9",
            "\u{feff}", "\0", " ",
        ]
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                bytes += Array((pieces.randomElement(using: &random) ?? "").utf8)
                if Int.random(in: 0..<20, using: &random) == 0 { bytes.append(.random(in: 0...255, using: &random)) }
            }
            var whole = EventStreamReader(maximumDataBytes: 50)
            let expected = whole.push(bytes)
            var chunked = EventStreamReader(maximumDataBytes: 50)
            var found: [EventStreamEvent] = []
            var at = 0
            while at < bytes.count {
                let end = min(bytes.count, at + Int.random(in: 1...7, using: &random))
                found += chunked.push(bytes[at..<end])
                at = end
            }
            #expect(found == expected && whole.lastID == chunked.lastID && whole.retryMilliseconds == chunked.retryMilliseconds)
        }
    }
}
