import Model
import Testing
import Wire

@testable import Enrichment

/// What is noise, why, and in which order it is said.
@Suite struct NoiseTableTests {
    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private static func network(_ text: String) throws -> Network { try #require(Network(text)) }

    private static func lists(_ entries: (String, [String])...) throws -> IndicatorTableBuilder {
        var builder = IndicatorTableBuilder()
        for (name, networks) in entries {
            for text in networks {
                var batch = EventBatch()
                batch.append(label: "indicator_network", text)
                batch.endRowWithoutRaw()
                try builder.add(list: name, batch)
            }
        }
        return builder
    }

    private static func event(
        _ source: String? = nil, family: String = "attack", agent: String? = nil, ssh: String? = nil, time: String = "2026-03-01T10:00:00Z"
    ) throws -> EventBatch {
        var batch = EventBatch()
        if let time = TimestampReader.any.read(Array(time.utf8).span) { batch.append(.timestamp, time) }
        batch.append(.eventFamily, family)
        if let source { batch.append(.sourceIP, try address(source)) }
        if let agent { batch.append(.userAgent, agent) }
        if let ssh { batch.append(.sshClient, ssh) }
        batch.endRowWithoutRaw()
        return batch
    }

    private static func chain(
        _ options: NoiseOptions, _ lists: IndicatorTableBuilder = IndicatorTableBuilder(), indicators: IndicatorTableBuilder? = nil
    ) throws -> EnrichmentChain {
        let chain = try EnrichmentChain(assets: EnrichmentAssets(directory: "/nowhere"))
        chain.use(indicators?.build())
        chain.use(noise: try NoiseTable(options, lists: lists))
        return chain
    }

    /// Kinds, then names.
    private static func marks(_ chain: EnrichmentChain, _ event: EventBatch) -> [String] {
        var event = event
        chain.enrich(&event)
        #expect(event[0].isWellFormed)
        let found = event[0].strings(.noiseKind) + event[0].strings(.noiseName)
        chain.enrich(&event)
        #expect(event[0].strings(.noiseKind) + event[0].strings(.noiseName) == found, "marking twice changes nothing")
        return found
    }

    @Test(arguments: [
        ("192.0.2.10", ["own", "lab"]), ("192.0.2.11", []), ("198.51.100.200", ["own", "lab"]), ("198.51.101.0", []),
        ("2001:db8:5::1", ["own", "office"]), ("2001:db8:6::1", []), ("::ffff:192.0.2.10", ["own", "lab"]),
        ("203.0.113.5", ["scanner", "research"]), ("203.0.113.77", ["own", "scanner", "office", "research", "more"]),
        ("2001:db8:ffff::9", ["scanner", "more"]),
    ])
    func `Addresses and networks of both versions`(source: String, expected: [String]) throws {
        let options = NoiseOptions(own: [
            .init(name: "lab", networks: [try Self.network("192.0.2.10"), try Self.network("198.51.100.0/24")]),
            .init(name: "office", networks: [try Self.network("2001:db8:5::/48"), try Self.network("203.0.113.77/32")]),
        ])
        let lists = try Self.lists(("research", ["203.0.113.0/24"]), ("more", ["203.0.113.64/26", "2001:db8:ffff::/48"]))
        #expect(Self.marks(try Self.chain(options, lists), try Self.event(source)) == expected)
    }

    @Test(arguments: [
        ("Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)", "Censys"), ("mozilla/5.0 ZGRAB/0.x", "ZGrab"),
        ("Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)", "Nmap"), ("masscan/1.3", "masscan"),
        ("Expanse, a Palo Alto Networks company, looks around", "Palo Alto Expanse"), ("curl/8.1.0", nil), ("", nil),
        ("OUR-probe 2", "our-probe*"), ("x our-probe", nil), ("exact", "exact"), ("exactly", nil), ("a1b2c", "a*b*c"), ("abcd", nil),
        ("abcbc", "a*b*c"), ("\u{1F600}our-probe", nil),
    ])
    func `Clients that name themselves`(agent: String, expected: String?) throws {
        let chain = try Self.chain(NoiseOptions(agents: ["our-probe*", "exact", "a*b*c"], usesKnownAgents: true))
        #expect(Self.marks(chain, try Self.event(agent: agent)) == (expected.map { ["agent", $0] } ?? []), "\(agent)")
    }

    @Test func `Banners of SSH clients are names, too, and the built-in names are used when they are wanted`() throws {
        let banner = try Self.event(ssh: "SSH-2.0-ZGrab ZGrab SSH Survey")
        let known = NoiseOptions(usesKnownAgents: true)
        #expect(Self.marks(try Self.chain(known), banner) == ["agent", "ZGrab"])
        #expect(Self.marks(try Self.chain(NoiseOptions()), banner) == [])
        #expect(Self.marks(try Self.chain(known), try Self.event(ssh: "SSH-2.0-OpenSSH_9.6")) == [])
    }

    @Test func `A client's name is matched once, and what is behind 512 bytes is not looked at`() throws {
        let patterns = AgentPatterns(["*scan*"], usesKnown: false)
        var memo = AgentMemo()
        for text in ["scan", "other", "scan", "other"] { _ = memo.find(Array(text.utf8).span, in: patterns) }
        #expect(memo.misses == 2)
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 512)
        #expect(memo.find((long + Array("scan".utf8)).span, in: patterns) == nil)
        #expect(memo.find((Array("scan".utf8) + long).span, in: patterns) == 0)
    }

