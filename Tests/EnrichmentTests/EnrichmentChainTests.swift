import Model
import Testing

@testable import Enrichment

@Suite struct EnrichmentChainTests {
    let files: TemporaryFiles
    /// 20/8: both databases say FR. 21/8: they disagree. 22/8: only countries. 23/8: only cities. 24/8: a country without a label.
    let assets: EnrichmentAssets

    init() throws {
        files = try TemporaryFiles()
        func city(_ network: String, _ country: String, _ city: String) throws -> CityFile.Entry {
            .init(network: try #require(Network(network)), country: country, city: city, latitude: 45.5, longitude: 4.5)
        }
        let cities = try [city("20.0.0.0/8", "FR", "Lyon"), city("21.0.0.0/8", "FR", "Lyon"), city("23.0.0.0/8", "FR", "Lyon")]
        _ = try files.write("city.mmdb", CityFile(entries: cities).bytes)
        let countries = RangeFile(
            v4: [(20 << 24, 1), (21 << 24, 2), (23 << 24, 0), (24 << 24, 3), (25 << 24, 0)],
            values: [(0, ""), (0, "FR"), (0, "DE"), (0, "XK")])
        _ = try files.write("country.ranges", countries.bytes)
        _ = try files.write("asn.ranges", RangeFile(v4: [(20 << 24, 1), (21 << 24, 0)], values: [(0, ""), (3215, "Orange")]).bytes)
        let labels = #"{"FR":{"name":"France","lat":46.7,"lon":2.4},"DE":{"name":"Germany","lat":51.0,"lon":10.0}}"#
        _ = try files.write("countries.json", labels.utf8)
        _ = try files.write("services.json", #"{"tcp":{"22":"ssh","53":"domain","514":"shell"},"udp":{"53":"domain","514":"syslog"}}"#.utf8)
        let techniques =
            #"{"T1110":{"name":"Brute Force","tactics":["credential-access"]},"T1078":{"name":"Valid Accounts","tactics":["credential-access","command-and-control"]}}"#
        let tactics = #"{"TA0006":"credential-access","TA0011":"command-and-control"}"#
        _ = try files.write("attack.json", #"{"version":"17.0","tactics":\#(tactics),"techniques":\#(techniques)}"#.utf8)
        assets = EnrichmentAssets(directory: files.directory)
        try #require(assets.missing.isEmpty, "\(assets.missing)")
    }

    /// The enriched row as `name=value` lines, of what enrichment added.
    func added(_ options: EnrichmentOptions = .init(), _ fill: (inout EventBatch) throws -> Void) throws -> Set<String> {
        var batch = EventBatch()
        batch.append(.eventFamily, "attack")
        try fill(&batch)
        batch.endRowWithoutRaw()
        let before = lines(batch)
        let chain = try EnrichmentChain(assets: assets, options: options)
        chain.enrich(&batch)
        #expect(batch[0].isWellFormed)
        let after = lines(batch)
        #expect(Set(after).count == after.count || before.count != Set(before).count, "no field twice: \(after)")
        chain.enrich(&batch)
        #expect(lines(batch) == after, "enriching twice changes nothing")
        return Set(after.dropFirst(before.count))
    }

    func lines(_ batch: EventBatch) -> [String] {
        var lines: [String] = []
        let row = batch[0]
        var at = row.start
        while let pair = row.pair(at: at) {
            lines.append("\(pair.field.name)=\(text(pair, row))")
            at = pair.end
        }
        return lines
    }

    private func text(_ pair: EventRow.Pair, _ row: EventRow) -> String {
        switch pair.field.type {
        case .geoPoint: "\(row.point(pair).latitude),\(row.point(pair).longitude)"
        case .integer: "\(row.integer(pair))"
        case .ip: "\(row.ip(pair))"
        default: String(decoding: row.utf8(pair), as: UTF8.self)
        }
    }

    let noDestination: Set<String> = ["destination.geo.accuracy=unknown", "destination.geo.placement=absent"]
    let noSource: Set<String> = ["source.geo.accuracy=unknown", "source.geo.placement=absent"]

    @Test(arguments: [
        (
            "20.1.2.3",
            [
                "country_iso_code=FR", "country_name=France", "city_name=Lyon", "location=45.5,4.5", "accuracy=city",
            ]
        ),
        ("21.1.2.3", ["country_iso_code=DE", "country_name=Germany", "location=51.0,10.0", "accuracy=country"]),
        ("22.1.2.3", ["country_iso_code=DE", "country_name=Germany", "location=51.0,10.0", "accuracy=country"]),
        ("23.1.2.3", ["accuracy=unknown", "placement=unmapped"]),
        ("24.1.2.3", ["country_iso_code=XK", "accuracy=country", "placement=unmapped"]),
        ("25.1.2.3", ["accuracy=unknown", "placement=unmapped"]), ("10.1.2.3", ["accuracy=unknown", "placement=private"]),
        ("192.0.2.1", ["accuracy=unknown", "placement=private"]), ("2001:db8::1", ["accuracy=unknown", "placement=private"]),
        ("2606::1", ["accuracy=unknown", "placement=unmapped"]),
    ])
    func anAddressIsPlacedByTheRules(address: String, expected: [String]) throws {
        let ip = try #require(IPAddress(address))
        let system: Set<String> = address.hasPrefix("20.") ? ["as.number=3215", "as.organization.name=Orange"] : []
        let source = Set(expected.map { "source.geo.\($0)" }).union(system.map { "source.\($0)" })
        #expect(try added { $0.append(.sourceIP, ip) } == source.union(noDestination))
        let destination = Set(expected.map { "destination.geo.\($0)" }).union(system.map { "destination.\($0)" })
        #expect(try added { $0.append(.destinationIP, ip) } == destination.union(noSource))
    }

    @Test func whatTheRecordStatesWins() throws {
        let ip = IPAddress(v4: 20 << 24 | 1)
        let system: Set<String> = ["source.as.number=3215", "source.as.organization.name=Orange"]
        let stated = try added {
            $0.append(.sourceIP, ip)
            $0.append(.sourceLocation, GeoPoint(latitude: 1, longitude: 2))
            $0.append(.sourceCountryCode, "DE")
        }
        #expect(stated == system.union(noDestination).union(["source.geo.country_name=Germany", "source.geo.accuracy=stated"]))
        let withoutCountry = try added {
            $0.append(.sourceIP, ip)
            $0.append(.sourceLocation, GeoPoint(latitude: 1, longitude: 2))
        }
        #expect(withoutCountry.isSuperset(of: ["source.geo.country_iso_code=FR", "source.geo.accuracy=stated"]))
        let countryOnly = try added {
            $0.append(.sourceIP, ip)
            $0.append(.sourceCountryCode, "de")
        }
        #expect(countryOnly.isSuperset(of: ["source.geo.accuracy=country", "source.geo.location=51.0,10.0"]))
        #expect(!countryOnly.contains("source.geo.city_name=Lyon"))
        let nameOnly = try added { $0.append(.sourceCountryName, "Germany") }
        #expect(nameOnly.isSuperset(of: ["source.geo.country_iso_code=DE", "source.geo.accuracy=country"]))
    }

    @Test func coordinatesOffTheGlobeAreNotBelieved() throws {
        let result = try added { $0.append(.sourceLocation, GeoPoint(latitude: .nan, longitude: 2)) }
        #expect(result == noDestination.union(noSource))
    }

    @Test func anEndWithoutAddressIsOnlyMissedInAttacks() throws {
        var batch = EventBatch()
        batch.append(.eventFamily, "post")
        batch.endRowWithoutRaw()
        try EnrichmentChain(assets: assets).enrich(&batch)
        #expect(lines(batch) == ["event.family=post"])
    }

    @Test func sensorsArePlacedByNameAndNetwork() throws {
        let network = try #require(Network("10.9.0.0/16"))
        let narrow = try #require(Network("10.9.8.0/24"))
        let options = EnrichmentOptions(places: [
            SensorPlace(.name("edge"), latitude: 48, longitude: 2, city: "Paris", country: "fr"),
            SensorPlace(.network(network), latitude: 52, longitude: 13), SensorPlace(.network(narrow), latitude: 53, longitude: 10),
        ])
        let named = try added(options) {
            $0.append(.observerName, "edge")
            $0.append(.destinationIP, IPAddress(v4: 0x0a00_0001))
        }
        #expect(
            named
                == noSource.union([
                    "observer.geo.location=48.0,2.0", "observer.geo.city_name=Paris", "observer.geo.country_iso_code=FR",
                    "destination.geo.country_iso_code=FR", "destination.geo.country_name=France", "destination.geo.city_name=Paris",
                    "destination.geo.location=48.0,2.0", "destination.geo.accuracy=stated",
                ]))
        let byAddress = try added(options) { $0.append(.observerIP, IPAddress(v4: 0x0a09_0801)) }
        #expect(byAddress.contains("destination.geo.location=53.0,10.0"))
        let byDestination = try added(options) { $0.append(.destinationIP, IPAddress(v4: 0x0a09_0101)) }
        #expect(
            byDestination.isSuperset(of: ["observer.geo.location=52.0,13.0", "destination.geo.location=52.0,13.0"]))
        let publicDestination = try added(options) {
            $0.append(.observerName, "edge")
            $0.append(.destinationIP, IPAddress(v4: 20 << 24 | 1))
        }
        #expect(publicDestination.contains("destination.geo.city_name=Lyon"))
    }

    @Test func anUnplacedSensorStaysUnplaced() throws {
        let result = try added {
            $0.append(.observerName, "groucho-oregon")
            $0.append(.eventDataset, "suricata.alert")
            $0.append(.destinationIP, IPAddress(v4: 0x0a00_0001))
        }
        #expect(result == noSource.union(["destination.geo.accuracy=unknown", "destination.geo.placement=private"]))
    }

    @Test(arguments: [
        ("groucho-oregon", "US"), ("groucho-us-east", "US"), ("groucho-norcal", "US"), ("zeppo-norcal", "US"), ("groucho-tokyo", "JP"),
        ("groucho-singapore", "SG"), ("groucho-sydney", "AU"), ("groucho-eu", "IE"), ("groucho-sa", "BR"),
    ])
    func marxHostsStandInTheirRegion(host: String, country: String) throws {
        let result = try added {
            $0.append(.observerName, host)
            $0.append(.eventDataset, "marx")
        }
        #expect(
            result.isSuperset(of: [
                "observer.geo.country_iso_code=\(country)", "destination.geo.country_iso_code=\(country)", "destination.geo.accuracy=city",
            ]))
    }

