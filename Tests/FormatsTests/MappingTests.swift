import Formats
import Model
import TestKit
import Testing
import Wire

struct MappingTests {
    private func decode(_ mapping: MappingSpec, _ lines: [String]) throws -> (EventBatch, [DecodeError], [UInt8]) {
        var decoder = try #require(MappingFormat(name: "mine", mapping: mapping, state: []))
        var batch = EventBatch()
        var errors: [DecodeError] = []
        for line in lines {
            do {
                _ = try decoder.decode(Array(line.utf8).span, in: Decoding.context, into: &batch)
            } catch {
                batch.abandonRow()
                errors.append(error)
            }
        }
        return (batch, errors, decoder.state)
    }

    @Test func jsonByPathsTablesAndConstants() throws {
        let mapping = MappingSpec(
            fields: [
                "source.ip": "peer.addr", "source.port": "peer.port", "user.name": "who", "dns.answers.data": "answers[1].data",
                "labels.mood": "id.mood",
                "tags": "tags",
            ],
            constants: ["observer.name": "gate", "observer.ip": "192.0.2.1"],
            time: MappingSpec.Time(path: "when", format: "%d.%m.%Y %H:%M", zoneMinutes: 60),
            attackType: MappingSpec.Lookup(path: "kind", table: ["Login": "bruteforce"], fallback: "other"),
            severity: MappingSpec.Lookup(path: nil, fallback: "high"),
            sourcePlace: MappingSpec.Place(latitude: "lat", longitude: "lon"))
        #expect(mapping.problems() == [])
        let (batch, errors, _) = try decode(
            mapping,
            [
                #"{"when":"31.12.2020 01:00","peer":{"addr":"198.51.100.7","port":"22"},"who":"r\u00f6\u00f6t","kind":"LOGIN","lat":"10.5","lon":-20,"answers":[{"data":"a"},{"data":"b"}],"id.mood":"sad","tags":["x","y"]}"#,
                #"{"peer":{"addr":"not an address","port":99999}}"#,
                #"{"when":"31.13.2020 01:00","who":"x"}"#, "[1]", #"{"unrelated":1}"#,
            ])
        #expect(batch.count == 2)
        #expect(errors.map(\.code) == [.badTime, .notAnObject, .missingField])
        let first = batch[0]
        #expect(first.date(.timestamp)?.iso8601 == "2020-12-31T00:00:00Z")
        #expect(first.ip(.sourceIP)?.description == "198.51.100.7")
        #expect(first.integer(.sourcePort) == 22)
        #expect(first.string(.userName) == "rööt")
        #expect(first.string(.attackType) == "bruteforce")
        #expect(first.string(.attackSeverity) == "high")
        #expect(first.string(.observerName) == "gate")
        #expect(first.strings(.dnsAnswers) == ["b"])
        #expect(first.strings(.tags) == ["x", "y"])
        #expect(first.point(.sourceLocation) == GeoPoint(latitude: 10.5, longitude: -20))
        #expect(first.string(.sourceAccuracy) == "stated")
        #expect(first.string(.eventDataset) == "mine")
        let second = batch[1]
        #expect(second.string(.sourceDomain) == "not an address")
        #expect(second.integer(.sourcePort) == nil)
        #expect(second.string(.timeQuality) == "arrival")
        #expect(second.string(.attackType) == "other")
    }

    @Test func csvByHeaderNumberAndList() throws {
        let fields = ["source.ip": "addr", "destination.port": "2"]
        let byHeader = MappingSpec(framing: .csv, fields: fields, delimiter: UInt8(ascii: ";"))
        let (batch, errors, state) = try decode(byHeader, ["addr;port", "198.51.100.7;22", "", "\"198.51.100.8\";23", "\"open"])
        #expect(errors.map(\.code) == [.malformedCSV])
        #expect((0..<batch.count).map { batch[$0].ip(.sourceIP)?.description } == ["198.51.100.7", "198.51.100.8"])
        #expect((0..<batch.count).map { batch[$0].integer(.destinationPort) } == [22, 23])
        #expect(state == Array("addr;port".utf8))

        var resumed = try #require(MappingFormat(name: "mine", mapping: byHeader, state: state))
        var more = EventBatch()
        let decoded = try resumed.decode(Array("198.51.100.9;24".utf8).span, in: Decoding.context, into: &more)
        #expect(decoded == .events(1))
        #expect(more[0].ip(.sourceIP)?.description == "198.51.100.9")
        #expect(MappingFormat(name: "mine", mapping: MappingSpec(fields: fields), state: state) == nil)

        let byList = MappingSpec(framing: .csv, fields: fields, header: .columns(["addr", "port"]))
        #expect(try decode(byList, ["addr,port", "198.51.100.7,22"]).0.count == 1)
        let byNumber = MappingSpec(framing: .csv, fields: ["source.ip": "1"], header: .none)
        #expect(try decode(byNumber, ["198.51.100.7,22"]).0.count == 1)
    }

    @Test func problemsNameTheKeyAndWhatWasMeant() {
        let mapping = MappingSpec(
            framing: .csv, fields: ["source.adress": "a", "@timestamp": "a", "source.ip": "adr", "labels.": "a"],
            constants: ["observer.ip": "gate"],
            time: MappingSpec.Time(path: "a", format: "epoch_sm"), attackType: MappingSpec.Lookup(path: "a", table: ["x": "brutforce"]),
            header: .columns(["a", "addr"]))
        let problems = mapping.problems().map(\.description)
        func has(_ key: String, _ text: String) -> Bool { problems.contains { $0.hasPrefix(key + ":") && $0.contains(text) } }
        #expect(has("fields.source.adress", "no such field"))
        #expect(has("fields.@timestamp", "time:"))
        #expect(has("fields.source.ip", "did you mean addr?"))
        #expect(has("fields.labels.", "a name"))
        #expect(has("constants.observer.ip", "does not fit"))
        #expect(has("time.format", "did you mean epoch_ms?"))
        #expect(has("attack_type.table.x", "did you mean bruteforce?"))
        #expect(problems.count == 7)
        #expect(MappingPreset.satoriAttacks.mapping.problems() == [])
    }

    @Test func theCatalogueFindsAndAddsFormats() {
        let catalogue = FormatCatalogue.standard.adding(name: "mine", mapping: MappingSpec(fields: ["source.ip": "a"]))
        #expect(catalogue.names == FormatCatalogue.standard.names + ["mine"])
        #expect(Set(catalogue.names).count == catalogue.names.count)
        #expect(catalogue.entry(named: "mine")?.spec.framing == .json)
        #expect(catalogue.nearest(to: "suricatta") == "suricata")
        #expect(catalogue.nearest(to: "zzz") == nil)
        #expect(Decoding.detected(Array("hello".utf8)) == nil)
        #expect(Decoding.detected([]) == nil)
    }
}
