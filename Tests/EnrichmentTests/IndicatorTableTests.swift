import Model
import Testing

@testable import Enrichment

@Suite struct IndicatorTableTests {
    /// An event of a list, as its format makes it.
    private static func list(_ build: (inout EventBatch) -> Void) -> EventBatch {
        var batch = EventBatch()
        batch.append(.eventFamily, "record" as StaticString)
        build(&batch)
        batch.endRowWithoutRaw()
        return batch
    }

    private static func networks(_ texts: String...) -> EventBatch {
        var all = EventBatch()
        for text in texts { all.append(list { $0.append(label: "indicator_network", text) }) }
        return all
    }

    private static func event(family: String = "attack", _ build: (inout EventBatch) -> Void) -> EventBatch {
        var batch = EventBatch()
        batch.append(.eventFamily, family)
        build(&batch)
        batch.endRowWithoutRaw()
        return batch
    }

    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private static func table(_ lists: (String, EventBatch)...) throws -> IndicatorTable {
        var builder = IndicatorTableBuilder()
        for (name, batch) in lists { try builder.add(list: name, batch) }
        return builder.build()
    }

    /// Nested, adjacent, equal and overlapping networks of two lists against a search through all of them.
    @Test func findsEveryNetwork() throws {
        let first = ["192.0.2.0/24", "192.0.2.64/26", "198.51.100.0/25", "198.51.100.128/25", "2001:db8::/32", "203.0.113.7/32"]
        let second = ["192.0.2.0/25", "203.0.113.0/29", "2001:db8:1::/48", "255.255.255.0/24", "2001:db8::/32"]
        var builder = IndicatorTableBuilder()
        for text in first { try builder.add(list: "a", Self.networks(text)) }
        for text in second { try builder.add(list: "b", Self.networks(text)) }
        try builder.add(list: "b", Self.list { $0.append(.threatIndicatorIP, IPAddress(high: 0, low: 0xFFFF_0808_0808)) })
        let table = builder.build()
        let candidates =
            [
                "192.0.1.255", "192.0.3.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.113.8", "255.255.254.255", "8.8.8.8",
                "8.8.8.9", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::", "2001:db8:1::", "2001:db8:2::", "::",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            ] + (first + second).map { String($0.prefix { $0 != "/" }) }
            + ["192.0.2.63", "192.0.2.64", "192.0.2.127", "192.0.2.128", "192.0.2.255", "198.51.100.127", "203.0.113.6", "255.255.255.255"]
        for text in candidates {
            let address = try Self.address(text)
            var expected: UInt64 = 0
            for network in first { if try #require(Network(network)).contains(address) { expected |= 1 } }
            for network in second { if try #require(Network(network)).contains(address) { expected |= 2 } }
            if text == "8.8.8.8" { expected |= 2 }
            let found = table.matches(Self.event { $0.append(.sourceIP, address) }[0])
            #expect((found.first?.lists ?? 0) == expected, "\(text)")
        }
    }

    @Test(arguments: [
        ("evil.example", true), ("a.b.evil.example", true), ("EVIL.example", true), ("evil.example.", true), ("notevil.example", false),
        ("example", false), ("evil.example.org", false), ("", false), (".", false), ("localhost", true),
    ])
    func findsDomainsAndThoseBelow(name: String, isListed: Bool) throws {
        let table = try Self.table(
            ("d", Self.list { $0.append(.threatIndicatorDomain, "Evil.Example.") }),
            ("d", Self.list { $0.append(.threatIndicatorDomain, "localhost") }))
        for field in [Field.sourceDomain, .dnsQuestionName, .relatedHosts] {
            #expect(table.matches(Self.event { $0.append(field, name) }[0]).isEmpty == !isListed)
        }
    }

    @Test func listsAURLButNotItsHost() throws {
        let table = try Self.table(
            (
                "u",
                Self.list {
                    $0.append(.threatIndicatorURL, "http://files.example/x")
                    $0.append(.threatIndicatorDomain, "files.example")
                }
            ))
        #expect(table.lists == [.init(name: "u", urls: 1)])
        #expect(table.matches(Self.event(family: "post") { $0.append(.postLinks, "http://files.example/x") }[0]).count == 1)
        #expect(table.matches(Self.event { $0.append(.urlFull, "http://files.example/y") }[0]).isEmpty)
        #expect(table.matches(Self.event { $0.append(.urlDomain, "files.example") }[0]).isEmpty)
    }

    @Test func marksWhatItFindsOnce() throws {
        let address = try Self.address("192.0.2.9")
        let hash = String(repeating: "ab", count: 32)
        let table = try Self.table(
            ("first", Self.list { $0.append(.threatIndicatorIP, address) }), ("second", Self.networks("192.0.2.0/28")),
            ("third", Self.list { $0.append(.fileSHA256, hash) }))
        let chain = try EnrichmentChain(assets: EnrichmentAssets(directory: "/nowhere"))
        let plain = chain.revision
        chain.use(table)
        #expect(chain.revision != plain)
        var batch = Self.event {
            $0.append(.sourceIP, address)
            $0.append(.relatedIP, address)
            $0.append(.relatedHash, hash.uppercased())
        }
        chain.enrich(&batch)
        #expect(batch[0].strings(.threatFeedName) == ["first", "second", "third"])
        #expect(batch[0].strings(.threatIndicatorType) == ["ipv4-addr", "file"])
        #expect(batch[0].ip(.threatIndicatorIP) == address)
        #expect(batch[0].strings(.tags) == ["indicator"])
        let once = batch.bytes
        chain.enrich(&batch)
        #expect(batch.bytes == once)
        #expect(table.matches(batch[0]).map(\.field) == [.sourceIP, .relatedHash], "what is marked is found again")
        chain.use(nil)
        #expect(chain.revision == plain)
    }

    @Test func leavesRecordsAlone() throws {
        let address = try Self.address("192.0.2.9")
        let table = try Self.table(("l", Self.list { $0.append(.threatIndicatorIP, address) }))
        #expect(table.matches(Self.event(family: "record") { $0.append(.sourceIP, address) }[0]).isEmpty)
        #expect(table.matches(Self.event(family: "post") { $0.append(.relatedIP, address) }[0]).count == 1)
    }

    @Test func changesItsRevisionWithItsContent() throws {
        let one = try Self.table(("a", Self.networks("192.0.2.0/24")))
        #expect(try Self.table(("a", Self.networks("192.0.2.0/24"))).revision == one.revision)
        #expect(try Self.table(("a", Self.networks("192.0.2.0/25"))).revision != one.revision)
        #expect(try Self.table(("b", Self.networks("192.0.2.0/24"))).revision != one.revision)
    }

    @Test func boundsTheNumberOfLists() throws {
        var builder = IndicatorTableBuilder()
        for number in 0..<IndicatorTable.maximumLists { try builder.add(list: "\(number)", Self.networks("192.0.2.0/24")) }
        let all = builder.build().matches(Self.event { $0.append(.sourceIP, IPAddress(high: 0, low: 0xFFFF_C000_0201)) }[0])
        #expect(all.first?.lists == .max)
        #expect(throws: EnrichmentError.self) { try builder.add(list: "one more", EventBatch()) }
    }
}