    @Test func `Kinds and names stand in one order`() throws {
        var indicators = try Self.lists(("other", ["192.0.2.0/24"]), ("feed", ["192.0.2.0/24"]))
        try indicators.add(Self.lists(("late", ["192.0.2.7"])))
        let options = NoiseOptions(
            own: [.init(name: "lab", networks: [try Self.network("192.0.2.0/28")])], usesKnownAgents: true, feeds: ["late", "feed"],
            repeats: .init(moreThan: 1, seconds: 7200))
        let chain = try Self.chain(options, try Self.lists(("research", ["192.0.2.7"])), indicators: indicators)
        let event = try Self.event("192.0.2.7", agent: "zgrab")
        #expect(Self.marks(chain, event) == ["own", "scanner", "agent", "feed", "lab", "research", "ZGrab", "feed", "late"])
        #expect(
            Self.marks(chain, event) == [
                "own", "scanner", "agent", "feed", "repeat", "lab", "research", "ZGrab", "feed", "late", "more than 1 in 2h",
            ])
    }

    @Test func `Posts are never noise, records are, and what a record says itself is kept`() throws {
        let chain = try Self.chain(NoiseOptions(own: [.init(name: "lab", networks: [try Self.network("192.0.2.0/24")])]))
        #expect(Self.marks(chain, try Self.event("192.0.2.1", family: "post")) == [])
        #expect(Self.marks(chain, try Self.event("192.0.2.1", family: "record")) == ["own", "lab"])
        var stated = EventBatch()
        stated.append(.noiseKind, "scanner")
        stated.append(.sourceIP, try Self.address("192.0.2.1"))
        stated.endRowWithoutRaw()
        #expect(Self.marks(chain, stated) == ["scanner"])
        #expect(Self.marks(chain, try Self.event()) == [])
    }

    @Test func `Other lists change the marks and the revision, and keep what was counted`() throws {
        let chain = try Self.chain(NoiseOptions(repeats: .init(moreThan: 1, seconds: 60)), try Self.lists(("a", ["192.0.2.1"])))
        let before = chain.revision
        #expect(Self.marks(chain, try Self.event("192.0.2.1")) == ["scanner", "a"])
        chain.use(noise: try chain.noise?.replacing(lists: Self.lists(("a", ["192.0.2.2"]))))
        #expect(chain.revision != before)
        #expect(Self.marks(chain, try Self.event("192.0.2.1")) == ["repeat", "more than 1 in 1m"])
        chain.use(noise: nil)
        #expect(Self.marks(chain, try Self.event("192.0.2.2")) == [])
    }

    @Test func `More own scanners and lists than there are bits are refused`() throws {
        let many = try (0..<NoiseTable.maximumLists).map {
            NoiseOptions.Own(name: "own\($0)", networks: [try Self.network("192.0.2.\($0)")])
        }
        let table = try NoiseTable(NoiseOptions(own: many), lists: IndicatorTableBuilder())
        #expect(table.lists.count == 64)
        #expect(throws: EnrichmentError.self) { try NoiseTable(NoiseOptions(own: many), lists: Self.lists(("one more", ["192.0.2.1"]))) }
        let chain = try Self.chain(NoiseOptions(own: many))
        #expect(Self.marks(chain, try Self.event("192.0.2.63")) == ["own", "own63"])
    }
}
