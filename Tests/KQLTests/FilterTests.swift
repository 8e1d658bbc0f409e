import KQL
import Model
import Testing

struct FilterTests {
    /// A filter as JSON, and its query written as KQL.
    static let cases: [(String, String)] = [
        (#"{"term":{"a":"x"}}"#, "a: x"), (#"{"term":{"a.keyword":{"value":3}}}"#, "a: 3"), (#"{"terms":{"a":["x","y"]}}"#, "a: x or a: y"),
        (#"{"range":{"a":{"gt":1,"lte":5}}}"#, "a > 1 and a <= 5"), (#"{"prefix":{"a":"x"}}"#, "a: x*"),
        (#"{"wildcard":{"a":"x*y"}}"#, "a: x*y"),
        (#"{"exists":{"field":"a"}}"#, "a: *"), (#"{"match":{"a":"x y"}}"#, "a: x y"), (#"{"match_phrase":{"a":"x y"}}"#, #"a: "x y""#),
        (#"{"bool":{"must_not":[{"term":{"a":1}}],"should":[{"term":{"b":1}},{"term":{"c":1}}]}}"#, "not a: 1 and (b: 1 or c: 1)"),
        (#"{"nested":{"path":"t","query":{"term":{"t.a":1}}}}"#, "t: { a: 1 }"),
        (#"[{"term":{"a":1}},{"not":{"term":{"b":1}}}]"#, "a: 1 and not b: 1"),
        (#"{"query":{"query_string":{"query":"a:x AND b:y OR c:z"}}}"#, "a: x and b: y"),
        (#"{"query_string":{"query":"a:(x y) -b:z"}}"#, "(a: x or a: y) and not b: z"),
        (#"{"query_string":{"query":"a:[1 TO *] _exists_:b"}}"#, "a >= 1 or b: *"),
        (#"{"query_string":{"query":"a:{1 TO 2]"}}"#, "a > 1 and a <= 2"),
        (#"{"query_string":{"query":"a:>=5 && x*","default_operator":"AND"}}"#, "a >= 5 and x*"),
        (#"{"query_string":{"query":"*:*"}}"#, "*: *"),
        (#"{"query_string":{"query":"x y","default_field":"a"}}"#, "a: x or a: y"),
        (#"{"query_string":{"query":"a:\"x y\"^2 b:c\\:d"}}"#, #"a: "x y" or b: c\:d"#),
    ]

    @Test(arguments: cases) func reads(json: String, written: String) throws {
        #expect(try FilterReader().query(PlainValue(json: Array(json.utf8))).description == written)
    }

    @Test(arguments: [
        #"{"trem":{"a":1}}"#, #"{"term":{"a":1,"b":2}}"#, #"{"term":"a"}"#, #"{"bool":{"mst":[]}}"#, #"{"range":{"a":{"above":1}}}"#,
        #"{"query_string":{"query":"a:x~2"}}"#, #"{"query_string":{"query":"(a"}}"#, #"{"query_string":{"query":"a:[1 2]"}}"#, "3",
    ])
    func refuses(json: String) { #expect(throws: KQLError.self) { try FilterReader().query(PlainValue(json: Array(json.utf8))) } }

    /// A pattern, a value, and whether it matches.
    static let patterns: [(String, String, Bool)] = [
        ("a.c", "abc", true), ("a.c", "abcd", false), ("ab*c+", "acc", true), ("(ab|cd){2}", "abcd", true), ("(ab|cd){2}", "ab", false),
        ("[a-c]{1,3}", "abc", true), ("[^a-c]+", "xyz", true), ("[^a-c]+", "xaz", false), ("a?b{0}c", "c", true), ("@x@", "aaxbb", true),
        ("\\d+\\.\\d+", "1.2", true), ("\"a.b\"", "a.b", true), ("\"a.b\"", "axb", false),
        ("(a*)*b", String(repeating: "a", count: 3000), false), ("", "", true),
        ("x|", "", true), ("ä.", "äö", true), ("a{2,}", "aaa", true), ("a{2,}", "a", false),
    ]

    @Test(arguments: patterns) func matchesPatterns(pattern: String, value: String, expected: Bool) throws {
        var batch = EventBatch()
        batch.append(.userName, value)
        batch.endRowWithoutRaw()
        let query = Query.is(QueryLiteral(.bare("user.name")), QueryLiteral(.regexp(pattern)))
        #expect(try KQLPredicate(query, options: PredicateTests.options).matches(batch[0]) == expected)
    }

    @Test(arguments: ["(", ")", "[a", "a{2", "*", "~a", "a&b", "((a{100}){100}){100}", "\\"]) func refusesPatterns(pattern: String) {
        let query = Query.is(QueryLiteral(.bare("user.name")), QueryLiteral(.regexp(pattern)))
        #expect(throws: KQLError.self) { try KQLPredicate(query, options: PredicateTests.options) }
    }
}
