import Model

/// Decides where an address is, by the rules under "Location accuracy" in `docs/enrichment.md`.
struct Places: Sendable {
    let assets: EnrichmentAssets
    let sensors: SensorIndex

    /// What was decided, beside the pairs that were appended.
    struct Verdict: Equatable, Sendable {
        /// The country that the databases believe.
        var country = CountryCode.none
        /// Whether the address is not a global one.
        var isPrivate = false
        /// Whether the address is not a global one and in no configured network.
        var isNowhere = false
    }

    /// Appends the pairs for the place of an address, then those for its autonomous system.
    ///
    /// - Returns: the verdict, and how many bytes of the appended are about the place.
    func resolve(
        _ address: IPAddress, _ fields: SideFields, _ memo: inout CityMemo, into batch: inout EventBatch
    ) -> (verdict: Verdict, placeBytes: Int) {
        let start = batch.bytes.count
        var verdict = Verdict()
        verdict.isPrivate = AddressClass(address) != .global
        if let site = sensors.site(around: address) {
            let place = sensors.sites[site].place
            verdict.country = CountryCode((place.country ?? "").utf8)
            SensorIndex.append(place, accuracy: .stated, fields, assets.countries, to: &batch)
        } else if verdict.isPrivate {
            verdict.isNowhere = true
            Self.append(.private, fields, to: &batch)
        } else {
            verdict.country = appendFromDatabases(address, fields, &memo, to: &batch)
        }
        let placeBytes = batch.bytes.count - start
        if !verdict.isPrivate { appendSystem(address, fields, to: &batch) }
        return (verdict, placeBytes)
    }

    private func appendFromDatabases(
        _ address: IPAddress, _ fields: SideFields, _ memo: inout CityMemo, to batch: inout EventBatch
    ) -> CountryCode {
        let city = assets.cities.flatMap { database in database.record(of: address).map { memo.city($0, in: database) } }
        let country: CountryCode
        if let ranges = assets.countryRanges {
            country = ranges.withText(ranges.value(of: address)) { CountryCode($0) }
        } else {
            country = city?.country ?? .none
        }
        guard country != .none else {
            Self.append(.unmapped, fields, to: &batch)
            return .none
        }
        batch.append(fields.countryCode, utf8: country.text.span)
        let label = assets.countries[country]
        if let label { batch.append(fields.countryName, utf8: label.name.span) }
        if assets.countryRanges != nil, let city, city.country == country, let point = city.point {
            if !city.region.isEmpty { batch.append(fields.regionName, utf8: city.region.span) }
            if !city.city.isEmpty { batch.append(fields.cityName, utf8: city.city.span) }
            batch.append(fields.location, point)
            batch.append(fields.accuracy, "city" as StaticString)
        } else {
            appendLabelPoint(label, fields, to: &batch)
        }
        return country
    }

    /// Appends the point of a country that is believed, or why there is none.
    func appendLabelPoint(_ label: Countries.Label?, _ fields: SideFields, to batch: inout EventBatch) {
        batch.append(fields.accuracy, "country" as StaticString)
        if let label {
            batch.append(fields.location, label.point)
        } else {
            batch.append(fields.placement, "unmapped" as StaticString)
        }
    }

    /// Appends that nothing is known and why.
    static func append(_ placement: Placement, _ fields: SideFields, to batch: inout EventBatch) {
        batch.append(fields.accuracy, "unknown" as StaticString)
        batch.append(fields.placement, placement.rawValue)
    }

    private func appendSystem(_ address: IPAddress, _ fields: SideFields, to batch: inout EventBatch) {
        guard let ranges = assets.asnRanges else { return }
        let value = ranges.value(of: address)
        guard value != 0 else { return }
        batch.append(fields.asNumber, integer: Int64(ranges.number(value)))
        ranges.withText(value) { if !$0.isEmpty { batch.append(fields.asName, utf8: Span(_unsafeElements: $0)) } }
    }
}
