import Formats
import Journal
import Model
import Sources
import TestKit
import Testing

@testable import Pipeline

@Suite struct KeywordsTests {
    /// A post with these parts.
    struct Post: Sendable {
        var text = ""
        var hashtags: [String] = []
        var mentions: [String] = []
        var links: [String] = []
        var author = ""

        var row: EventRow {
            var batch = EventBatch()
            batch.append(.eventFamily, "post")
            batch.append(.postText, text)
            for tag in hashtags { batch.append(.postHashtags, tag) }
            for mention in mentions { batch.append(.postMentions, mention) }
            for link in links { batch.append(.postLinks, link) }
            if !author.isEmpty { batch.append(.postAuthorHandle, author) }
            batch.endRowWithoutRaw()
            return batch[0]
        }
    }

    @Test(arguments: [
        // Words are whole, case does not count.
        ("ransomware", "New RANSOMWARE gang", true),
        ("ransomware", "ransomwares everywhere", false),
        ("log4j", "Log4j2 is another", false),
        ("microsoft", "Microsoft's patch day", true),
        ("worm", "wor", false), ("worm", "", false),
        // Phrases: the words in order, whatever separates them.
        ("zero day", "a Zero-Day, again", true), ("zero day", "day zero", false), ("zero day", "zero new day", false),
        ("zero day", "zero", false), ("zero day", "zero zero day", true),
        ("CVE-2024-3094", "see cve-2024-3094.", true), ("CVE-2024-309", "see CVE-2024-3094", false),
        ("198.51.100.7", "from 198.51.100.7:22", true), ("198.51.100.7", "from 198.51.100.70", false),
        ("cobalt strike", "cobalt_strike beacon", true),
        // Scripts: folding, composition, and writing without spaces.
        ("straße", "STRASSE", true), ("σύστημα", "ΣΎΣΤΗΜΑ", true), ("взлом", "ВЗЛОМ!", true), ("взлом", "взломали", false),
        ("cafe\u{301}", "CAFÉ hacked", true), ("漏洞", "这个漏洞很严重", true), ("漏洞", "漏 洞", true), ("漏洞", "洞漏", false),
        ("ช่องโหว่", "พบช่องโหว่ใหม่", true), ("ランサム", "新しいランサムウェア", true),
        ("ransomware", "ransom\u{200b}ware", true), ("exploit", "ex\u{ad}ploit", true),
        // Hashtags and accounts.
        ("#infosec", "hello #InfoSec", true), ("#infosec", "infosec", false), ("#infosec", "#infosec_jobs", false),
        ("infosec", "hello #infosec", true), ("#漏洞", "新 ＃漏洞", true), ("#a_b", "#A_B!", true), ("#infosec", "page#infosec", false),
        ("@cert", "ask @CERT, please", true), ("@cert", "ask cert", false), ("@cert", "mail to team@cert", false),
        ("@cert", "@cert@example.org", true), ("@cert@example.org", "@cert", false), ("@cert@example.org", "@cert@example.org.", true),
        ("@a.b-c_d", "(@a.b-c_d)", true), ("@cert", "@cert: hello", true),
    ])
    func `Text`(_ keyword: String, _ text: String, _ isKept: Bool) throws {
        #expect(try Keywords([keyword]).keep(Post(text: text).row) == isKept)
        // Another keyword beside it neither hides nor finds anything.
        #expect(try Keywords(["unheardof", keyword, "#none", "@nobody", "zero x"]).keep(Post(text: text).row) == isKept)
    }

    @Test(arguments: [
        ("#infosec", Post(hashtags: ["InfoSec"]), true), ("#infosec", Post(hashtags: ["#infosec"]), true),
        ("infosec", Post(hashtags: ["InfoSec"]), true), ("#infosec", Post(mentions: ["infosec"]), false),
        ("@cert", Post(mentions: ["CERT"]), true), ("@cert", Post(mentions: ["cert@example.org"]), true),
        ("@cert@example.net", Post(mentions: ["cert@example.org"]), false), ("cert", Post(mentions: ["cert@example.org"]), true),
        ("@cert", Post(author: "Cert@example.org"), true), ("cert", Post(author: "cert"), false),
        ("@did:plc:abc", Post(mentions: ["did:plc:abc"]), true), ("@did:plc:abc", Post(author: "did:plc:abc"), true),
        ("lockbit", Post(links: ["https://example.org/2026/lockbit-leak"]), true),
        ("example.org", Post(links: ["https://example.org/"]), true),
        ("#lockbit", Post(links: ["https://example.org/#lockbit"]), false),
    ])
    func `Hashtags, mentions, links and author`(_ keyword: String, _ post: Post, _ isKept: Bool) throws {
        #expect(try Keywords([keyword]).keep(post.row) == isKept)
    }

