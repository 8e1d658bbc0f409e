public import Model
import Synchronization

/// What enrichment is told by the configuration.
public struct EnrichmentOptions: Sendable {
    /// Where sensors and sites stand.
    public var places: [SensorPlace]
    /// Most addresses remembered, over all lanes together.
    public var cacheEntries: Int
    /// Threads that enrich at once, among which the cache is divided; one more than that works with a small cache of its own.
    public var lanes: Int

    /// Options with the given parts.
    public init(places: [SensorPlace] = [], cacheEntries: Int = 262_144, lanes: Int = 2) {
        self.places = places
        self.cacheEntries = cacheEntries
        self.lanes = lanes
    }
}

/// How the address cache fares, since the chain was made.
public struct CacheStatistics: Equatable, Sendable {
    /// Look-ups answered from the cache.
    public internal(set) var hits = 0
    /// Look-ups that went to the databases.
    public internal(set) var misses = 0
    /// Addresses held now, a source and a destination counted apart; those of batches in work are not counted.
    public internal(set) var entries = 0
    /// Bytes held by them.
    public internal(set) var bytes = 0
}

/// Adds to events what their addresses, ports, sensors and techniques are known to be.
///
/// It only adds what a row lacks, so what a record states is kept, and enriching twice changes nothing. Any number of threads may use
/// one chain: each batch takes a cache of its own from a pool, so that a look-up takes no lock.
public struct EnrichmentChain: Sendable {
    /// Changes whenever the same event might be enriched differently: with the data files, the configured places, the rules, and the
    /// indicator lists in use, and with what is noise.
    public var revision: String {
        let (indicators, noise) = (indicators, noise)
        guard indicators != nil || noise != nil else { return fixedRevision }
        var hash = ContentHash()
        hash.add(fixedRevision)
        if let indicators { hash.add(indicators.revision) }
        if let noise { hash.add(noise.revision) }
        return hash.hexadecimal
    }
    private let fixedRevision: String
    private let core: Core

    /// Raised when the rules change, so that events can be told that were enriched by older ones.
    private static let rules: UInt64 = 2

    private final class Core: Sendable {
        let places: Places
        let plan = ScanPlan()
        let lanes: Int
        let entriesPerLane: Int
        let pool = Mutex(Pool())
        let indicators = Mutex<IndicatorTable?>(nil)
        let noise = Mutex<NoiseTable?>(nil)

        init(_ places: Places, _ options: EnrichmentOptions) {
            self.places = places
            lanes = max(options.lanes, 1)
            entriesPerLane = max(options.cacheEntries, 2) / lanes
        }
    }

    private struct Pool: Sendable {
        var idle: [EnrichmentLane] = []
        var made = 0
        var passing = CacheStatistics()
    }

    /// A chain over the assets; throws when a configured place is off the globe or stands twice.
    public init(assets: EnrichmentAssets, options: EnrichmentOptions = EnrichmentOptions()) throws(EnrichmentError) {
        let sensors = try SensorIndex(options.places, countries: assets.countries)
        core = Core(Places(assets: assets, sensors: sensors), options)
        var hash = ContentHash()
        hash.add(Self.rules)
        hash.add(assets.revision)
        for place in options.places { hash.add("\(place)") }
        fixedRevision = hash.hexadecimal
    }

    /// Appends to each closed row what it lacks.
    public func enrich(_ batch: inout EventBatch) {
        var (lane, isPooled) = takeLane()
        let (indicators, noise) = (indicators, noise)
        let feeds = noise?.feeds(indicators) ?? 0
        batch.appendToEachRow(reserving: 160) { row, out in
            lane.enrich(row, core.places, core.plan, to: &out)
            indicators?.join(row, to: &out)
            noise?.mark(row, indicators, feeds: feeds, &lane.agents, to: &out)
        }
        giveBack(lane, isPooled: isPooled)
    }

    /// The indicator lists with which events are joined; nil for none.
    public var indicators: IndicatorTable? { core.indicators.withLock { $0 } }

    /// Joins the batches to come with those lists.
    public func use(_ indicators: IndicatorTable?) { core.indicators.withLock { $0 = indicators } }

    /// What marks events as noise; nil for nothing.
    public var noise: NoiseTable? { core.noise.withLock { $0 } }

    /// Marks the batches to come with it.
    public func use(noise: NoiseTable?) { core.noise.withLock { $0 = noise } }

    /// What is known about an address by itself, as the row of one event whose source it is.
    public func describe(_ address: IPAddress) -> EventBatch {
        var batch = EventBatch()
        batch.append(.sourceIP, address)
        var memo = CityMemo(bits: 0)
        _ = core.places.resolve(address, .source, &memo, into: &batch)
        batch.endRowWithoutRaw()
        return batch
    }

    /// Where the sensor of that name is configured to stand, if it is.
    public func place(ofSensor name: String) -> SensorPlace? {
        core.places.sensors.site(named: Array(name.utf8).span).map { core.places.sensors.sites[$0].place }
    }

    /// How the cache fares.
    public var cacheStatistics: CacheStatistics {
        core.pool.withLock { pool in
            var sum = pool.passing
            for lane in pool.idle {
                sum.hits += lane.cache.hits
                sum.misses += lane.cache.misses
                sum.entries += lane.cache.count
                sum.bytes += lane.cache.byteCount
            }
            return sum
        }
    }

    // MARK: Lanes

    /// Entries of the cache of a thread for which the pool has none.
    private static let passingEntries = 1024

    private func takeLane() -> (EnrichmentLane, isPooled: Bool) {
        let (idle, mayMake): (EnrichmentLane?, Bool) = core.pool.withLock { pool in
            if let lane = pool.idle.popLast() { return (lane, false) }
            guard pool.made < core.lanes else { return (nil, false) }
            pool.made += 1
            return (nil, true)
        }
        if let idle { return (idle, true) }
        return (EnrichmentLane(cacheEntries: mayMake ? core.entriesPerLane : min(Self.passingEntries, core.entriesPerLane)), mayMake)
    }

    private func giveBack(_ lane: consuming EnrichmentLane, isPooled: Bool) {
        let lane = lane
        core.pool.withLock { pool in
            if isPooled {
                pool.idle.append(lane)
            } else {
                pool.passing.hits += lane.cache.hits
                pool.passing.misses += lane.cache.misses
            }
        }
    }
}
