import Foundation
import TestKit
import Testing
import Wire

struct JSONReaderTests {
    private func read(_ text: String) throws(JSONError) -> JSONReader {
        var reader = JSONReader()
        try reader.read(Array(text.utf8).span)
        return reader
    }

    private func strings(_ bytes: [UInt8]) throws -> [String] {
        var reader = JSONReader()
        try reader.read(bytes.span)
        return reader.tokens.compactMap { token in
            guard token.kind == .string else { return nil }
            var out: [UInt8] = []
            reader.appendText(of: token, in: bytes.span, to: &out)
            return String(decoding: out, as: UTF8.self)
        }
    }

    @Test(arguments: [
        "{}", "[]", "null", "true", " 1 ", "-0", "0.5e-3", "\"\"", "[1,[2,{\"a\":[]}],\"x\"]", "{\"a\":{\"b\":null}}\n",
        "\u{feff}{\"a\":1}",
        "\"\\u0041\\ud83d\\ude00\\/\"", "[ 1 , 2 ]", "1E+2",
    ])
    func takesValidTexts(text: String) throws {
        _ = try read(text)
        let isComplete = JSON.isComplete(Array(text.utf8).span)
        #expect(isComplete)
    }

    @Test(arguments: [
        ("", JSONError.Code.unexpectedEnd, 0), ("{", .unexpectedEnd, 1), ("[1,]", .unexpectedByte, 3), ("{\"a\" 1}", .unexpectedByte, 5),
        ("{\"a\":1,}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1), ("NaN", .unexpectedByte, 0), ("-", .unexpectedEnd, 1),
        ("01", .badNumber, 1), ("1.", .unexpectedEnd, 2), ("1.x", .badNumber, 2), ("1e", .unexpectedEnd, 2),
        ("\"a\nb\"", .controlCharacter, 2),
        ("\"\\x\"", .badEscape, 1), ("\"\\u12g4\"", .badEscape, 1), ("\"abc", .unexpectedEnd, 4), ("{} x", .trailingBytes, 3),
        ("tru", .unexpectedEnd, 3),
        ("nul!", .unexpectedByte, 3), ("[1}", .unexpectedByte, 2), ("{\"a\":NaN}", .unexpectedByte, 5), ("'a'", .unexpectedByte, 0),
    ])
    func refusesWithTheOffset(text: String, code: JSONError.Code, offset: Int) {
        #expect(throws: JSONError(code, at: offset)) { try read(text) }
        let isComplete = JSON.isComplete(Array(text.utf8).span)
        #expect(!isComplete)
    }

    @Test func boundsTheDepth() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        _ = try read(deep)
        #expect(throws: JSONError(.tooDeep, at: 64)) { try read("[\(deep)]") }
        #expect(throws: JSONError(.tooDeep, at: 64)) { try read(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func boundsTheLength() {
        var reader = JSONReader(maximumByteCount: 4)
        #expect(throws: JSONError(.tooLong, at: 4)) { try reader.read(Array("12345".utf8).span) }
    }

    @Test func resolvesEscapesAndRepairsUTF8() throws {
        #expect(try strings(Array(#"["a\"\\\/\b\f\n\r\tz"]"#.utf8)) == ["a\"\\/\u{8}\u{c}\n\r\tz"])
        #expect(try strings(Array(#"["\u00e9\ud83d\ude00"]"#.utf8)) == ["é😀"])
        #expect(try strings(Array(#"["x\ud83dy","\ude00","\ud83d\u0041"]"#.utf8)) == ["x\u{fffd}y", "\u{fffd}", "\u{fffd}A"])
        #expect(try strings([0x22, 0x61, 0xff, 0xfe, 0x62, 0x22]) == ["a\u{fffd}\u{fffd}b"])
        #expect(try strings([0x22, 0xed, 0xa0, 0x80, 0x22]) == ["\u{fffd}\u{fffd}\u{fffd}"])
        #expect(try strings(Array("\"žluťoučký kůň\"".utf8)) == ["žluťoučký kůň"])
    }

