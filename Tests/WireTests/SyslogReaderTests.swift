import Model
import Testing
import Wire

struct SyslogReaderTests {
    private static let arrival = Timestamp(microseconds: 1_717_200_000_000_000)

    private static func read(_ text: String, _ reader: inout SyslogReader) -> SyslogLine {
        reader.read(Array(text.utf8).span, zoneMinutes: 0, reference: arrival, arrival: arrival)
    }

    private static func part(_ text: String, _ range: Range<Int>) -> String { String(decoding: Array(text.utf8)[range], as: UTF8.self) }

    @Test(arguments: [
        ("<38>May  1 10:00:01 gate sshd[4711]: hello there", 38, "gate", "sshd", "4711", "hello there", "2024-05-01T10:00:01Z"),
        ("May 11 10:00:01 gate su: hello", -1, "gate", "su", "", "hello", "2024-05-11T10:00:01Z"),
        ("May  1 10:00:01 filterlog[52]: 5,,,1", -1, "", "filterlog", "52", "5,,,1", "2024-05-01T10:00:01Z"),
        (
            "2024-05-01T10:00:01.5+02:00 gate postfix/smtps/smtpd[1]: x", -1, "gate", "postfix/smtps/smtpd", "1", "x",
            "2024-05-01T08:00:01.500Z"
        ),
        ("May  1 10:00:01 gate app(pam_unix)[7]: x", -1, "gate", "app", "7", "x", "2024-05-01T10:00:01Z"),
        ("May  1 10:00:01 2001:db8::1 app[7]: x", -1, "2001:db8::1", "app", "7", "x", "2024-05-01T10:00:01Z"),
        ("May 01 2023 10:00:02: %ASA-6-302013: Built", -1, "", "", "", "%ASA-6-302013: Built", "2023-05-01T10:00:02Z"),
        ("*May  1 10:00:02 asa1 : %ASA-6-302013: Built", -1, "asa1", "", "", "%ASA-6-302013: Built", "2024-05-01T10:00:02Z"),
        ("<13>May  1 10:00:01 gate CEF:0|a|b|c|d|e|1|", 13, "gate", "", "", "CEF:0|a|b|c|d|e|1|", "2024-05-01T10:00:01Z"),
        (
            "<38>1 2024-05-01T10:00:01Z gate sshd 44 ID47 [a b=\"c\\\"] d\"][e@1 f=\"\"] \u{feff}hi", 38, "gate", "sshd", "44", "hi",
            "2024-05-01T10:00:01Z"
        ),
        ("<13>1 - - - - - - nothing known", 13, "", "", "", "nothing known", ""),
        ("gate nginx[2833]: body", -1, "gate", "nginx", "2833", "body", ""),
        ("no header at all", -1, "", "", "", "no header at all", ""),
        ("\u{feff}<13>May  1 10:00:01 gate x: y", 13, "gate", "x", "", "y", "2024-05-01T10:00:01Z"),
        ("<999>May  1 10:00:01 gate x: y", -1, "", "", "", "<999>May  1 10:00:01 gate x: y", ""),
        ("", -1, "", "", "", "", ""),
    ])
    func headersAreTakenApart(text: String, priority: Int, host: String, app: String, pid: String, body: String, time: String) {
        var reader = SyslogReader()
        let line = Self.read(text, &reader)
        #expect(line.priority == (priority < 0 ? nil : Int64(priority)))
        #expect(Self.part(text, line.host) == host)
        #expect(Self.part(text, line.app) == app)
        #expect(Self.part(text, line.pid) == pid)
        #expect(Self.part(text, line.body) == body)
        #expect((line.time?.iso8601 ?? "") == time)
    }

    @Test func structuredDataKeepsItsBrackets() {
        var reader = SyslogReader()
        let text = #"<38>1 2024-05-01T10:00:01Z gate sshd 44 - [a b="c\"] d"][e@1 f=""] hi"#
        #expect(Self.part(text, Self.read(text, &reader).structuredData) == #"[a b="c\"] d"][e@1 f=""]"#)
    }