    @Test(
        arguments: [
            (22, "tcp", "ssh"), (22, "udp", nil), (514, "udp", "syslog"), (514, nil, nil), (53, nil, "domain"), (22, nil, "ssh"),
            (22, "icmp", nil), (65_536, "tcp", nil), (-1, "tcp", nil),
        ] as [(Int64, String?, String?)])
    func portsAreNamed(port: Int64, transport: String?, name: String?) throws {
        let result = try added {
            $0.append(.destinationPort, integer: port)
            if let transport { $0.append(.networkTransport, transport) }
        }
        #expect(result == noSource.union(noDestination).union(name.map { ["network.application=\($0)"] } ?? []))
    }

    @Test func aStatedProtocolIsNotGuessedAgain() throws {
        let result = try added {
            $0.append(.destinationPort, integer: 22)
            $0.append(.networkProtocol, "http")
        }
        #expect(result == noSource.union(noDestination))
    }

    @Test func techniquesAreNamedAndTheirTacticsOnce() throws {
        let result = try added {
            $0.append(.threatTechniqueID, "T1110")
            $0.append(.threatTechniqueID, "T1078")
            $0.append(.threatTechniqueID, "T9999")
        }
        #expect(
            result
                == noSource.union(noDestination).union([
                    "threat.technique.name=Brute Force", "threat.technique.name=Valid Accounts", "threat.tactic.id=TA0006",
                    "threat.tactic.name=Credential Access", "threat.tactic.id=TA0011", "threat.tactic.name=Command and Control",
                ]))
    }

    @Test func badPlacesAreRefused() throws {
        let off = SensorPlace(.name("a"), latitude: 91, longitude: 0)
        let good = SensorPlace(.name("a"), latitude: 9, longitude: 0)
        let wordy = SensorPlace(.name("b"), latitude: 9, longitude: 0, country: "Germany")
        for places in [[off], [good, good], [wordy]] {
            let error = #expect(throws: EnrichmentError.self) { try EnrichmentChain(assets: assets, options: .init(places: places)) }
            #expect(error?.code == .badPlace)
        }
    }

    @Test func theRevisionFollowsFilesAndPlaces() throws {
        let plain = try EnrichmentChain(assets: assets)
        #expect(try EnrichmentChain(assets: EnrichmentAssets(directory: files.directory)).revision == plain.revision)
        let place = SensorPlace(.name("a"), latitude: 9, longitude: 0)
        #expect(try EnrichmentChain(assets: assets, options: .init(places: [place])).revision != plain.revision)
        let other = try files.write("other.json", #"{"tcp":{"22":"sshd"}}"#.utf8)
        let replaced = EnrichmentAssets(directory: files.directory, replacing: ["services.json": other])
        #expect(try EnrichmentChain(assets: replaced).revision != plain.revision)
    }

    @Test func hostileRowsNeitherTrapNorLoseARow() throws {
        var random = Seeded(state: 4)
        let chain = try EnrichmentChain(assets: assets)
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            var ends: [Int] = []
            for _ in 0..<20 {
                if Bool.random(using: &random) {
                    var row = EventBatch()
                    row.append(.sourceIP, IPAddress(v4: 20 << 24))
                    row.append(.threatTechniqueID, "T1110")
                    bytes += row.bytes
                }
                for _ in 0..<Int.random(in: 0...40, using: &random) { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
                ends.append(bytes.count)
            }
            var batch = try #require(EventBatch(bytes: bytes, rowEnds: ends, rawBytes: [], rawEnds: ends.map { _ in 0 }))
            let before = batch
            chain.enrich(&batch)
            #expect(batch.count == before.count)
            for row in 0..<batch.count {
                let old = before[row]
                let new = batch[row]
                #expect(Array(new.bytes[new.start..<new.start + old.end - old.start]) == Array(old.bytes[old.start..<old.end]))
                #expect(old.isWellFormed == new.isWellFormed)
            }
        }
    }

    @Test func aPostIsWhereTheFirstAddressIsThatItNames() throws {
        func place(_ addresses: String..., isStated: Bool = false) throws -> Set<String> {
            try added {
                for text in addresses { $0.append(.relatedIP, try #require(IPAddress(text))) }
                if isStated { $0.append(.sourceLocation, GeoPoint(latitude: 1, longitude: 2)) }
                $0.append(.eventFamily, "post")
            }
        }
        let lyon: Set = ["post.geo.location=45.5,4.5", "post.geo.accuracy=city"]
        #expect(try place("20.1.2.3") == lyon)
        #expect(try place("10.0.0.1", "24.1.2.3", "20.1.2.3") == lyon)
        #expect(try place("21.1.2.3", "20.1.2.3") == ["post.geo.location=51.0,10.0", "post.geo.accuracy=country"])
        #expect(try place("10.0.0.1").isEmpty)
        #expect(try place("20.1.2.3", isStated: true).allSatisfy { !$0.hasPrefix("post.geo") })
        #expect(try added { $0.append(.relatedIP, try #require(IPAddress("20.1.2.3"))) }.allSatisfy { !$0.hasPrefix("post.geo") })
    }
}
