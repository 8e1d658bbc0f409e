import Enrichment
import Formats
import Foundation
import Journal
import Model
import Pipeline
import TestKit
import Testing
import Web

@testable import Sources
@testable import petrel

@Suite struct ConfigurationTests {
    @Test func `An empty file has all defaults`() throws {
        let configuration = try Configuration.parse("", name: "petrel.yaml", environment: [:])
        let plain = Configuration()
        #expect(configuration.redactedDescription() == plain.redactedDescription())
        #expect(configuration.dataFolder == nil)
        #expect(configuration.journal.maximumAgeDays == 365)
        #expect(configuration.journal.maximumBytes == 200 << 30)
        #expect(configuration.sources.isEmpty)
        #expect(configuration.formats.names == FormatCatalogue.standard.names)
    }

    @Test func `Declared defaults are those of the types`() {
        let (configuration, web, journal) = (Configuration(), WebOptions(), JournalOptions())
        #expect(configuration.web.host == web.host)
        #expect(configuration.web.port == web.port)
        #expect(configuration.web.threads == web.threads)
        #expect(configuration.web.maximumStreams == web.maximumStreams)
        #expect(configuration.web.maximumBodyBytes == web.maximumBodyBytes)
        #expect(configuration.web.rateLimits.query == web.rateLimits.query)
        #expect(configuration.web.rateLimits.ingest == web.rateLimits.ingest)
        #expect(configuration.web.rateLimits.maximumClients == web.rateLimits.maximumClients)
        #expect(configuration.web.rateLimits.exempt == web.rateLimits.exempt)
        #expect(configuration.journal.fileBytes == journal.fileBytes)
        #expect(configuration.journal.originWindowSeconds == journal.originWindowSeconds)
        #expect(configuration.journal.node == journal.node)
        #expect(configuration.enrichment.cacheEntries == EnrichmentOptions().cacheEntries)
    }

    @Test func `Rate limits arrive, and 0 is none`() throws {
        let text = "web: {rate_limit: {query: 0, ingest: 7, ingest_burst: 9, max_clients: 5, exempt: [10.0.0.0/8, 2001:db8::/32]}}"
        let limits = try Configuration.parse(text, name: "t.yaml", environment: [:]).web.rateLimits
        #expect(limits.query == nil && limits.ingest == RateLimit(rate: 7, burst: 9) && limits.maximumClients == 5)
        #expect(limits.exempt == [Network("10.0.0.0/8"), Network("2001:db8::/32")])
    }

    @Test func `Every part of a file arrives`() throws {
        let text = """
            data: ./journal
            web: {host: "::1", port: 0, hosts: [a.example, b.example], path_prefix: /petrel/, max_body: 1.5MiB}
            journal: {max_age: unlimited, max_size: unlimited, origin_window: 90m, in_flight: 2MiB, node: 7}
            enrichment: {city: my.mmdb, asn: /srv/asn.ranges}
            sensors:
              - {name: lab-7, lat: 52.52, lon: 13.4, place: Berlin, country: no}
              - {network: 10.1.2.3/8, lat: -33, lon: 151}
            formats:
              fw:
                framing: csv
                fields: {source.ip: "3", labels.rule: rule}
                header: [when, rule, address]
                delimiter: tab
                time: {path: when, format: epoch, zone: -0530}
                severity: {default: high}
                source_place: {lat: "4", lon: "5"}
            sources:
              - {type: file, name: eve, paths: ["${LOGS}/eve*.json"], poll: 2s, max_record: 64KiB, time_zone: "+02:00", sensor: lab-7}
              - {type: stdin, name: in, format: fw}
              - {type: replay, name: again, path: ../old.json, speed: 0.5}
            """
        let configuration = try Configuration.parse(text, name: "/etc/petrel/petrel.yaml", environment: ["LOGS": "/logs"])
        #expect(configuration.dataFolder == "/etc/petrel/journal")
        #expect(configuration.web.host == "::1")
        #expect(configuration.web.port == 0)
        #expect(configuration.web.hosts == ["a.example", "b.example"])
        #expect(configuration.web.pathPrefix == "/petrel")
        #expect(configuration.web.maximumBodyBytes == 3 << 19)
        #expect(configuration.journal.maximumAgeDays == nil)
        #expect(configuration.journal.maximumBytes == nil)
        #expect(configuration.journal.originWindowSeconds == 5400)
        #expect(configuration.journal.node == 7)
        #expect(configuration.inFlightBytes == 2 << 20)
        #expect(configuration.enrichmentReplacements == ["city.mmdb": "/etc/petrel/my.mmdb", "asn.ranges": "/srv/asn.ranges"])
        #expect(
            configuration.enrichment.places == [
                SensorPlace(.name("lab-7"), latitude: 52.52, longitude: 13.4, city: "Berlin", country: "NO"),
                SensorPlace(.network(try #require(Network("10.0.0.0/8"))), latitude: -33, longitude: 151),
            ])
        #expect(configuration.formats.names == FormatCatalogue.standard.names + ["fw"])

        #expect(configuration.sources.map(\.settings.name) == ["eve", "in", "again"])
        let context = SourceContext(formats: configuration.formats, onNotice: { _ in })
        let options = try #require(try configuration.sources[0].make(context) as? FileSource).options
        #expect(options.paths == ["/logs/eve*.json"])
        #expect(options.follow)
        #expect(options.pollInterval == .seconds(2))
        #expect(options.maxRecordBytes == 64 << 10)
        #expect(configuration.sources[0].settings.zoneMinutes == 120)
        #expect(configuration.sources[0].settings.sensor == "lab-7")
        #expect(configuration.sources[1].settings.format == "fw")
        let replay = try #require(try configuration.sources[2].make(context) as? ReplaySource)
        #expect(replay.path == "/etc/petrel/../old.json")
        #expect(replay.speed == 0.5)
    }

    @Test func `The kind of a source may come from the environment`() throws {
        let text = "sources: [{type: '${KIND}', name: a, paths: [x]}]"
        #expect(try Configuration.parse(text, name: "c.yaml", environment: ["KIND": "file"]).sources.count == 1)
        #expect(throws: ConfigurationError.self) { try Configuration.parse(text, name: "c.yaml", environment: ["KIND": "stdin"]) }
    }

    @Test func `A simulator is marked`() throws {
        let text = "sources: [{type: simulator, name: sim, rate: 100, seed: 42}]"
        let source = try #require(try Configuration.parse(text, name: "c.yaml", environment: [:]).sources.first)
        #expect(source.settings.isSimulated)
        let simulator = try #require(
            try source.make(SourceContext(formats: .standard, onNotice: { _ in })) as? SimulatorSource)
        #expect(simulator.rate == 100)
        #expect(simulator.seed == 42)
    }

