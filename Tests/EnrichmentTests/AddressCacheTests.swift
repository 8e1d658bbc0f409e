import Model
import Testing

@testable import Enrichment

@Suite struct AddressCacheTests {
    @Test(arguments: [1, 2, 3, 64, 1000]) func staysWithinItsBound(entries: Int) {
        var cache = AddressCache(entries: entries)
        var random = Seeded(state: 1)
        var most = 0
        for _ in 0..<20_000 {
            let address = IPAddress(v4: UInt32(random.next() & 0xfff))
            let side: Side = Bool.random(using: &random) ? .source : .destination
            var out: [UInt8] = []
            let expected: [UInt8] = [side.rawValue, UInt8(truncatingIfNeeded: address.low), UInt8(truncatingIfNeeded: address.low >> 8)]
            let entry = cache.find(address, side) ?? cache.insert(address, side, .init(), placeBytes: 2, expected.span)
            cache.appendPlace(entry, to: &out)
            #expect(out == Array(expected.prefix(2)))
            cache.appendSystem(entry, to: &out)
            #expect(out == expected)
            most = max(most, cache.count)
        }
        #expect(most <= max(entries, 2))
        #expect(cache.hits + cache.misses == 20_000)
    }

    @Test func longPairsEndAGenerationEarly() {
        var cache = AddressCache(entries: 100)
        let pairs = [UInt8](repeating: 1, count: 1000)
        for i in 0..<100 { _ = cache.insert(IPAddress(v4: UInt32(i)), .source, .init(), placeBytes: 500, pairs.span) }
        #expect(cache.count * pairs.count <= 100 * AddressCache.meanEntryBytes)
    }

    @Test func whatIsUsedStays() {
        var cache = AddressCache(entries: 100)
        let used = IPAddress(v4: 1 << 24)
        _ = cache.insert(used, .source, .init(), placeBytes: 1, [7].span)
        for i in 0..<10_000 {
            _ = cache.insert(IPAddress(v4: UInt32(i)), .source, .init(), placeBytes: 1, [8].span)
            #expect(cache.find(used, .source) != nil)
        }
    }

    @Test func theCacheChangesNoAnswerAndThreadsShareTheChain() async throws {
        let files = try TemporaryFiles()
        let ranges = RangeFile(v4: (0..<4096).map { (UInt32($0) << 20, UInt32($0 % 3)) }, values: [(0, ""), (0, "FR"), (0, "DE")])
        _ = try files.write("country.ranges", ranges.bytes)
        let assets = EnrichmentAssets(directory: files.directory)
        let small = try EnrichmentChain(assets: assets, options: .init(cacheEntries: 16, lanes: 2))
        let large = try EnrichmentChain(assets: assets, options: .init(cacheEntries: 1 << 16, lanes: 1))
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<6 {
                group.addTask {
                    var random = Seeded(state: UInt64(task))
                    var batch = EventBatch()
                    for _ in 0..<3000 {
                        batch.append(.sourceIP, IPAddress(v4: UInt32(truncatingIfNeeded: random.next()) & 0xfff0_0007))
                        batch.endRowWithoutRaw()
                    }
                    var other = batch
                    small.enrich(&batch)
                    large.enrich(&other)
                    return batch.bytes == other.bytes && batch.rowEnds == other.rowEnds
                }
            }
            for await same in group { #expect(same) }
        }
        #expect(small.cacheStatistics.entries <= 16)
        #expect(small.cacheStatistics.hits + small.cacheStatistics.misses == 18_000)
    }
}
