import KQL
import Testing

struct ParserTests {
    /// Text, and how the tree is written again.
    static let trees: [(String, String)] = [
        ("", "*: *"), ("  \t ", "*: *"), ("foo", "foo"), ("foo and", "foo and"), ("a or or b", "a or or b"),
        ("10 < x", "10 < x"), ("port = 22", "port = 22"), ("a AND b Or c", "a and b or c"), ("(a or b) and c", "(a or b) and c"),
        ("not (not x)", "not (not x)"), ("f: (a or not b and c)", "f: a or not f: b and f: c"), ("f:((a))", "f: a"),
        ("\"f\": \"a\\\"b\"", "\"f\": \"a\\\"b\""), ("f: true", "f: true"), ("f: True", "f: True"), ("f: a\\*b*", "f: a\\*b*"),
        ("f : { a : b }", "f: { a: b }"), ("f >= \"2026\"", "f >= \"2026\""), ("\\and x", "and x"), ("a \\and b", "a \\and b"),
        ("\\not x", "\\not x"), ("f: a, b", "f: a, b"), ("f: \\u0041", "f: A"), ("f: \"\\ud83d\\ude00\"", "f: \"😀\""),
        ("f: a\u{a0}or\u{a0}g: b", "f: a or g: b"),
        ("f: \"a\\d\"", "f: \"a\\\\d\""), ("f:a and g:b and h:c", "f: a and g: b and h: c"), ("null: x", "x"),
    ]

    @Test(arguments: trees) func reads(text: String, written: String) throws {
        let query = try Query(parsing: text)
        #expect(query.description == written)
        #expect(try Query(parsing: written) == query)
    }

    /// Text, offset of the fault, and a part of the hint.
    static let faults: [(String, Int, String?)] = [
        ("not not x", 4, "not (not"), ("f: not x", 3, "f"), ("ip: 2001:db8::1", 8, "\"2001:db8::1\""), ("x:a:b", 3, "quotes"),
        ("f: \"open", 3, "Close"), ("f: a\\/b", 4, "backslash"), ("(a or b", 7, nil), ("a)", 1, "Brackets"), ("f: { }", 5, "Curly"),
        ("f:", 2, nil), ("f:>3", 2, "Leave out the colon"), ("f: ()", 4, "Brackets"), ("f: cannot login", 6, "operator"),
        ("f: a \"b\"", 5, "quotes"),
        ("< 3", 0, nil), ("f: a (b)", 5, "Brackets"),
    ]

    @Test(arguments: faults) func refuses(text: String, offset: Int, hint: String?) {
        #expect {
            try Query(parsing: text)
        } throws: { error in
            guard let error = error as? KQLError else { return false }
            return error.offset == offset && (hint.map { error.hint?.contains($0) ?? false } ?? true)
        }
    }

    @Test func refusesWhatIsTooLarge() {
        let brackets = { (count: Int) in String(repeating: "(", count: count) + "a" + String(repeating: ")", count: count) }
        #expect(throws: Never.self) { try Query(parsing: brackets(Query.deepestNesting)) }
        #expect(throws: KQLError.self) { try Query(parsing: brackets(Query.deepestNesting + 1)) }
        #expect(throws: KQLError.self) { try Query(parsing: String(repeating: "(", count: 5000)) }
        #expect(throws: KQLError.self) { try Query(parsing: String(repeating: "a", count: Query.longestText + 1)) }
        #expect(throws: Never.self) { try Query(parsing: String(repeating: " ", count: Query.longestText)) }
    }

    @Test func drawsACaret() {
        let text = "a: b and\n\tc: not d"
        #expect {
            try Query(parsing: text)
        } throws: { error in
            (error as? KQLError)?.rendered(in: text).hasPrefix("\tc: not d\n\t   ^ ") ?? false
        }
    }

    @Test func keepsPositions() throws {
        guard case .and(let parts) = try Query(parsing: "a: b and  cd > 12") else {
            Issue.record("not a conjunction")
            return
        }
        #expect(parts.map(\.position) == [0..<4, 10..<17])
    }
}
