import Foundation
import Model
import TestKit
import Testing

@Suite struct EventJSONTests {
    @Test func `Hostile text is escaped and reads back as it was`() throws {
        var random = SeededGenerator(seed: 8)
        for _ in 0..<800 {
            var batch = EventBatch()
            let texts = (0..<3).map { _ in EventBatchTests.randomText(&random) }
            batch.append(.message, texts[0])
            batch.append(label: "k", texts[1])
            batch.append(.tags, texts[0])
            batch.append(.tags, texts[2])
            let raw = Array(texts[2].utf8)
            batch.endRow(raw: raw.span)
            var out: [UInt8] = []
            EventJSON.append(batch[0], id: EventID(7), raw: batch.raw(0), to: &out)
            for byte in out { #expect(byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "&") && byte >= 0x20) }
            let json = try #require(try JSONSerialization.jsonObject(with: Data(out)) as? [String: Any])
            #expect(json["message"] as? String == texts[0])
            #expect((json["labels"] as? [String: Any])?["k"] as? String == texts[1])
            #expect(json["tags"] as? [String] == [texts[0], texts[2]])
            let event = try #require(json["event"] as? [String: Any])
            #expect(event["original"] as? String == texts[2])
            #expect(event["id"] as? String == "7")
        }
    }

    @Test func `Invalid UTF-8 is replaced, and separators of lines are escaped`() {
        var out: [UInt8] = []
        EventJSON.appendQuoted([0xff, UInt8(ascii: "a"), 0xe2, 0x80, 0xa8, 0xc0, 0x80, 0xed, 0xa0, 0x80], to: &out)
        let text = String(decoding: out, as: UTF8.self)
        #expect(text.hasPrefix("\"\u{fffd}a\\u2028\u{fffd}"))
        #expect(text.hasSuffix("\"") && !text.contains("\u{2028}"))
    }

    @Test func `Every type of field is written as documented`() throws {
        var batch = EventBatch()
        batch.append(.timestamp, Timestamp(milliseconds: 1_362_347_639_000))
        batch.append(.sourceIP, IPAddress(v4: 0xc633_6407))
        batch.append(.sourcePort, integer: -3)
        batch.append(.sentimentCompound, number: 0.25)
        batch.append(.sentimentNegative, number: .nan)
        batch.append(.sourceLocation, GeoPoint(latitude: 1.5, longitude: -2.25))
        batch.append(.eventKind, "alert")
        batch.endRowWithoutRaw()
        var out: [UInt8] = []
        EventJSON.append(batch[0], id: EventID(milliseconds: 1_780_000_000_000, node: 0, sequence: 5), to: &out)
        #expect(
            String(decoding: out, as: UTF8.self)
                == #"{"@timestamp":"2013-03-03T21:53:59Z","source":{"ip":"198.51.100.7","port":-3,"geo":{"location":{"lat":1.5,"lon":-2.25}}},"#
                + #""sentiment":{"compound":0.25,"negative":null},"#
                + #""event":{"kind":"alert","id":"\#(EventID(milliseconds: 1_780_000_000_000, node: 0, sequence: 5))","ingested":"2026-05-28T20:26:40Z"}}"#
        )
    }

    @Test func `JSON text places its commas by itself`() {
        var json = JSONText()
        json.object { json in
            json.member("a", 1)
            json.member("b") { $0.array { _ in } }
            json.member("<", nil as String?)
            json.member("c") { json in
                json.array { json in
                    json.value("x")
                    json.value(true)
                    json.value(1.23456, digits: 2)
                    json.value(nil as Double?)
                    json.value(.infinity)
                    json.object { $0.member("d", -2) }
                    json.object { _ in }
                    json.value(json: "[0]".utf8)
                }
            }
            json.member("e", 2)
        }
        let text = String(decoding: json.bytes, as: UTF8.self)
        #expect(text == #"{"a":1,"b":[],"\u003c":null,"c":["x",true,1.23,null,null,{"d":-2},{},[0]],"e":2}"#)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1e15, "1000000000000000"), (1e300, "1e+300"), (-2.5, "-2.5"), (0.1, "0.1"), (1e-7, "1e-07"),
        (.nan, "null"),
        (-.infinity, "null"),
    ])
    func `Numbers are JSON numbers`(value: Double, text: String) throws {
        var out: [UInt8] = []
        EventJSON.appendNumber(value, to: &out)
        let written = String(decoding: out, as: UTF8.self)
        #expect(Double(written) == (value.isFinite ? value : nil), "\(written) for \(text)")
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data("[\(written)]".utf8)) }
    }
}
