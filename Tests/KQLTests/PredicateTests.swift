import KQL
import Model
import Testing

struct PredicateTests {
    static let now = Timestamp(milliseconds: 1_772_452_800_000)  // 2026-03-02T12:00:00Z
    static let options = QueryOptions(now: now)

    static let batch: EventBatch = {
        var batch = EventBatch()
        batch.append(.timestamp, Timestamp(milliseconds: 1_772_452_800_000 - 60_000))
        batch.append(.attackType, "bruteforce")
        batch.append(.sourceIP, IPAddress(v4: 0xc633_6407))
        batch.append(.destinationPort, integer: 22)
        batch.append(.userName, "Root")
        batch.append(.message, "Login attempt [root/123456] failed from example.com, it's over")
        batch.append(.tags, "ssh")
        batch.append(.tags, "bruteforce")
        batch.append(.sentimentCompound, number: -0.75)
        batch.append(.postAuthorBot, true)
        batch.append(.sourceLocation, GeoPoint(latitude: 1, longitude: 2))
        batch.append(label: "zone", "Dmz 1")
        batch.endRowWithoutRaw()
        return batch
    }()

    static let cases: [(String, Bool)] = [
        ("", true), ("attack.type: bruteforce", true), ("attack.type: brute*", true), ("attack.type: b*f*e", true),
        ("attack.type: Bruteforce", false),
        ("user.name: root", false), ("tags: (ssh and bruteforce)", true), ("tags: (ssh and x)", false), ("tags: s*", true),
        ("not user.id: *", true), ("not dns.question.name: x", true), ("source.ip: 198.51.100.0/24", true),
        ("source.ip: \"198.51.100.7\"", true),
        ("source.ip: \"::ffff:198.51.100.7\"", true), ("source.ip > 198.51.100.6 and source.ip <= 198.51.100.7", true),
        ("source.ip < 198.51.100.7", false),
        ("destination.port: 22.0", true), ("destination.port: 22.5", false), ("destination.port > 21.5", true),
        ("destination.port >= 22.5", false),
        ("destination.port < 1e300", true), ("destination.port > 1e300", false), ("sentiment.compound < -0.7", true),
        ("sentiment.compound: -0.75", true),
        ("post.author.bot: true", true), ("post.author.bot: \"false\"", false), ("source.geo.location: *", true),
        ("destination.geo.location: *", false),
        ("source.geo: *", true), ("labels.zone: Dmz 1", true), ("labels.zone: dmz*", false), ("labels.*: D*", true),
        ("labels.other: *", false), ("labels: *", true),
        ("message: FAILED", true), ("message: nothing failed", true), ("message: \"attempt root\"", true),
        ("message: \"attempt failed\"", false),
        ("message: example", false), ("message: example.com", true), ("message: exam*", true), ("message: \"it's over\"", true),
        ("message: \"\"", false),
        ("failed", true), ("ssh", true), ("22", true), ("\"login attempt\"", true), ("198.51.100.7", true), ("d?z", false),
        ("ex*com zzz*", true),
        ("@timestamp: 2026-03-02", true), ("@timestamp: 2026-03", true), ("@timestamp > 2026-03-02", false),
        ("@timestamp >= \"2026-03-02T11:59\"", true),
        ("@timestamp > now-1m", false), ("@timestamp >= now-1m", true), ("@timestamp < now/d", false), ("@timestamp >= now/w", true),
        ("@timestamp: \"2026-03-01||+1d\"", true), ("@timestamp < 1772452740001", true), ("source.*: 198.51.100.7", true), ("*: ssh", true),
        ("user.nam: Root", false), ("not user.nam: Root", true),
    ]

    @Test(arguments: cases) func decides(text: String, expected: Bool) throws {
        #expect(try KQLPredicate(parsing: text, options: Self.options).matches(Self.batch[0]) == expected)
    }

    @Test(arguments: ["user.name: rOOt", "attack.type: BRUTE*", "labels.zone: dMZ*", "tags: SSH"]) func ignoresCase(text: String) throws {
        let options = QueryOptions(now: Self.now, ignoresCase: true)
        #expect(try KQLPredicate(parsing: text, options: options).matches(Self.batch[0]))
    }

    /// Text, kind of fault, offset.
    static let faults: [(String, KQLError.Code, Int)] = [
        ("destination.port: 2*", .wildcardOnType, 18), ("source.ip: 10.*", .wildcardOnType, 11), ("user.name: null", .nullValue, 11),
        ("destination.port > high", .wrongValue, 19), ("destination.port: ssh", .wrongValue, 18),
        ("@timestamp > yesterday", .wrongValue, 13),
        ("post.author.bot: yes", .wrongValue, 17), ("source: { ip: x }", .notNested, 0), ("user.name > a*", .wildcardOnType, 12),
        ("source.ip > 10.0.0.0/8", .wrongValue, 12), ("source.geo.location: 1", .wrongValue, 21),
        ("destination.port: [22 TO 53]", .wrongValue, 18),
    ]

    @Test(arguments: faults) func refuses(text: String, code: KQLError.Code, offset: Int) {
        #expect {
            try KQLPredicate(parsing: text, options: Self.options)
        } throws: { error in
            (error as? KQLError)?.code == code && (error as? KQLError)?.offset == offset
        }
    }

    static let warned: [(String, String)] = [
        ("user.nme: x", "user.name"), ("user.name.keyword: x", "write “user.name”"), ("destination.port = 22", "destination.port: 22"),
        ("destination.port == 22", "destination.port: 22"), ("a && b", "and"), ("tags: a, b", "(a or b)"),
        (
            "url.path: /ad.*min/",
            "Regular"
        ),
        ("user.name: [a TO b]", ">= a"),
    ]

    @Test(arguments: warned) func warns(text: String, part: String) throws {
        let warnings = try KQLPredicate(parsing: text, options: Self.options).warnings
        #expect(warnings.count == 1 && warnings.allSatisfy { $0.message.contains(part) }, "\(warnings)")
    }

    @Test func tellsWhetherTheClockMatters() throws {
        #expect(try KQLPredicate(parsing: "@timestamp > now-1d", options: Self.options).usesNow)
        #expect(try !KQLPredicate(parsing: "@timestamp > 2026", options: Self.options).usesNow)
    }

    @Test func roundsInTheUsersZone() throws {
        // 2026-03-02T11:59Z is the third of March fourteen hours further east.
        let options = QueryOptions(now: Self.now, zoneMinutes: 14 * 60)
        #expect(try KQLPredicate(parsing: "@timestamp: 2026-03-03", options: options).matches(Self.batch[0]))
        #expect(try KQLPredicate(parsing: "@timestamp: now/d", options: options).matches(Self.batch[0]))
    }

    @Test func readsDamagedRows() throws {
        let predicate = try KQLPredicate(parsing: "message: nothing or labels.x: y or ssh", options: Self.options)
        let row = Self.batch[0]
        for end in row.start...row.end { _ = predicate.matches(EventRow(bytes: row.bytes, start: row.start, end: end)) }
    }
}
