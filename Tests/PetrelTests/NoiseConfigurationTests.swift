import Enrichment
import Model
import Pipeline
import Testing

@testable import petrel

@Suite struct NoiseConfigurationTests {
    private static func parse(_ text: String) throws -> Configuration {
        try Configuration.parse(text, name: "/etc/petrel/c.yaml", environment: [:])
    }

    @Test func `Every part arrives, and what is printed means the same`() throws {
        let text = """
            indicators: [{name: grey, path: /srv/grey.txt}]
            noise:
              own: [{name: lab, addresses: [192.0.2.10, "2001:db8:5::/48"]}]
              lists: [{name: research, path: /srv/scanners.txt, format: address-list}]
              known_agents: true
              agents: ["*probe*"]
              feeds: [grey]
              repeat: {more_than: 50, within: 90m}
            """
        let configuration = try Self.parse(text)
        let networks = [try #require(Network("192.0.2.10")), try #require(Network("2001:db8:5::/48"))]
        let expected = NoiseOptions(
            own: [.init(name: "lab", networks: networks)], agents: ["*probe*"], usesKnownAgents: true, feeds: ["grey"],
            repeats: .init(moreThan: 50, seconds: 5400))
        #expect(configuration.noise == expected)
        #expect(configuration.noiseLists == [.init(name: "research", path: "/srv/scanners.txt", format: "address-list")])
        let again = try Self.parse(configuration.redactedDescription())
        #expect(again.noise == expected && again.noiseLists == configuration.noiseLists)
    }

    @Test(arguments: ["", "noise: {}", "noise: {known_agents: false, repeat: {within: 2h}}"])
    func `Nothing is noise unless something is named, also in what is printed`(text: String) throws {
        let configuration = try Self.parse(text)
        #expect(configuration.noise == nil)
        #expect(try Self.parse(configuration.redactedDescription()).noise == nil)
    }

    @Test func `One list alone is enough`() throws {
        #expect(try Self.parse("noise: {lists: [{name: a, path: /srv/a}]}").noise == NoiseOptions())
    }
}
