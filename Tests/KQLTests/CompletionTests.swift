import KQL
import TestKit
import Testing

/// What may stand at the caret, which `|` marks.
struct CompletionTests {
    private static func place(_ marked: String) -> CompletionPlace? {
        let parts = marked.split(separator: "|", omittingEmptySubsequences: false)
        return CompletionPlace(in: parts.joined(), caret: parts[0].unicodeScalars.count)
    }

    @Test(arguments: [
        ("|", "", 0, 0), ("sour|", "sour", 0, 4), ("so|urce.ip: x", "so", 0, 9), ("a: b and |", "", 9, 9), ("a: b AND us|", "us", 9, 11),
        ("(|", "", 1, 1), ("not |", "", 4, 4), ("a: b or not (us|)", "us", 13, 15), ("é漢 and u|", "u", 7, 8),
        ("threat: { na|", "na", 10, 12),
        ("a: (x or y) and z|", "z", 16, 17), ("\"open|", "open", 0, 5), ("x > 5 or |", "", 9, 9),
    ])
    func findsFields(text: String, written: String, from: Int, to: Int) throws {
        let place = try #require(Self.place(text))
        #expect(place.kind == .field && place.written == written && place.range == from..<to, "\(place)")
    }

    @Test(arguments: [
        ("user.name: |", "user.name", "", 11, 11), ("user.name:ro|", "user.name", "ro", 10, 12),
        ("user.name: ro|ot", "user.name", "ro", 11, 15),
        ("a: x and user.name: \"a b|", "user.name", "a b", 20, 24), ("f: \"a|b\" or", "f", "a", 3, 7), ("f: \"\\\"\\|", "f", "\"", 3, 7),
        ("f: (a or |", "f", "", 9, 9), ("f: (a and not b|)", "f", "b", 14, 15), ("f: (a or (b|", "f", "b", 10, 11),
        ("a: b\\:c|", "a", "b:c", 3, 7),
        ("\"user.name\": r|", "user.name", "r", 13, 14), ("f: r*t|", "f", "r*t", 3, 6), ("x: 1 or (y: 2 and f: |", "f", "", 21, 21),
    ])
    func findsValues(text: String, field: String, written: String, from: Int, to: Int) throws {
        let place = try #require(Self.place(text))
        #expect(place.kind == .value(field: field, isOrdered: false), "\(place)")
        #expect(place.written == written && place.range == from..<to, "\(place)")
    }

    @Test func findsTheRest() {
        #expect(Self.place("port >= |")?.kind == .value(field: "port", isOrdered: true))
        #expect(Self.place("source.ip |")?.kind == .comparison(field: "source.ip"))
        for text in ["a: \"b\" |", "a: b |", "(a: b) |", "f: (a or b) |", "(a: b)|", "n > 5 |"] {
            #expect(Self.place(text)?.kind == .connective, "\(text)")
        }
        #expect(Self.place("a: \"b\" an|") == nil || Self.place("a: \"b\" an|")?.written == "an")
        for text in ["a: b) |", "a: : |", "f: {|", "a } |"] {
            #expect(Self.place(text) == nil || Self.place(text)?.kind == .field, "\(text)")
        }
        for caret in [-1, 2] { #expect(CompletionPlace(in: "a", caret: caret) == nil) }
    }

    @Test func neverTrapsAndStaysWithinTheText() {
        var random = SeededGenerator(seed: 21)
        let pieces = [
            "a", "not ", " and ", " or ", "(", ")", "{", "}", ":", "<", ">=", "\"", "\\", "*", " ", "null", "user.name", "é", "\n",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let caret = Int.random(in: 0...text.unicodeScalars.count, using: &random)
            guard let place = CompletionPlace(in: text, caret: caret) else { continue }
            #expect(
                place.range.lowerBound <= caret && caret <= place.range.upperBound && place.range.upperBound <= text.unicodeScalars.count)
        }
    }

    @Test func proposedValuesAreReadAgainAsTheyWere() throws {
        var random = SeededGenerator(seed: 22)
        let signs = [
            "a", "B", "é", " ", ":", "\\", "\"", "*", "(", "}", "not ", " and ", " or ", "not", "or", "1", "\n", ",", "<", "true", "null",
            "\0", "\t",
            "\u{202e}", "\u{85}", "-", "/", "n", "u0041", "\u{feff}", "\u{a0}", "@", "漢",
        ]
        for number in 0..<5000 {
            let text = (0..<(number < signs.count ? 1 : Int.random(in: 0...5, using: &random)))
                .map { _ in number < signs.count ? signs[number] : signs.randomElement(using: &random) ?? "" }.joined()
            let written = ProposedText.value(text)
            for query in ["f: \(written)", "x: 1 and f: \(written) or y: 2", "f: (\(written) or \(written))"] {
                let tree = try Query(parsing: query)
                #expect(Self.values(of: "f", in: tree).allSatisfy { Array($0.utf8) == Array(text.utf8) }, "\(query)")
                #expect(!Self.values(of: "f", in: tree).isEmpty)
            }
            if !text.isEmpty, !text.allSatisfy(\.isWhitespace) {
                let tree = try Query(parsing: "\(ProposedText.field("labels.x" + text + "y")): z")
                guard case .is(let name?, _) = tree else {
                    Issue.record("\(tree)")
                    continue
                }
                #expect(name.text == "labels.x" + text + "y" && !name.isStar, "\(text)")
            }
        }
    }

    /// The texts that a query asks a field for; wildcards and truth values are not texts.
    private static func values(of field: String, in query: Query) -> [String] {
        switch query {
        case .and(let all), .or(let all): return all.flatMap { values(of: field, in: $0) }
        case .not(let inner), .nested(_, let inner): return values(of: field, in: inner)
        case .is(let name?, let value) where name.text == field:
            switch value.value {
            case .bare(let text), .quoted(let text): return [text]
            default: return ["not a text: \(value)"]
            }
        default: return []
        }
    }
}