    @Test(arguments: [
        ("", "neither letter nor digit"), ("  ", "neither letter nor digit"), ("++", "neither letter nor digit"), ("🔥", "neither letter"),
        ("#", "no hashtag"), ("#a b", "no hashtag"), ("#a #b", "no hashtag"), ("@", "no account"), ("@a, b", "no account"),
        (String(repeating: "a", count: 257), "longer than 256 bytes"),
    ])
    func `What is no keyword`(_ term: String, _ reason: String) throws {
        let problem = #expect(throws: Keywords.Problem.self) { try Keywords(["fine", term]) }
        #expect(problem?.index == 1 && problem?.text.contains(reason) == true)
    }

    @Test func `Too many keywords are refused`() {
        let problem = #expect(throws: Keywords.Problem.self) { try Keywords((0...Keywords.maximumCount).map { "w\($0)" }) }
        #expect(problem?.index == Keywords.maximumCount)
    }

    @Test func `What is no post is kept`() throws {
        var batch = EventBatch()
        batch.append(.eventFamily, "attack")
        batch.append(.message, "scan")
        batch.endRowWithoutRaw()
        #expect(try Keywords(["worm"]).keep(batch[0]))
    }

    /// Two answers of X's API with two posts each, and one that is damaged.
    static let records = [
        #"{"data":[{"id":"1","text":"quiet","created_at":"2026-03-01T00:00:00Z"},{"id":"2","text":"a worm","created_at":"2026-03-01T00:00:01Z"}]}"#,
        #"{"data":[{"id":"3","text":"calm","created_at":"2026-03-01T00:00:02Z"},{"id":"4","text":"still","created_at":"2026-03-02T00:00:00Z"}]}"#,
        #"{"data":[{"#,
        #"{"data":[{"id":"5","text":"Worm","created_at":"2026-03-01T00:00:03Z"},{"id":"6","text":"worm!","created_at":"2026-03-01T00:00:03Z"}]}"#,
    ]

    @Test func `The rest counts as filtered, event by event, and the books balance`() throws {
        var decoder = try #require(FormatCatalogue.standard.entry(named: "x")?.make([]))
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for record in Self.records {
            ranges.append(bytes.count..<bytes.count + record.utf8.count)
            bytes += Array(record.utf8)
        }
        let batch = RawBatch(
            bytes: bytes, records: ranges, startOffset: 0, endOffset: UInt64(bytes.count),
            arrival: Timestamp(microseconds: 20_515 * 86_400_000_000))
        var decoded = DecodedBatch(format: "test")
        let settings = SourceSettings(name: "s", keywords: try Keywords(["worm"]))
        decoded.decode(batch, with: &decoder, of: StreamDescription(id: "s", name: "s"), settings: settings)
        #expect(decoded.verdicts.map { "\($0)" }.filter { !$0.hasPrefix("dead") } == ["stored(1)", "filtered", "stored(2)"])
        #expect((0..<decoded.events.count).map { decoded.events[$0].string(.postID) } == ["2", "5", "6"])
        // Each event that stays has its record beside it, though the first event of the record went.
        #expect((0..<3).map { String(decoding: decoded.events.raw($0), as: UTF8.self) } == [Self.records[0], Self.records[3], ""])
        let ledger = decoded.ledger
        #expect(ledger.isBalanced && ledger.received == 7 && ledger.stored == 3 && ledger.filtered == 3 && ledger.deadLettered == 1)
        #expect(decoded.newest.map { $0.microseconds / 86_400_000_000 } == 20_514, "what is filtered still shows how far the source is")
    }
}