    @Test func theLastOfEqualNamesWins() throws {
        var fields = JSONFields(JSONPaths(["a", "b.c"]))
        let text = Array(#"{"a":1,"b":{"c":5,"c":6},"\u0061":2,"a":3}"#.utf8)
        let isObject = try fields.read(text.span)
        #expect(isObject)
        #expect(fields.duplicateKeys == 3)
        #expect(fields.matches.count == 2)
        #expect(fields.token(0).map { String(decoding: text[$0.range], as: UTF8.self) } == "3")
        #expect(fields.token(1).map { String(decoding: text[$0.range], as: UTF8.self) } == "6")
    }

    @Test func countsEqualNamesInWideObjects() throws {
        let members = (0..<5_000).map { "\"k\($0 % 4_000)\":\($0)" }
        let reader = try read("{\(members.joined(separator: ","))}")
        #expect(reader.duplicateKeys == 1_000)
        #expect(reader.tokens.filter(\.isSuperseded).count == 1_000)
    }

    @Test func followsPathsThroughArraysAndLiteralDots() throws {
        var fields = JSONFields(JSONPaths(["a.b", "c[1]", "d.e.f", "c.1.g"], dottedNames: true))
        let text = Array(#"{"a.b":1,"c":[7,{"g":8}],"d":[{"e":{"f":2}},{"e.f":3}],"a":{"b":4}}"#.utf8)
        let isObject = try fields.read(text.span)
        #expect(isObject)
        let found = fields.matches.map { match in
            "\(match.path)=" + String(decoding: text[fields[match.token].range], as: UTF8.self)
        }
        #expect(found == ["0=1", "1={\"g\":8}", "3=8", "2=2", "2=3", "0=4"])
    }

    /// Random documents, some damaged: Foundation is the oracle.
    @Test func agreesWithFoundation() throws {
        var random = SeededGenerator(seed: 7)
        var accepted = 0
        for _ in 0..<(SharedData.isSlowTier ? 50_000 : 1_500) {
            var text = Array(document(depth: 0, &random).utf8)
            if Bool.random(using: &random), !text.isEmpty {
                text[Int.random(in: text.indices, using: &random)] = Array("{}[]\",:\\x0e-".utf8).randomElement(using: &random) ?? 0
            }
            // We repair UTF-8 where Foundation refuses it.
            guard UTF8Sequence.isValid(text.span) else { continue }
            var reader = JSONReader()
            let ours = (try? reader.read(text.span)) != nil
            let theirs = try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            let shown = String(decoding: text, as: UTF8.self)
            if ours, theirs == nil, hasWhatFoundationRefuses(reader, text) { continue }
            // Foundation takes a comma before a closing bracket, which RFC 8259 forbids.
            let dense = shown.replacing(" ", with: "")
            if !ours, theirs != nil, dense.contains(",]") || dense.contains(",}") { continue }
            #expect(ours == (theirs != nil), "\(shown)")
            guard ours, let theirs else { continue }
            accepted += 1
            var index = 0
            #expect(isEqual(theirs, reader, &index, text), "\(shown)")
        }
        #expect(accepted > 500)
    }

    /// Lone surrogates, which we replace, and numbers beyond a double, which we keep as text.
    private func hasWhatFoundationRefuses(_ reader: JSONReader, _ text: [UInt8]) -> Bool {
        reader.tokens.contains { token in
            var out: [UInt8] = []
            switch token.kind {
            case .string, .key:
                reader.appendText(of: token, in: text.span, to: &out)
                return String(decoding: out, as: UTF8.self).unicodeScalars.contains("\u{fffd}")
            case .integer, .float: return NumberText.double(text.span.extracting(token.range)) == nil
            default: return false
            }
        }
    }

    private func isEqual(_ value: Any, _ reader: JSONReader, _ index: inout Int, _ text: [UInt8]) -> Bool {
        let token = reader.tokens[index]
        index += 1
        var out: [UInt8] = []
        if token.kind != .object, token.kind != .array { reader.appendText(of: token, in: text.span, to: &out) }
        switch token.kind {
        case .null: return value is NSNull
        case .true, .false: return (value as? Bool) == (token.kind == .true)
        case .string: return (value as? String) == String(decoding: out, as: UTF8.self)
        case .integer, .float:
            // Foundation rounds some decimals to the neighbouring double; exactness is tested against the standard library.
            guard let theirs = (value as? NSNumber)?.doubleValue, let ours = NumberText.double(out.span) else { return false }
            return abs(theirs - ours) <= 1e-12 * abs(theirs)
        case .array:
            guard let values = value as? [Any] else { return false }
            for element in values where !isEqual(element, reader, &index, text) { return false }
            return index == token.next
        case .object:
            guard let members = value as? [String: Any] else { return false }
            var count = 0
            while index < token.next {
                let key = reader.tokens[index]
                var name: [UInt8] = []
                reader.appendText(of: key, in: text.span, to: &name)
                index += 1
                if key.isSuperseded {
                    index = reader.tokens[index].next
                } else {
                    count += 1
                    guard let member = members[String(decoding: name, as: UTF8.self)], isEqual(member, reader, &index, text) else {
                        return false
                    }
                }
            }
            return count == members.count
        case .key: return false
        }
    }

    private func document(depth: Int, _ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<(depth > 4 ? 5 : 8), using: &random) {
        case 0: return ["null", "true", "false"].randomElement(using: &random) ?? "null"
        case 1: return String(Int64.random(in: -1_000_000...1_000_000, using: &random))
        case 2: return "\(Double.random(in: -1...1, using: &random))"
        case 3, 4: return string(&random)
        case 5, 6:
            let members = (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                "\(string(&random)): \(document(depth: depth + 1, &random))"
            }
            return "{\(members.joined(separator: ","))}"
        default:
            return
                "[\((0..<Int.random(in: 0..<5, using: &random)).map { _ in document(depth: depth + 1, &random) }.joined(separator: " ,"))]"
        }
    }

    private func string(_ random: inout SeededGenerator) -> String {
        let pieces = ["a", "bc", "\\n", "\\u00e9", "é", "😀", "\\ud83d\\ude00", "\\\"", "\\\\", "/", "0123456789abcdef", " ", "\\/", "€"]
        return "\"" + (0..<Int.random(in: 0..<8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined() + "\""
    }
}
