import Model
import Testing
import Wire

@testable import Formats

/// The small parts on which the tables of formats stand.
struct LayoutPartsTests {
    @Test(
        arguments: [
            ("198.51.100.7:22", "198.51.100.7", 22), ("198.51.100.7", "198.51.100.7", nil), ("[2001:db8::7]:443", "2001:db8::7", 443),
            ("[2001:db8::7]", "2001:db8::7", nil), ("2001:db8::7", "2001:db8::7", nil), ("2001:db8::5:40669", "2001:db8::5", 40669),
            ("host.example.org:80", "host.example.org", 80), ("198.51.100.7:99999", "198.51.100.7:99999", nil), ("", "", nil),
            (":", ":", nil),
            ("[", "[", nil),
        ] as [(String, String, Int64?)])
    func endpointsAreSplit(text: String, host: String, port: Int64?) {
        let bytes = Array(text.utf8)
        let parts = EndpointText.split(bytes.span)
        #expect(String(decoding: bytes[parts.host], as: UTF8.self) == host)
        #expect(parts.port == port)
    }

    @Test(
        arguments: [
            ("aGVsbG8=", "hello"), ("aGVsbG8", "hello"), ("aGVs\nbG8=", "hello"), ("", ""), ("aGVsbG8=x", nil), ("aGVsb", nil),
            ("a b", nil),
            ("_-8=", "\u{fffd}\u{fffd}"),
        ] as [(String, String?)])
    func base64IsDecoded(text: String, expected: String?) {
        #expect(Base64Text.decode(Array(text.utf8).span).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(
        arguments: [
            ("<p>a</p><p>b</p>", "a\nb", []), ("a<br>b<br/>c", "a\nb\nc", []),
            ("1 &lt; 2 &amp;&amp; 3 &gt; 2 &#39;&#x27;", "1 < 2 && 3 > 2 ''", []),
            ("x < y & z", "x < y & z", []),
            ("<a href=\"https://a.example.org/?x=1&amp;y=2\" title=\">\">t</a>", "t", ["https://a.example.org/?x=1&y=2"]),
            ("<a class=\"u-url mention\" href=\"https://m.example.org/@a\">@a</a>", "@a", []),
            ("<script>alert(1)</script>", "alert(1)", []),
            ("<", "<", []), ("&#0;&#xD800;&bogus;", "&#0;&#xD800;&bogus;", []), ("<b unclosed", "<b unclosed", []),
        ] as [(String, String, [String])])
    func markupBecomesText(html: String, text: String, links: [String]) {
        let plain = HTMLText(Array(html.utf8).span)
        #expect(String(decoding: plain.text, as: UTF8.self) == text)
        #expect(plain.links == links)
    }

    @Test(
        arguments: [
            ("seen 198.51.100.7 and 198[.]51[.]100[.]8:443, (203.0.113.9).", ["198.51.100.7", "198.51.100.8", "203.0.113.9"], []),
            ("hxxps://evil[.]example[.]org/a hxxp://198.51.100.7:80/x", ["198.51.100.7"], ["evil.example.org"]),
            (
                "evil[dot]example[.]test and good.example.com but not e.g. Node.js or index.html a@b.com", [],
                ["evil.example.test", "good.example.com"]
            ),
            ("2001:db8::7 10:30 12:30:45 1.2.3 1.2.3.4.5", ["2001:db8::7"], []),
            ("one.example.com\r\nHXXPS://two.example.org", [], ["one.example.com", "two.example.org"]), ("", [], []),
        ] as [(String, [String], [String])])
    func indicatorsAreFoundInText(text: String, addresses: [String], hosts: [String]) {
        let found = TextIndicators(text)
        #expect(found.addresses.map(\.description) == addresses)
        #expect(found.hosts == hosts)
    }

    @Test func vulnerabilitiesAndHashesAreFoundInText() {
        let found = TextIndicators(
            "#CVE-2021-44228, cve-2024-0001! CVE-20-1 0123456789abcdef0123456789ABCDEF 0123456789abcdef 12345678901234567890123456789012")
        #expect(found.vulnerabilities == ["CVE-2021-44228", "CVE-2024-0001"])
        #expect(found.hashes == ["0123456789abcdef0123456789abcdef"])
    }

