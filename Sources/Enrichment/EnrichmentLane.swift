import Model

/// Enriches rows one after another, for one thread at a time: the cache and a buffer to encode into.
struct EnrichmentLane: Sendable {
    var cache: AddressCache
    /// Clients that noise was looked for in.
    var agents = AgentMemo()
    private var cities = CityMemo(bits: 13)
    private var scratch = EventBatch()

    init(cacheEntries: Int) { cache = AddressCache(entries: cacheEntries) }

    /// Appends to `out` the pairs that the row lacks; nothing to a damaged row.
    mutating func enrich(_ row: Span<UInt8>, _ places: Places, _ plan: ScanPlan, to out: inout [UInt8]) {
        guard let scan = RowScan(row, plan) else { return }
        let site = appendObserver(row, scan, places, to: &out)
        appendEnd(.source, scan.source, row, scan, places, site: nil, to: &out)
        appendEnd(.destination, scan.destination, row, scan, places, site: site, to: &out)
        if let port = scan.port, !scan.has(.protocol), !scan.has(.application) {
            let name = places.assets.services.name(port: port, transport: scan.transport)
            if !name.isEmpty { encode(to: &out) { $0.append(.networkApplication, utf8: name.span) } }
        }
        if scan.isPost, scan.relatedCount > 0, !scan.has(.postLocation), !scan.source.states(.location) {
            appendPostPlace(scan, places, to: &out)
        }
        if !scan.techniques.isEmpty, !places.assets.techniques.isEmpty { appendTechniques(row, scan, places, to: &out) }
    }

    // MARK: Sensor

    /// Appends where the sensor stands, unless the record says so; its site, if it has a configured one.
    private mutating func appendObserver(_ row: Span<UInt8>, _ scan: RowScan, _ places: Places, to out: inout [UInt8]) -> Int? {
        guard !scan.has(.observerLocation), let number = Self.site(row, scan, places.sensors) else { return nil }
        let site = places.sensors.sites[number]
        if !scan.has(.observerCity), !scan.has(.observerCountry) {
            out.append(contentsOf: site.observer)
        } else {
            encode(to: &out) { $0.append(.observerLocation, site.place.point) }
        }
        return number
    }

    private static func site(_ row: Span<UInt8>, _ scan: RowScan, _ sensors: SensorIndex) -> Int? {
        if let name = scan.observerName, let site = sensors.site(named: row.extracting(name)) { return site }
        if let address = scan.observerAddress, let site = sensors.site(around: address) { return site }
        if let address = scan.destination.address, let site = sensors.site(around: address) { return site }
        guard let name = scan.observerName, let dataset = scan.dataset, RowScan.equals(row.extracting(dataset), "marx") else { return nil }
        return sensors.amazonRegion(ofHost: row.extracting(name))
    }

    // MARK: Ends

    private mutating func appendEnd(
        _ side: Side, _ end: RowScan.End, _ row: Span<UInt8>, _ scan: RowScan, _ places: Places, site: Int?, to out: inout [UInt8]
    ) {
        let isPlaced = end.states(.accuracy) || end.states(.placement)
        let wantsSystem = !end.states(.asNumber) && !end.states(.asName)
        guard !isPlaced || wantsSystem else { return }
        let entry = end.address.map { look(up: $0, side, places) }
        if !isPlaced {
            if end.states(.location) || end.states(.country) || end.states(.countryName) || end.states(.region) || end.states(.city) {
                appendStated(side.fields, end, entry?.verdict, row, places, to: &out)
            } else {
                let isAtSensor = side == .destination && entry?.verdict.isNowhere ?? true
                if isAtSensor, appendSensorPlace(scan, site, places, to: &out) { return }
                if let entry {
                    cache.appendPlace(entry, to: &out)
                } else if scan.isAttack {
                    encode(to: &out) { Places.append(.absent, side.fields, to: &$0) }
                }
            }
        }
        if wantsSystem, let entry { cache.appendSystem(entry, to: &out) }
    }

    private mutating func look(up address: IPAddress, _ side: Side, _ places: Places) -> AddressCache.Entry {
        if let entry = cache.find(address, side) { return entry }
        scratch.removeAll()
        let (verdict, placeBytes) = places.resolve(address, side.fields, &cities, into: &scratch)
        let pairs = scratch.bytes
        return cache.insert(address, side, verdict, placeBytes: placeBytes, pairs.span)
    }

    /// Appends the sensor's place as the destination's; false when the sensor has none.
    private mutating func appendSensorPlace(_ scan: RowScan, _ site: Int?, _ places: Places, to out: inout [UInt8]) -> Bool {
        if let site {
            out.append(contentsOf: places.sensors.sites[site].destination)
            return true
        }
        guard let point = scan.observerLocation else { return false }
        encode(to: &out) {
            $0.append(.destinationLocation, point)
            $0.append(.destinationAccuracy, "stated" as StaticString)
        }
        return true
    }

    /// Appends the place of the first address that a post names and that has one.
    private mutating func appendPostPlace(_ scan: RowScan, _ places: Places, to out: inout [UInt8]) {
        for number in 0..<scan.relatedCount {
            let entry = look(up: scan.related[number], .source, places)
            var pairs: [UInt8] = []
            cache.appendPlace(entry, to: &pairs)
            let row = EventRow(bytes: pairs, start: 0, end: pairs.count)
            guard let point = row.point(.sourceLocation), let accuracy = row.string(.sourceAccuracy) else { continue }
            encode(to: &out) { batch in
                batch.append(.postLocation, point)
                batch.append(.postAccuracy, accuracy)
            }
            return
        }
    }

    /// Completes what the record itself says about a place, adding nothing that could contradict it.
    private mutating func appendStated(
        _ fields: SideFields, _ end: RowScan.End, _ verdict: Places.Verdict?, _ row: Span<UInt8>, _ places: Places, to out: inout [UInt8]
    ) {
        let countries = places.assets.countries
        var code = end.country
        if code == .none, !end.states(.country) {
            code = end.countryName.map { countries.code(named: row.extracting($0)) } ?? verdict?.country ?? .none
        }
        let label = countries[code]
        encode(to: &out) { pairs in
            if code != .none, !end.states(.country) { pairs.append(fields.countryCode, utf8: code.text.span) }
            if let label, !end.states(.countryName) { pairs.append(fields.countryName, utf8: label.name.span) }
            if end.location != nil {
                pairs.append(fields.accuracy, "stated" as StaticString)
            } else if code != .none, !end.states(.location) {
                places.appendLabelPoint(label, fields, to: &pairs)
            } else {
                let isPrivate = verdict?.isPrivate ?? false
                Places.append(isPrivate ? .private : end.address == nil ? .absent : .unmapped, fields, to: &pairs)
            }
        }
    }

    // MARK: Names

    private mutating func appendTechniques(_ row: Span<UInt8>, _ scan: RowScan, _ places: Places, to out: inout [UInt8]) {
        var found: [Int] = []
        for id in scan.techniques {
            if let number = places.assets.techniques.find(row.extracting(id)) { found.append(number) }
        }
        encode(to: &out) {
            places.assets.techniques.append(found, names: !scan.has(.techniqueName), tactics: !scan.has(.tactic), to: &$0)
        }
    }

    private mutating func encode(to out: inout [UInt8], _ body: (inout EventBatch) -> Void) {
        scratch.removeAll()
        body(&scratch)
        out.append(contentsOf: scratch.bytes)
    }
}
