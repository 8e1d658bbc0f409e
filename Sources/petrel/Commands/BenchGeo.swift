import ArgumentParser
import Enrichment
import Model

/// Look-ups of addresses: places and networks, from the cache and without it.
struct BenchGeo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "geo", abstract: "Enrich rows with a source address: many different ones, then the same again.")

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Rows.", valueName: "number"))
    var rows = 500_000

    @Option(help: ArgumentHelp("Different addresses.", valueName: "number"))
    var addresses = 50_000

    func validate() throws {
        if rows < 1 || addresses < 1 { throw ValidationError("--rows and --addresses must be at least 1") }
    }

    func run() async throws {
        let configuration = try common.load()
        let assets = EnrichmentAssets(directory: Installation.assetFolder(named: common.assets, configuration))
        for missing in assets.missing { Console.error("\(missing)") }
        let chain = try EnrichmentChain(assets: assets, options: configuration.enrichment)
        let first = measure(chain)
        let again = measure(chain)
        let cache = chain.cacheStatistics
        var text = JSONText()
        text.object { json in
            json.member("bench", "geo")
            json.member("rows", rows)
            json.member("addresses", addresses)
            json.member("first_rows_per_second") { $0.value((Double(rows) / first).rounded()) }
            json.member("cached_rows_per_second") { $0.value((Double(rows) / again).rounded()) }
            json.member("cache_hits", cache.hits)
            json.member("cache_misses", cache.misses)
        }
        Console.print(String(decoding: text.bytes, as: UTF8.self))
    }

    /// Seconds for all rows.
    private func measure(_ chain: EnrichmentChain) -> Double {
        var state: UInt64 = 1
        var seconds = 0.0
        var left = rows
        while left > 0 {
            var batch = EventBatch()
            for _ in 0..<min(left, 5000) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let number = (state >> 33) % UInt64(addresses)
                batch.append(.eventFamily, "attack")
                batch.append(.sourceIP, IPAddress(v4: UInt32(truncatingIfNeeded: number &* 2_654_435_761) | 0x0100_0000))
                batch.endRowWithoutRaw()
            }
            let start = ContinuousClock.now
            chain.enrich(&batch)
            seconds += (ContinuousClock.now - start) / .seconds(1)
            left -= 5000
        }
        return seconds
    }
}
