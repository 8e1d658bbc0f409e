import TestKit
import Testing
import Wire

@Suite struct XMLReaderTests {
    /// The tokens of a text, shown; the last is the error where there is one.
    static func tokens(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var reader = XMLReader()
        var shown: [String] = []
        do throws(XMLError) {
            while let token = try reader.next(bytes.span) {
                func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
                switch token {
                case .start(let name, let attributes, let isEmpty):
                    shown.append("<\(text(name))\(text(attributes))\(isEmpty ? "/" : "")>")
                case .end(let name): shown.append("</\(text(name))>")
                case .text(let range): shown.append(text(range))
                case .literal(let range): shown.append("[\(text(range))]")
                }
            }
        } catch {
            shown.append("\(error.code)")
        }
        return shown
    }

    @Test(arguments: [
        ("<a>b</a>", ["<a>", "b", "</a>"]), ("<a x='1>'/>", ["<a x='1>'/>"]), ("<a><b/></a>", ["<a>", "<b/>", "</a>"]),
        ("<?xml version='1.0'?><!-- <x> --><a/>", ["<a/>"]), ("<a><![CDATA[<b>]]]]></a>", ["<a>", "[<b>]]", "</a>"]),
        ("<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'><!ENTITY x \"]>\">]><r>&e;</r>", ["<r>", "&e;", "</r>"]),
        ("<a></b>", ["<a>", "mismatched"]), ("</a>", ["mismatched"]), ("<a", ["unterminated"]), ("<!-- x", ["unterminated"]),
        ("<![CDATA[x]]", ["unterminated"]), ("<!DOCTYPE a [", ["unterminated"]), ("<a b=\"", ["unterminated"]), ("< a>", ["badTag"]),
        ("<a <b>", ["badTag"]), ("<>", ["badTag"]), ("a < b", ["a ", "unterminated"]), ("", []), ("<a>", ["<a>"]),
    ])
    func `Tokens`(_ text: String, _ expected: [String]) { #expect(Self.tokens(text) == expected) }

    @Test func `Depth is bounded, and nothing expands`() {
        #expect(Self.tokens(String(repeating: "<a>", count: 65)).last == "tooDeep")
        let bytes = Array("&lt;&#60;&#x3C;&amp;lt;&e;&#0;&#xD800;&#-1;&;&lt".utf8)
        var out: [UInt8] = []
        XMLText.append(bytes.span, 0..<bytes.count, to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "<<<&lt;&e;&#0;&#xD800;&#-1;&;&lt")
    }

    @Test func `Attributes`() {
        let bytes = Array(" href = 'a&amp;b' rel=\"x y\" empty='' bad=1".utf8)
        let range = 0..<bytes.count
        #expect(XMLText.attribute("href", bytes.span, range) == "a&b" && XMLText.attribute("rel", bytes.span, range) == "x y")
        #expect(XMLText.attribute("empty", bytes.span, range) == "" && XMLText.attribute("bad", bytes.span, range) == nil)
        #expect(XMLText.attribute("ref", bytes.span, range) == nil)
    }

    static func entries(_ text: String, chunk: Int = .max, limit: Int = 1 << 20) -> [String] {
        var framer = Framer(framing: .entries, maxRecordBytes: limit)
        var found: [String] = []
        func take(isFinal: Bool) {
            while let run = framer.take(isFinal: isFinal) {
                for (index, range) in run.records.enumerated() {
                    let text = String(decoding: run.bytes[range], as: UTF8.self)
                    found.append(run.oversized[index].map { "\($0) bytes" } ?? text)
                }
            }
        }
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            let end = chunk < bytes.count - at ? at + chunk : bytes.count
            framer.push(bytes[at..<end])
            take(isFinal: false)
            at = end
        }
        take(isFinal: true)
        return found
    }

    @Test(arguments: [
        (
            "<rss><channel>x<item>1</item> \n<item a='b'>2</item>y</channel></rss>",
            ["<rss><channel>x", "<item>1</item>", "<item a='b'>2</item>"]
        ),
        ("<feed><a:entry>1</a:entry><entry>2</entry ></feed>", ["<feed>", "<a:entry>1</a:entry>", "<entry>2</entry >"]),
        (
            "<rss><!-- <item> --><item><![CDATA[</item><item>]]></item></rss>",
            ["<rss><!-- <item> -->", "<item><![CDATA[</item><item>]]></item>"]
        ),
        ("<rss><items/><itemx/></rss>", ["<rss><items/><itemx/></rss>"]), ("<item>1</item>", ["<item>1</item>"]), ("", []), ("  \n", []),
        ("<rss><item>1<item>2</item></rss>", ["<rss>", "<item>1", "<item>2</item>"]),
        ("<rss><item/><item>2</item>", ["<rss>", "<item/>", "<item>2</item>"]),
        ("<rss><item>cut", ["<rss>", "<item>cut"]), ("<rss><item><!-- cut </item>", ["<rss>", "<item><!-- cut </item>"]),
        ("no feed at all", ["no feed at all"]), ("<rss><item>1</item></channel", ["<rss>", "<item>1</item>"]),
    ])
    func `Entries, however they come`(_ text: String, _ expected: [String]) {
        for chunk in [Int.max, 1, 2, 3, 7] { #expect(Self.entries(text, chunk: chunk) == expected, "in chunks of \(chunk)") }
    }

    @Test func `An entry that is too long costs itself only`() {
        let long = "<item>\(String(repeating: "x", count: 5000))</item>"
        for chunk in [Int.max, 100, 999] {
            #expect(
                Self.entries("<rss>\(long)<item>2</item></rss>", chunk: chunk, limit: 1000) == ["<rss>", "5013 bytes", "<item>2</item>"])
        }
    }

    /// Chunks do not matter, no bytes trap, and every entry is in one piece in the text.
    @Test func `Any bytes`() {
        var random = SeededGenerator(seed: 21)
        let pieces = [
            "<item>", "</item>", "<entry a='>'>", "</entry>", "<![CDATA[", "]]>", "<!--", "-->", "<", ">", "x", "&amp;", "<rss>", "\"",
            "<?", "?>", "<!D[",
        ]
        for _ in 0..<1500 {
            let text = (0..<Int.random(in: 1...25, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let whole = Self.entries(text)
            #expect(Self.entries(text, chunk: Int.random(in: 1...9, using: &random)) == whole, "\(text)")
            #expect(whole.allSatisfy { text.contains($0) })
            _ = Self.tokens(text)
            let bytes = Array(text.utf8)
            _ = FeedMarkup.text(ofChild: "x", in: bytes.span)
        }
    }
}