    @Test func repeatsAreCounted() {
        var reader = SyslogReader()
        let text = "May  1 10:00:01 gate sshd[1]: message repeated 4 times: [ Failed password for root]"
        let line = Self.read(text, &reader)
        #expect(line.repeats == 4)
        #expect(Self.part(text, line.body) == "Failed password for root")
        #expect(Self.read("May  1 10:00:01 gate last message repeated 3 times", &reader).repeats == 3)
    }

    /// A file of last December, read in January; the state goes over a restart.
    @Test func theYearTurnsInTheMiddleOfAFile() throws {
        let arrival = Timestamp(microseconds: 1_720_000_000_000_000)
        let fileTime = Timestamp(microseconds: 1_703_980_800_000_000)
        func time(_ text: String, _ reader: inout SyslogReader) -> String? {
            reader.read(Array(text.utf8).span, zoneMinutes: 0, reference: fileTime, arrival: arrival).time?.iso8601
        }
        var reader = SyslogReader()
        #expect(time("Dec 31 23:59:59 gate a: b", &reader) == "2023-12-31T23:59:59Z")
        var resumed = try #require(SyslogReader(state: reader.state))
        #expect(time("Jan  1 12:00:00 gate a: b", &resumed) == "2024-01-01T12:00:00Z")
        #expect(time("Jan  2 12:00:00 gate a: b", &resumed) == "2024-01-02T12:00:00Z")
        #expect(SyslogReader(state: [1, 2]) == nil)
        // Without what came before, the date nearest before the file's counts.
        var fresh = SyslogReader()
        #expect(time("Jan  2 12:00:00 gate a: b", &fresh) == "2023-01-02T12:00:00Z")
    }
}

struct LineTimeTests {
    @Test(arguments: [
        ("2024-05-01 10:00:01,388 x", "2024-05-01T10:00:01.388Z"), ("2024/05/01 10:00:01 x", "2024-05-01T10:00:01Z"),
        ("2021-11-09  5:13:11 8", "2021-11-09T05:13:11Z"), ("2019-11-26 01:04:49.008 +08:00 x", "2019-11-25T17:04:49.008Z"),
        ("2021-09-28 09:22:18.536 UTC [147]", "2021-09-28T09:22:18.536Z"), ("2021-09-28 09:22:18 CEST x", "2021-09-28T07:22:18Z"),
        ("Sun Dec 04 04:47:44 2005] x", "2005-12-04T04:47:44Z"), ("Wed May 01 10:00:01.389203 2024] x", "2024-05-01T10:00:01.389203Z"),
        ("Fri, 24 Sep 2021 10:04:52 x", "2021-09-24T10:04:52Z"), ("19-Oct-2022 05:34:02.425 x", "2022-10-19T05:34:02.425Z"),
        ("15/Sep/2021:16:13:46 +0200] x", "2021-09-15T14:13:46Z"), ("17/Jun/2011 17:00:45] x", "2011-06-17T17:00:45Z"),
        ("Apr-07-13 07:08:36 x", "2013-04-07T07:08:36Z"), ("03-07-2005 23:07:20 x", "2005-07-03T23:07:20Z"),
        ("06/27/2014 17:51:19 x", "2014-06-27T17:51:19Z"), ("01/14/2026-22:34:37.805537  [", "2026-01-14T22:34:37.805537Z"),
        ("02/08-12:24:08.909466 [", "2024-02-08T12:24:08.909466Z"), ("20220407-12:11:24] x", "2022-04-07T12:11:24Z"),
        ("apr 15, 2013 8:34:08 PM x", "2013-04-15T20:34:08Z"), ("PDT Apr 16 21:05:29] x", "2024-04-17T04:05:29Z"),
        ("1403884279 - x", "2014-06-27T15:51:19Z"), ("1373330716.415:4063", "2013-07-09T00:45:16.415Z"),
        ("@4000000037c219bf2ef02e94 x", "1999-08-24T04:04:05.787492Z"), ("Feb 29 10:00:00 x", "2024-02-29T10:00:00Z"),
        ("Feb 30 10:00:00 x", ""), ("25:00:00 x", ""), ("0000-12-30 00:00:00 x", ""), ("22.335", ""), ("x", ""), ("", ""),
    ])
    func beginningsOfLines(text: String, time: String) {
        let arrival = Timestamp(microseconds: 1_717_200_000_000_000)
        var reader = LineTimeReader()
        let found = reader.read(Array(text.utf8).span, from: 0, zoneMinutes: 0, reference: arrival, arrival: arrival)
        #expect((found?.time.iso8601 ?? "") == time)
    }
}