    // MARK: Secrets

    @Test func `Secrets come from a file or the environment and are not printed`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("petrel-configuration-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let secret = "0123456789abcdef"
        try Data("\(secret)\n".utf8).write(to: folder.appendingPathComponent("token"))
        let file = folder.appendingPathComponent("petrel.yaml").path
        try Data("web:\n  token_file: token\n".utf8).write(to: URL(fileURLWithPath: file))
        let fromFile = try Configuration.load(path: file, environment: [:])
        #expect(fromFile.web.token == secret)
        #expect(!fromFile.redactedDescription().contains(secret))

        let text = "web: {token: '${TOKEN}', hosts: ['${HOST}']}"
        let fromEnvironment = try Configuration.parse(text, name: "c.yaml", environment: ["TOKEN": secret, "HOST": "x.example"])
        #expect(fromEnvironment.web.token == secret)
        #expect(fromEnvironment.web.hosts == ["x.example"])
        #expect(fromEnvironment.redactedDescription().contains("  token: \"[redacted]\"\n"))
        #expect(fromEnvironment.redactedDescription().contains("  hosts: [\"${HOST}\"]\n"))
        #expect(!fromEnvironment.redactedDescription().contains(secret))
    }

    @Test func `What the environment holds is never YAML and never expanded again`() throws {
        let value = "a: [b] # ${HOME} \" \n - c"
        let text = "web: {hosts: ['${X}', '$${X}', 'a$b$']}"
        let configuration = try Configuration.parse(text, name: "c.yaml", environment: ["X": value])
        #expect(configuration.web.hosts == [value, "${X}", "a$b$"])
    }

    // MARK: Texts made from the declaration

    @Test func `The example is the defaults`() throws {
        let configuration = try Configuration.parse(Configuration.exampleText, name: "petrel.yaml", environment: [:])
        #expect(configuration.redactedDescription() == Configuration().redactedDescription())
    }

    @Test func `Every key of the example can be switched on`() throws {
        let lines = Configuration.exampleText.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let all = ConfigurationExample.switchedOn(lines).filter { !$0.contains("_file:") }
        let text = all.joined(separator: "\n")
        let simulator = try #require(text.range(of: "  - type: simulator"))
        let variables = text.matches(of: /\$\{([A-Z_]+)\}/).map { (String($0.1), "\($0.1)-0123456789abcdef") }
        let environment = Dictionary(variables) { first, _ in first }
        let configuration = try Configuration.parse(String(text[..<simulator.lowerBound]), name: "petrel.yaml", environment: environment)
        #expect(configuration.sources.count == SourceKinds.all.count - 1)
        #expect(configuration.enrichment.places.count == 2)
        #expect(configuration.formats.names.suffix(2) == ["my-json", "my-csv"])
        let alone = "sources:\n" + text[simulator.lowerBound...]
        #expect(try Configuration.parse(alone, name: "petrel.yaml", environment: environment).sources.count == 1)
    }

    @Test func `What is printed means the same when it is read`() throws {
        let text = """
            data: "null"
            sensors: [{name: "a: \\"b\\" # c\\n\\td\\u0007", lat: 1, lon: 2}]
            formats: {fw: {fields: {source.ip: "a b.c", "labels.x": "- y"}, time: {path: t, format: "%d/%m/%Y %H:%M"}}}
            sources: [{type: file, name: eve, paths: ["*.json", "${A}"], follow: false}]
            """
        let first = try Configuration.parse(text, name: "c.yaml", environment: ["A": "b"])
        let second = try Configuration.parse(first.redactedDescription(), name: "c.yaml", environment: ["A": "b"])
        #expect(second.redactedDescription() == first.redactedDescription())
        #expect(second.enrichment.places == first.enrichment.places)
        #expect(second.dataFolder == "null")
    }

    @Test func `The documentation is what the declaration says`() throws {
        let url = Golden.file("../../docs/configuration.md")
        #expect(try Golden.difference(Array(Configuration.documentation.utf8), from: url) == nil)
    }

    @Test func `Every option is explained and has a default or an example`() {
        func check(_ group: ConfigurationGroup, _ key: String) {
            for option in group.options {
                #expect(option.summary.hasSuffix("."), "\(key)\(option.name)")
                if let inner = option.type.group {
                    check(inner, "\(key)\(option.name).")
                } else {
                    #expect(option.standard != nil || option.example != nil, "\(key)\(option.name)")
                }
            }
        }
        check(ConfigurationSpec.root, "")
    }
}
