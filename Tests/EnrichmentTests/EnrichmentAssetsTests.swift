import Model
import Testing

@testable import Enrichment

@Suite struct EnrichmentAssetsTests {
    @Test func everyAbsentFileIsReportedAndNothingFails() throws {
        let files = try TemporaryFiles()
        let assets = EnrichmentAssets(directory: files.directory)
        #expect(
            assets.missing.map(\.name) == ["city.mmdb", "country.ranges", "asn.ranges", "countries.json", "services.json", "attack.json"])
        var batch = EventBatch()
        batch.append(.sourceIP, IPAddress(v4: 20 << 24))
        batch.append(.threatTechniqueID, "T1110")
        batch.endRowWithoutRaw()
        try EnrichmentChain(assets: assets).enrich(&batch)
        #expect(batch[0].string(.sourcePlacement) == "unmapped")
    }

    @Test(arguments: ["city.mmdb", "country.ranges", "asn.ranges", "countries.json", "services.json", "attack.json"])
    func aDamagedFileIsReportedWithItsPath(name: String) throws {
        let files = try TemporaryFiles()
        let path = try files.write(name, "[1, 2".utf8)
        let reported = EnrichmentAssets(directory: files.directory).missing.first { $0.name == name }
        #expect(reported?.reason.contains(path) == true)
    }

    @Test func withoutFreshCountriesTheCityDatabaseGivesTheCountryAlone() throws {
        let files = try TemporaryFiles()
        let network = try #require(Network("20.0.0.0/8"))
        let entry = CityFile.Entry(network: network, country: "FR", city: "Lyon", latitude: 45, longitude: 4)
        _ = try files.write("city.mmdb", CityFile(entries: [entry]).bytes)
        let chain = try EnrichmentChain(assets: EnrichmentAssets(directory: files.directory))
        let row = chain.describe(IPAddress(v4: 20 << 24 | 1))[0]
        #expect(row.string(.sourceCountryCode) == "FR")
        #expect(row.string(.sourceAccuracy) == "country")
        #expect(row.string(.sourceCityName) == nil)
    }

    @Test func noDamageOfACityDatabaseTraps() throws {
        let files = try TemporaryFiles()
        let network = try #require(Network("20.0.0.0/8"))
        let good = CityFile(entries: [.init(network: network, country: "FR", city: "Lyon", latitude: 45, longitude: 4)]).bytes
        var random = Seeded(state: 3)
        for _ in 0..<300 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let database = try? CityDatabase(path: files.write("fuzz.mmdb", bytes)) else { continue }
            for address in [IPAddress(v4: 20 << 24), IPAddress(v4: 1), IPAddress(high: .max, low: 0)] {
                _ = database.record(of: address).map(database.city)
            }
        }
    }

    @Test(.enabled(if: TemporaryFiles.realAssets != nil, "no data files here: run tools/assets.py, or set PETREL_ASSETS"))
    func theRealFilesKnowWellKnownAddresses() throws {
        let assets = EnrichmentAssets(directory: try #require(TemporaryFiles.realAssets))
        #expect(assets.missing.isEmpty, "\(assets.missing)")
        let chain = try EnrichmentChain(assets: assets)
        for (text, country, system) in [("8.8.8.8", "US", 15169), ("193.0.6.139", "NL", 3333), ("2001:4860:4860::8888", "US", 15169)] {
            let row = chain.describe(try #require(IPAddress(text)))[0]
            #expect(row.string(.sourceCountryCode) == country)
            #expect(row.integer(.sourceASNumber) == Int64(system))
            #expect(row.point(.sourceLocation)?.isValid == true)
        }
        // Whatever the address, there is a point or a reason, and a country just when the fresh ranges name one.
        let ranges = try #require(assets.countryRanges)
        var random = Seeded(state: 5)
        for _ in 0..<20_000 {
            let address = IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
            let row = chain.describe(address)[0]
            let isKnown = AddressClass(address) == .global && ranges.value(of: address) != 0
            #expect((row.string(.sourceCountryCode) != nil) == isKnown)
            #expect((row.first(.sourceLocation) == nil) == (row.first(.sourcePlacement) != nil))
        }
    }
}