    @Test func timesThatAreUTCStayWhereTheSourceHasAnotherZone() throws {
        var context = Decoding.context
        context.zoneMinutes = 120
        let canary = #"{"logtype":4000,"node_id":"a","logdata":{},"src_host":"198.51.100.7","utc_time":"2024-05-01 12:00:00.5"}"#
        let old = #"{"logtype":4000,"node_id":"a","logdata":{},"src_host":"198.51.100.7","local_time":"2024-05-01 12:00:00.5"}"#
        let decoding = try Decoding("opencanary", lines: canary + "\n" + old, context: context)
        #expect(decoding.batch[0].date(.timestamp)?.iso8601 == "2024-05-01T12:00:00.500Z")
        #expect(decoding.batch[1].date(.timestamp)?.iso8601 == "2024-05-01T10:00:00.500Z")
    }

    @Test func patternsOfSTIXAreRead() {
        let pattern = "[ipv4-addr:value = '198.51.100.7' AND file:hashes.'SHA-256' = 'ab' OR url:value LIKE 'x%' OR file:name != 'a\\'b']"
        let found = STIXPattern.comparisons(pattern)
        #expect(found.map(\.object) == ["ipv4-addr:value", "file:hashes.'SHA-256'"])
        #expect(found.map(\.value) == ["198.51.100.7", "ab"])
    }

    @Test(
        arguments: [
            ("https://user@h.example.org:8443/a/b?c=d#e", "https", "h.example.org", 8443, "/a/b", "c=d"), ("/a?b", "", "", nil, "/a", "b"),
            ("http://[2001:db8::7]:80", "http", "2001:db8::7", 80, "", ""), ("", "", "", nil, "", ""), ("a:b", "", "", nil, "a:b", ""),
        ] as [(String, String, String, Int64?, String, String)])
    func locatorsAreTakenApart(text: String, scheme: String, host: String, port: Int64?, path: String, query: String) {
        let bytes = Array(text.utf8)
        let parts = URLParts.ranges(bytes.span)
        func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        #expect(string(parts.scheme) == scheme)
        #expect(string(parts.host) == host)
        #expect(parts.port == port)
        #expect(string(parts.path) == path)
        #expect(string(parts.query) == query)
    }

    @Test func aCutDocumentIsSeenAsFarAsItGoes() {
        let head = HeadObjects(of: Array("\u{feff}[\n {\"a\": {\"b.c\": 1, \"d\": [{\"e\": \"x\\\"y\"}, 2]}, \"f\": tr".utf8).span)
        #expect(head.objects.count == 1)
        #expect(head.objects.first?.keys.sorted() == ["a", "a.b.c", "a.d", "a.d.e", "f"])
        #expect(head.objects.first?["a.b.c"] == "1")
        #expect(HeadObjects(of: Array("{\"a\": \"cut\n{\"b\": 1}\n".utf8).span).objects.count == 2)
    }

    @Test func aListRemembersWhatItsCommentsSaid() throws {
        var list = try #require(AddressListFormat(state: []))
        var batch = EventBatch()
        for line in ["# my_list", "# Maintainer : Ann", "# Category: malware", "#", "198.51.100.7"] {
            _ = try list.decode(Array(line.utf8).span, in: Decoding.context, into: &batch)
        }
        #expect(batch[0].string(.threatFeedName) == "my_list")
        #expect(batch[0].string(.threatIndicatorProvider) == "Ann")
        var resumed = try #require(AddressListFormat(state: list.state))
        _ = try resumed.decode(Array("203.0.113.9".utf8).span, in: Decoding.context, into: &batch)
        #expect(batch[1].string(.threatFeedName) == "my_list")
        #expect(throws: DecodeError.self) { try resumed.decode(Array("example.org".utf8).span, in: Decoding.context, into: &batch) }
        #expect(AddressListFormat(state: [1, 2]) == nil)
    }
}
