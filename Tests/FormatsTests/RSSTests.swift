import Formats
import Foundation
import Model
import TestKit
import Testing
import Wire

@Suite struct RSSTests {
    /// The events of a feed, and the reasons of what was refused.
    static func posts(_ text: String) throws -> (events: [EventRow], errors: [String]) { try posts(bytes: Array(text.utf8)) }

    static func posts(bytes: [UInt8]) throws -> (events: [EventRow], errors: [String]) {
        var decoder = try #require(FormatCatalogue.standard.entry(named: "rss")?.make([]))
        var batch = EventBatch()
        var errors: [String] = []
        for record in CatalogueFixtures.records(of: bytes, .entries) {
            do throws(DecodeError) {
                _ = try decoder.decode(record.span, in: Decoding.context, into: &batch)
            } catch {
                batch.abandonRow()
                errors.append(error.code.rawValue)
            }
        }
        return ((0..<batch.count).map { batch[$0] }, errors)
    }

    @Test func `Atom`() throws {
        let found = try Self.posts(
            """
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title type="text">Notes</title><updated>2026-03-03T10:00:00Z</updated>
            <author><name>Team</name></author>
            <entry><id>urn:uuid:1</id><title>a &lt;b&gt; &amp; c</title><link rel="self" href="https://a.example/self"/>
            <link href="https://a.example/1?x=1&amp;y=2"/><link rel="enclosure" href="https://a.example/f.pdf"/>
            <published>2026-03-01T12:00:00+01:00</published><updated>2026-03-02T12:00:00Z</updated>
            <author><name>Bo</name><uri>https://bo.example</uri></author><category term="apt"/>
            <summary>short</summary>
            <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>See <a href="https://b.example/">there</a></p><p>two</p></div></content></entry>
            <entry><id>2</id><content type="html">&lt;p&gt;only &amp;amp; text&lt;/p&gt;</content></entry></feed>
            """)
        #expect(found.errors == [] && found.events.count == 2)
        let post = found.events[0]
        #expect(post.date(.timestamp)?.iso8601 == "2026-03-01T11:00:00Z" && post.date(.eventCreated)?.iso8601 == "2026-03-02T12:00:00Z")
        #expect(post.string(.postID) == "urn:uuid:1" && post.string(.postURL) == "https://a.example/1?x=1&y=2")
        #expect(post.string(.message) == "a <b> & c" && post.string(.postText) == "a <b> & c\nSee there\ntwo")
        #expect(post.string(.postAuthorName) == "Bo" && post.strings(.tags) == ["apt"] && post.string(.postLanguage) == "de")
        #expect(post.strings(.postLinks) == ["https://a.example/f.pdf", "https://b.example/"])
        #expect(found.events[1].string(.message) == "only & text" && found.events[1].string(.timeQuality) == "arrival")
    }

    @Test func `RSS 1 and an old encoding`() throws {
        let text =
            "<?xml version='1.0' encoding='ISO-8859-1'?><rdf:RDF xmlns='x'><channel><title>Caf\u{e9}</title></channel>"
            + "<item rdf:about='x'><title>\u{e9}t\u{e9}</title><link>https://a.example/1</link><dc:date>2026-03-01</dc:date></item></rdf:RDF>"
        let found = try Self.posts(bytes: text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        #expect(found.events.count == 1 && found.events[0].string(.message) == "été")
        #expect(
            found.events[0].string(.postID) == "https://a.example/1" && found.events[0].date(.timestamp)?.iso8601 == "2026-03-01T00:00:00Z")
    }

    @Test func `Hostile XML neither expands nor fetches, and costs itself only`() throws {
        let bomb = (1...9).map { "<!ENTITY a\($0) \"\(String(repeating: "&a\($0 - 1);", count: 10))\">" }.joined()
        let found = try Self.posts(
            "<!DOCTYPE rss [<!ENTITY a0 'x'>\(bomb)<!ENTITY f SYSTEM 'file:///etc/passwd'>]><rss><channel>"
                + "<item><title>&a9; &f;</title></item><item><title>torn</item><item>\(String(repeating: "<a>", count: 99))</item>"
                + "<item><title></title></item><item><title>&lt;script&gt;alert(1)&lt;/script&gt; fine</title></item></channel></rss>")
        #expect(found.events.map { $0.string(.message) } == ["&a9; &f;", "alert(1) fine"])
        #expect(found.errors == ["malformed_xml", "malformed_xml", "missing_field"])
        #expect(try Self.posts("<html><body>Not found</body></html>").errors == ["malformed_xml"])
        #expect(try Self.posts("{}").errors == ["malformed_xml"])
    }

    @Test(arguments: [
        ("Tue, 03 Mar 2026 10:15:00 GMT", "2026-03-03T10:15:00Z"), ("Mon, 3 March 2026 10:15 PST", "2026-03-03T18:15:00Z"),
        ("03 Mar 26 10:15:00 +0200", "2026-03-03T08:15:00Z"), ("2026-03-03T10:15:00-05:00", "2026-03-03T15:15:00Z"),
        ("3 Mar 2026 10:15:00", "2026-03-03T10:15:00Z"), ("yesterday", nil), ("", nil), ("32 Mar 2026 10:15:00 GMT", nil),
    ])
    func `Times`(_ text: String, _ time: String?) throws {
        let found = try Self.posts("<rss><item><title>t</title><pubDate>\(text)</pubDate></item></rss>")
        let quality = found.events[0].string(.timeQuality)
        #expect(time == nil ? quality == "arrival" : found.events[0].date(.timestamp)?.iso8601 == time && quality == nil)
    }
}
