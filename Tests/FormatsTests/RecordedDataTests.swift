import Formats
import Foundation
import Model
import TestKit
import Testing

/// Every recorded line of the formats is an event; totals are those computed independently (the data's README §2).
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.skipMessage)"))
struct RecordedDataTests {
    @Test func everyMarxRowIsAnEventAndTheTotalsAreRight() throws {
        let bytes = try SharedData.bytes("marx/marx-geo.2013-03-to-07.csv.gz")
        let lines = SharedData.lines(of: bytes)
        var totals: [String: Int] = [:]
        var rows = 0
        // In pieces, so that the test's memory stays small.
        for start in stride(from: 0, to: lines.count, by: 20_000) {
            let decoding = try Decoding("marx", bytes, Array(lines[start..<min(start + 20_000, lines.count)]))
            #expect(decoding.errors.isEmpty)
            #expect(decoding.notRecords == (start == 0 ? 1 : 0))
            rows += decoding.batch.count
            for row in 0..<decoding.batch.count {
                let event = decoding.batch[row]
                totals[event.string(.sourceCountryCode) ?? "-", default: 0] += 1
                totals[event.string(.networkTransport) ?? "-", default: 0] += 1
                if let point = event.point(.sourceLocation), event.string(.sourceRegionName) == "Washington, D.C." {
                    #expect(point.latitude > 38 && point.latitude < 39.5 && point.longitude < -76 && point.longitude > -78)
                    totals["Washington", default: 0] += 1
                }
            }
        }
        #expect(rows == 339_526)
        #expect(totals["CN"] == 135_044)
        #expect(totals["US"] == 69_285)
        #expect(totals["JP"] == 13_335)
        #expect(totals["tcp"] == 253_944)
        #expect(totals["udp"] == 51_210)
        #expect(totals["icmp"] == 34_372)
        #expect(totals["Washington"] == 75)
    }

    @Test func theKaggleVariantDecodes() throws {
        let bytes = try SharedData.bytes("marx/marx-geo.kaggle-variant.first20000.cr-only.csv")
        let decoding = try Decoding("marx", bytes, SharedData.lines(of: bytes))
        #expect(decoding.errors.isEmpty)
        #expect(decoding.records == decoding.batch.count && decoding.records >= 19_999)
        #expect(decoding.isComplete)
        #expect(Decoding.detected(bytes) == "marx")
    }

    @Test func everyEVELineIsAnEvent() throws {
        var types: [String: Int] = [:]
        for file in try SharedData.files(in: "suricata") where file.lastPathComponent.contains(".json") {
            let bytes = try SharedData.bytes(at: file)
            let records = bytes.first == UInt8(ascii: "[") ? Decoding.elements(of: bytes) : SharedData.lines(of: bytes)
            let decoding = try Decoding("suricata", bytes, records)
            #expect(decoding.errors.isEmpty, "\(file.lastPathComponent)")
            #expect(decoding.isComplete, "\(file.lastPathComponent)")
            #expect(Decoding.detected(bytes) == "suricata", "\(file.lastPathComponent)")
            types.merge(decoding.counts(.attackType), uniquingKeysWith: +)
        }
        let alerts = types.values.reduce(0, +)
        let others = types["other"] ?? 0
        print(
            "Suricata alerts by attack.type: \(types.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
        )
        #expect(alerts > 1_600)
        #expect(others * 200 < alerts)
    }

    @Test func eveBehindSyslogDecodes() throws {
        let bytes = try SharedData.bytes("suricata/eve-in-syslog-2023.log")
        let decoding = try Decoding("suricata", bytes, SharedData.lines(of: bytes))
        #expect(decoding.batch.count >= 8)
        #expect(decoding.batch[0].string(.observerName) == "proyecto-cert")
        #expect(Decoding.detected(bytes) == "suricata")
    }

    @Test func everyCowrieLineIsAnEvent() throws {
        var events = 0
        let files = try SharedData.files(in: "cowrie").filter { $0.lastPathComponent.hasPrefix("cowrie.json") }
        for (number, file) in files.enumerated() where SharedData.isSlowTier || number % 4 == 0 || number >= files.count - 2 {
            let bytes = try SharedData.bytes(at: file)
            let decoding = try Decoding("cowrie", bytes, SharedData.lines(of: bytes))
            #expect(decoding.errors.isEmpty, "\(file.lastPathComponent)")
            #expect(decoding.isComplete, "\(file.lastPathComponent)")
            #expect(decoding.counts(.attackType)["other"] == nil)
            #expect(Decoding.detected(bytes) == "cowrie")
            events += decoding.batch.count
        }
        #expect(events > 10_000)
    }

    @Test func hostileLinesAreStoredOrDeadLettered() throws {
        let bytes = try SharedData.bytes("hostile/hostile-eve.SYNTHETIC.jsonl")
        let decoding = try Decoding("suricata", bytes, SharedData.lines(of: bytes))
        #expect(decoding.batch.count + decoding.errors.count == decoding.records)
        #expect(decoding.isComplete)
        let reasons = decoding.errors.map(\.error.code)
        // The cut line, the deep one, NaN, `null` and the array, and the impossible date.
        #expect(reasons.filter { $0 == .malformedJSON }.count == 3)
        #expect(reasons.filter { $0 == .notAnObject }.count == 2)
        #expect(reasons.filter { $0 == .badTime }.count == 1)
        #expect(decoding.batch[decoding.batch.count - 1].date(.timestamp)?.iso8601 == "2026-01-01T00:00:11Z")
    }

    @Test func otherFamiliesAreNotClaimed() throws {
        for family in ["dionaea", "mhn", "opencanary", "qeeqbox", "tanner", "feeds"] {
            for file in try SharedData.files(in: family).prefix(6) where !file.hasDirectoryPath {
                let head = Array(try SharedData.bytes(at: file).prefix(65_536))
                #expect(Decoding.detected(head) == nil, "\(family)/\(file.lastPathComponent)")
            }
        }
    }
}