struct PairReaderTests {
    private func pairs(_ text: String, _ pairs: [KeyValueReader.Pair]) -> [String] {
        let bytes = Array(text.utf8)
        return pairs.map { String(decoding: bytes[$0.key], as: UTF8.self) + ">" + String(decoding: bytes[$0.value], as: UTF8.self) }
    }

    @Test func keysAndValues() {
        let text = #"a=1 b="two \"2\"" c='x y', DF d= e=[1 "#
        var reader = KeyValueReader()
        reader.read(Array(text.utf8).span, in: 0..<text.utf8.count)
        #expect(pairs(text, reader.pairs) == ["a>1", #"b>two \"2\""#, "c>x y", "DF>", "d>", "e>[1"])
    }

    @Test func commonEventFormat() {
        let text = #"CEF:0|Ex\|ample|Gate|1.0|100|Port scan|7|src=192.0.2.1 msg=a b\=c d cs1Label=x request=/?q=1 z"#
        let bytes = Array(text.utf8)
        var reader = EventFormatReader()
        let isRead = reader.read(bytes.span, in: 0..<bytes.count)
        #expect(isRead && reader.kind == .cef)
        #expect(
            reader.header.map { String(decoding: bytes[$0], as: UTF8.self) } == [#"Ex\|ample"#, "Gate", "1.0", "100", "Port scan", "7"])
        #expect(pairs(text, reader.pairs) == ["src>192.0.2.1", #"msg>a b\=c d"#, "cs1Label>x", "request>/?q=1 z"])
        var value: [UInt8] = []
        if let message = reader.value("msg", in: bytes.span) { reader.appendValue(message, of: bytes.span, to: &value) }
        #expect(String(decoding: value, as: UTF8.self) == "a b=c d")
    }

    @Test(arguments: [
        ("LEEF:1.0|A|B|1|e|src=192.0.2.1\tcat=x y", true), ("LEEF:2.0|A|B|1|e|^|src=192.0.2.1^cat=x y", true),
        ("LEEF:2.0|A|B|1|e|0x5E|src=192.0.2.1^cat=x y", true), ("LEEF:2.0|A|B", false), ("CEF:0|A|B", false), ("other", false),
    ])
    func logEventExtendedFormat(text: String, isValid: Bool) {
        let bytes = Array(text.utf8)
        var reader = EventFormatReader()
        let isRead = reader.read(bytes.span, in: 0..<bytes.count)
        #expect(isRead == isValid)
        if isValid { #expect(pairs(text, reader.pairs) == ["src>192.0.2.1", "cat>x y"]) }
    }

    @Test func theFirstPhraseOfTheListWins() {
        let table = PhraseTable(["needle two", "needle", "ab"])
        func first(_ text: String) -> Int? { table.first(in: Array(text.utf8).span)?.number }
        #expect(first("xx NEEDLE one and needle Two") == 0)
        #expect(first("a needl needle") == 1)
        #expect(first("b aB") == 2)
        #expect(first("a") == nil)
        #expect(first("") == nil)
    }
}
