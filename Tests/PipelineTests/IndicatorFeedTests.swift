import Formats
import Foundation
import Journal
import Logging
import Model
import Sources
import Synchronization
import TestKit
import Testing

@testable import Enrichment
@testable import Pipeline

/// Indicators that a source brings make a list: what comes later is marked, and the list is made again of what is stored.
@Suite(.timeLimit(.minutes(2))) struct IndicatorFeedTests {
    private static func row(_ build: (inout EventBatch) -> Void) -> EventBatch {
        var batch = EventBatch()
        build(&batch)
        batch.endRowWithoutRaw()
        return batch
    }

    private static func indicator(_ address: String, feed: String? = nil) -> EventBatch {
        row {
            $0.append(.eventFamily, "record" as StaticString)
            $0.append(.eventKind, "enrichment" as StaticString)
            $0.append(.threatIndicatorType, "ipv4-addr" as StaticString)
            if let address = IPAddress(address) { $0.append(.threatIndicatorIP, address) }
            if let feed { $0.append(.threatFeedName, feed) }
        }
    }

    private static func attack(_ address: String) -> EventBatch {
        row {
            $0.append(.eventFamily, "attack" as StaticString)
            if let address = IPAddress(address) { $0.append(.sourceIP, address) }
        }
    }

    private static func table(_ feeds: IndicatorFeeds) throws -> IndicatorTable {
        var builder = IndicatorTableBuilder()
        try feeds.add(to: &builder)
        return builder.build()
    }

    @Test func `An indicator is told from an event that names one`() throws {
        #expect(Self.indicator("192.0.2.1")[0].isIndicator)
        #expect(!Self.attack("192.0.2.1")[0].isIndicator)
        let feeds = IndicatorFeeds(names: ["f"])
        feeds.add(Self.indicator("192.0.2.1"), to: "f")
        var marked = Self.attack("192.0.2.1")
        let chain = try EnrichmentChain(assets: EnrichmentAssets(directory: "/nowhere"))
        chain.use(try Self.table(feeds))
        chain.enrich(&marked)
        #expect(marked[0].strings(.threatFeedName) == ["f"] && marked[0].string(.threatIndicatorType) == "ipv4-addr")
        #expect(!marked[0].isIndicator, "what is marked lists nothing")
        feeds.add(marked, to: "f")
        #expect(try Self.table(feeds).lists == [.init(name: "f", addresses: 1)])
        #expect(try Self.table(feeds).matches(marked[0]).count == 1)
        // A post of a feed names its own indicator, and does not match itself.
        var post = Self.row {
            $0.append(.eventFamily, "post" as StaticString)
            $0.append(.threatIndicatorType, "ipv4-addr" as StaticString)
            if let address = IPAddress("192.0.2.1") {
                $0.append(.threatIndicatorIP, address)
                $0.append(.relatedIP, address)
            }
        }
        #expect(try post[0].isIndicator && Self.table(feeds).matches(post[0]).isEmpty)
        post.noteFeed("f")
        #expect(post[0].isOfFeed("f"))
    }

    @Test func `The name of the feed is noted once, and in indicators only`() {
        var batch = EventBatch()
        batch.append(Self.indicator("192.0.2.1"))
        batch.append(Self.attack("192.0.2.2"))
        batch.append(Self.indicator("192.0.2.3", feed: "mine"))
        batch.append(Self.indicator("192.0.2.4", feed: "URLhaus"))
        batch.noteFeed("mine")
        #expect((0..<4).map { batch[$0].strings(.threatFeedName) } == [["mine"], [], ["mine"], ["URLhaus", "mine"]])
        let bytes = batch.bytes
        batch.noteFeed("mine")
        #expect(batch.bytes == bytes)
    }

    /// Through the pipeline: what is committed is on the list, and a process that starts anew makes the same list of what is stored.
    @Test func `What a source brings is a list, also after a restart`() async throws {
        let folder = TemporaryFolder()
        let clock = ManualClock()
        let lists = ["192.0.2.7 # a", "198.51.100.0/24", "192.0.2.9"]
        let feeds = IndicatorFeeds(names: ["blocked", "empty"])
        let journal = try EventJournal(folder: folder.path, clock: clock.wallClock)
        let chain = try EnrichmentChain(assets: EnrichmentAssets(directory: folder.file("none")))
        let pipeline = IngestPipeline(journal: journal, formats: .standard, enrichment: chain, clock: clock.wallClock, feeds: feeds)
        var settings = SourceSettings(name: "list", format: "address-list")
        settings.indicatorList = "blocked"
        let lane = try await pipeline.intake(for: settings).open(StreamDescription(id: "", name: "list.txt"))
        for line in lists {
            let bytes = Array(line.utf8)
            let batch = RawBatch(
                bytes: bytes, records: [0..<bytes.count], startOffset: 0, endOffset: UInt64(bytes.count), arrival: clock.now)
            _ = try await lane.accept(batch).committed
        }
        let found = try Self.table(feeds)
        #expect(found.lists == [.init(name: "blocked", addresses: 3), .init(name: "empty")])
        for (address, isListed) in [("192.0.2.7", true), ("198.51.100.200", true), ("192.0.2.8", false)] {
            #expect(found.matches(Self.attack(address)[0]).isEmpty == !isListed)
        }
        let again = IndicatorFeeds(names: ["blocked", "empty"])
        var cursor = EventID.zero
        while let block = try await journal.next(after: cursor) {
            for row in block.firstIndex(after: cursor)..<block.events.count { again.add(stored: block.events[row]) }
            cursor = block.lastID
        }
        #expect(try Self.table(again).revision == found.revision)
        await journal.close()
    }

    @Test func `Memory is bounded, and what is sent again stays`() throws {
        let feeds = IndicatorFeeds(names: ["f"], limit: 20_000)
        for round in 0..<20 {
            feeds.add(Self.indicator("203.0.113.1"), to: "f")
            for number in 0..<100 { feeds.add(Self.indicator("10.\(round).0.\(number)"), to: "f") }
        }
        var builder = IndicatorTableBuilder()
        try feeds.add(to: &builder)
        #expect(builder.bytes <= 20_000 + 200 && feeds.forgotten > 5)
        let table = builder.build()
        #expect(table.matches(Self.attack("203.0.113.1")[0]).count == 1, "sent again and again")
        #expect(table.matches(Self.attack("10.19.0.99")[0]).count == 1, "the newest")
        #expect(table.matches(Self.attack("10.0.0.1")[0]).isEmpty, "the oldest")
    }

    /// Both at once: files that change, and sources that bring more.
    @Test func `Lists of files and of sources are joined together`() async throws {
        let folder = TemporaryFolder()
        let path = folder.file("list.txt")
        try Data("# l\n192.0.2.1\n".utf8).write(to: URL(fileURLWithPath: path))
        let feeds = IndicatorFeeds(names: ["feed"])
        let lists = [IndicatorList(name: "file", path: path, format: "address-list")]
        let chain = try EnrichmentChain(assets: EnrichmentAssets(directory: folder.file("none")))
        let files = try await IndicatorList.read(lists, formats: .standard)
        let looks = Mutex(0)
        let watch = IndicatorWatch(
            lists, files: files, feeds: feeds, formats: .standard, chain: chain,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {
            let look = looks.withLock { looks in
                looks += 1
                return looks
            }
            func names(_ address: String) -> [String] {
                chain.indicators?.matches(Self.attack(address)[0]).first.map { match in
                    chain.indicators?.lists.indices.filter { match.lists & 1 << UInt64($0) != 0 }.map {
                        chain.indicators?.lists[$0].name ?? ""
                    }
                        ?? []
                } ?? []
            }
            switch look {
            case 1: feeds.add(Self.indicator("198.51.100.1"), to: "feed")
            case 2:
                #expect(names("192.0.2.1") == ["file"] && names("198.51.100.1") == ["feed"])
                feeds.add(Self.indicator("192.0.2.1"), to: "feed")
                try Data("# l\n192.0.2.1\n192.0.2.2\n".utf8).write(to: URL(fileURLWithPath: path))
            case 3:
                #expect(names("192.0.2.1") == ["file", "feed"] && names("192.0.2.2") == ["file"])
                try Data("not a list at all {\n".utf8).write(to: URL(fileURLWithPath: path))
                feeds.add(Self.indicator("198.51.100.2"), to: "feed")
            case 4:
                #expect(names("192.0.2.2") == ["file"], "a file that cannot be read leaves the lists as they were")
            case 5:
                #expect(
                    names("198.51.100.2") == ["feed"] && names("192.0.2.2") == ["file"], "and what sources bring is joined all the same")
                withUnsafeCurrentTask { $0?.cancel() }
            default: Issue.record("it should have ended")
            }
        }
        try await watch.run()
        #expect(looks.withLock { $0 } == 5)
    }
}
