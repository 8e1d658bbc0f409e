import Model

/// Finds the configured place of a sensor or an address.
struct SensorIndex: Sendable {
    /// A place and its encoded pairs, ready to be appended.
    struct Site: Sendable {
        let place: SensorPlace
        /// `observer.geo.*`.
        let observer: [UInt8]
        /// `destination.geo.*`.
        let destination: [UInt8]
    }

    private(set) var sites: [Site] = []
    private var names = ByteTable()
    private var siteOfName: [Int] = []
    private var regions = ByteTable()
    private var firstRegion = 0
    private var networks: [(network: Network, site: Int)] = []

    init(_ places: [SensorPlace], countries: Countries) throws(EnrichmentError) {
        for place in places {
            let called: String
            switch place.key {
            case .name(let name):
                called = "sensor \(name)"
                guard names.insert(Array(name.utf8)) == siteOfName.count else {
                    throw EnrichmentError(.badPlace, "\(called): placed twice; remove one of the places")
                }
                siteOfName.append(sites.count)
            case .network(let network):
                called = "network \(network)"
                guard !networks.contains(where: { $0.network == network }) else {
                    throw EnrichmentError(.badPlace, "\(called): placed twice; remove one of the places")
                }
                networks.append((network, sites.count))
            }
            guard place.point.isValid else {
                let stated = "\(place.point.latitude), \(place.point.longitude)"
                throw EnrichmentError(
                    .badPlace, "\(called): \(stated) is not on the globe; latitude is -90 to 90, longitude -180 to 180")
            }
            if let country = place.country, CountryCode(country.utf8) == .none {
                throw EnrichmentError(.badPlace, "\(called): country \(country) is not two letters (ISO 3166-1 alpha-2)")
            }
            guard (place.city ?? "").utf8.count <= 255 else {
                throw EnrichmentError(.badPlace, "\(called): the city is longer than 255 bytes")
            }
            sites.append(Self.site(place, accuracy: .stated, countries))
        }
        networks.sort { $0.network.prefixLength > $1.network.prefixLength }
        firstRegion = sites.count
        for place in SensorPlace.amazonRegions {
            guard case .name(let word) = place.key else { continue }
            _ = regions.insert(Array(word.utf8))
            sites.append(Self.site(place, accuracy: .city, countries))
        }
    }

    /// The site of a sensor by its configured name.
    func site(named name: Span<UInt8>) -> Int? { names.find(name).map { siteOfName[$0] } }

    /// The site of the narrowest configured network around the address.
    func site(around address: IPAddress) -> Int? { networks.first { $0.network.contains(address) }?.site }

    /// The region after the first `-` of the name of a host of the AWS honeypot data set.
    func amazonRegion(ofHost name: Span<UInt8>) -> Int? {
        for i in name.indices where name[i] == UInt8(ascii: "-") {
            return regions.find(name.extracting((i + 1)..<name.count)).map { firstRegion + $0 }
        }
        return nil
    }

    private static func site(_ place: SensorPlace, accuracy: GeoAccuracy, _ countries: Countries) -> Site {
        var observer = EventBatch()
        observer.append(.observerLocation, place.point)
        if let city = place.city { observer.append(.observerCityName, city) }
        if let country = place.country { observer.append(.observerCountryCode, country.uppercased()) }
        var destination = EventBatch()
        append(place, accuracy: accuracy, SideFields.destination, countries, to: &destination)
        return Site(place: place, observer: observer.bytes, destination: destination.bytes)
    }

    /// Appends a configured place as that of one side.
    static func append(
        _ place: SensorPlace, accuracy: GeoAccuracy, _ fields: SideFields, _ countries: Countries, to batch: inout EventBatch
    ) {
        let code = CountryCode((place.country ?? "").utf8)
        if code != .none {
            batch.append(fields.countryCode, utf8: code.text.span)
            if let label = countries[code] { batch.append(fields.countryName, utf8: label.name.span) }
        }
        if let city = place.city { batch.append(fields.cityName, city) }
        batch.append(fields.location, place.point)
        batch.append(fields.accuracy, accuracy.name)
    }
}
