import Model
import TestKit
import Testing
import Wire

@testable import Sources

/// The parts of the sources that speak HTTP, without a network.
@Suite struct HTTPPartsTests {
    @Test(arguments: [
        ("120", Duration.seconds(120)), (" 0 ", .zero), ("99999999", .seconds(86_400)), ("-1", nil), ("soon", nil), ("", nil),
        ("Tue, 14 Nov 2023 22:14:20 GMT", .seconds(60)), ("Tue, 14 Nov 2023 22:00:00 GMT", .zero), ("Tue, 14 Nov 2023 22:14:20", nil),
    ])
    func `Times to wait`(_ text: String, _ wait: Duration?) { #expect(RetryAfter.duration(text, now: scriptClock()) == wait) }

    @Test(arguments: [
        ("http://a.example/x", "http", "a.example", 80), ("HTTPS://A.Example", "https", "a.example", 443),
        ("http://u:p@a.example:81?q", "http", "a.example", 81), ("http://[2001:db8::1]:8080/", "http", "[2001:db8::1]", 8080),
        ("http://[2001:db8::1]/", "http", "[2001:db8::1]", 80),
    ])
    func `Origins`(_ url: String, _ scheme: String, _ host: String, _ port: Int) {
        let origin = HTTPOrigin(url)
        #expect(origin?.isSecure == (scheme == "https") && origin?.host == host && origin?.port == port)
    }

    @Test(arguments: ["", "ftp://a", "a.example", "http://", "http:///x", "http://a:0/", "http://a:99999", "http://a b/"])
    func `What is no address`(_ url: String) { #expect(HTTPOrigin(url) == nil) }

    @Test(arguments: [
        ("/x", "http://a/x"), ("y", "http://a/b/y"), ("?q=2", "http://a/b/c?q=2"), ("//b/z", "http://b/z"), ("https://c/", "https://c/"),
        ("ftp://c/", nil), ("", nil),
    ])
    func `Redirects`(_ location: String, _ target: String?) {
        #expect(HTTPOrigin.resolve(location, from: "http://a/b/c?q=1") == target)
    }

    @Test func `Addresses are shown without secrets`() {
        #expect(HTTPClientOptions(url: "https://u:p@a.example/x?key=1#f").shownURL == "https://a.example/x")
    }

    @Test func `A window forgets the oldest, not what is listed again, and survives`() {
        var window = KeyWindow(stored: [], limit: 3)
        let keys = (0..<6).map { window.hash(of: [UInt8($0)]) }
        let isNew = keys.prefix(3).map { window.insert($0) } + [window.insert(keys[0])]
        #expect(isNew == [true, true, true, false])
        window.renew([keys[0]])
        _ = window.insert(keys[3])
        window.trim()
        #expect(window.contains(keys[0]) && !window.contains(keys[1]) && window.contains(keys[2]) && window.contains(keys[3]))
        let again = KeyWindow(stored: window.stored, limit: 3)
        #expect(again.hash(of: [4]) == keys[4], "the secret is kept with the keys")
        #expect(again.contains(keys[3]) && !again.contains(keys[1]) && again.count == 3)
        #expect(KeyWindow(stored: window.stored, limit: 1).contains(keys[3]))
        #expect(KeyWindow(stored: [9, 9], limit: 3).count == 0 && KeyWindow(stored: window.stored.dropLast(), limit: 3).count == 0)
        #expect(KeyWindow(stored: [], limit: 3).hash(of: [1]) != KeyWindow(stored: [], limit: 3).hash(of: [1]), "each stream has its own")
    }

    @Test func `Positions are kept in 256 bytes, each for its address`() {
        var position = PollPosition(address: "http://a")
        (position.entityTag, position.modified, position.cursor) = ("\"x\"", "Tue, 14 Nov 2023 22:14:20 GMT", "a b/ü")
        #expect(PollPosition(stored: position.stored, address: "http://a") == position)
        #expect(PollPosition(stored: position.stored, address: "http://b") == PollPosition(address: "http://b"))
        #expect(PollPosition(stored: [1, 2], address: "http://b") == PollPosition(address: "http://b"))
        #expect(position.url("http://a?c={cursor}") == "http://a?c=a%20b%2F%C3%BC")
        position.entityTag = String(repeating: "x", count: 200)
        position.cursor = String(repeating: "c", count: PollPosition.maximumCursorBytes)
        #expect(position.stored.count <= 256)
        #expect(PollPosition(stored: position.stored, address: "http://a").entityTag == "", "the next request is unconditional")
    }

    static func key(_ names: [String], _ framing: Framing, _ records: String...) -> [String] {
        var keys = ItemKeys(names, framing: framing)
        return records.map { record in
            switch keys.read(Array(record.utf8).span) {
            case .key(let bytes): String(decoding: bytes, as: UTF8.self).replacing("\u{1f}", with: "|")
            case .none: "-"
            case .aside: "aside"
            }
        }
    }

    @Test func `Keys of items`() {
        #expect(
            Self.key(["id", "a.b"], .json, "{\"id\":7,\"a\":{\"b\":\"x\"}}", "{\"id\":\"7\"}", "{}", "[1]", "x") == [
                "7|x", "7|", "-", "-", "-",
            ])
        #expect(Self.key(["."], .json, "{\"id\":7}") == ["{\"id\":7}"])
        #expect(Self.key(["id"], .csv, "# made today", "# url,id", "u,1", "\"a,b\",2", "\"bad") == ["aside", "aside", "1", "2", "-"])
        #expect(Self.key(["2"], .csv, "#c", "u,1", "u") == ["aside", "1", "-"])
        #expect(
            Self.key(["1"], .lines, "# c", "198.51.100.7\t3", "; c", "192.0.2.0/24 ; SBL1") == [
                "aside", "198.51.100.7", "aside", "192.0.2.0/24",
            ])
        #expect(
            Self.key(
                ["guid", "id", "link"], .entries, "<rss><channel>", "<item><guid> a&amp;b </guid><link>l</link></item>",
                "<entry><link href='http://a/?b&amp;c'/></entry>", "<item><title>t</title></item>", "<item><guid>")
                == ["aside", "a&b", "http://a/?b&c", "-", "-"])
        #expect(Self.key([], .json, "{\"id\":7}") == ["-"])
    }

    @Test(arguments: [
        ("[1,{\"a\":[2]},[[3,\"x\"]]]", ["."], ["1", "{\"a\":[2]}", "3", "\"x\""]), ("{\"a\":{\"b\":[1]},\"b\":[2]}", ["a.b", "b"], ["1"]),
        ("{\"b\":[2]}", ["a.b", "b"], ["2"]), ("{\"x\":[1],\"y\":2,\"z\":[3]}", ["*"], ["1", "3"]),
        ("[{\"a\":[1]},{\"a\":[2]}]", ["a"], ["1", "2"]),
    ])
    func `Items of answers`(_ body: String, _ paths: [String], _ items: [String]) {
        let bytes = Array(body.utf8)
        let answer = AnswerItems(bytes, paths: paths, cursor: nil, pick: .last, limit: 1000)
        #expect(answer.ranges?.map { String(decoding: bytes[$0], as: UTF8.self) } == items)
    }

    @Test func `Answers without items, and cursors of several values`() {
        for body in ["{\"a\":1}", "null", "[1", "", "{}"] {
            #expect(AnswerItems(Array(body.utf8), paths: ["b", "c.d"], cursor: nil, pick: .last, limit: 1000).ranges == nil)
        }
        let body = Array("{\"d\":[{\"id\":9},{\"id\":10},{\"id\":\"8\"},{\"id\":null}]}".utf8)
        for (pick, cursor) in [(CursorPick.first, "9"), (.last, "8"), (.greatest, "10")] {
            #expect(AnswerItems(body, paths: [], cursor: "d.id", pick: pick, limit: 1000).cursor == cursor)
        }
    }

    @Test func `The pace of X`() {
        var pace = XPace()
        #expect((0..<3).map { _ in pace.delay(after: .network) } == [.milliseconds(250), .milliseconds(500), .milliseconds(750)])
        for _ in 0..<100 { _ = pace.delay(after: .network) }
        #expect(pace.delay(after: .network) == .seconds(16))
        #expect(
            (0..<8).map { _ in pace.delay(after: .status(503, reset: nil)) } == [5, 10, 20, 40, 80, 160, 320, 320].map { .seconds($0) })
        #expect((0..<3).map { _ in pace.delay(after: .status(429, reset: nil)) } == [60, 120, 240].map { .seconds($0) })
        #expect(pace.delay(after: .status(429, reset: .seconds(900))) == .seconds(900))
    }

    @Test func `Rules of X`() {
        let terms = ["worm", " zero day ", "#infosec", "@cert", "@cert@example.org", "say \"hi\""]
        let whole = "\"worm\" OR \"zero day\" OR #infosec OR (from:cert OR @cert) OR \"say  hi \""
        #expect(XRules.values(of: terms, maximumLength: 512) == [whole])
        #expect(
            XRules.values(of: terms, maximumLength: 24) == ["\"worm\" OR \"zero day\"", "#infosec", "(from:cert OR @cert)", "\"say  hi \""])
        #expect(XRules.values(of: [], maximumLength: 24) == [])
    }
}
