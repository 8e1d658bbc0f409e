import Foundation
import Journal
import Model
import TestKit

@testable import Followers

/// Events of all kinds, from a seed, with few enough values that they repeat.
struct RandomEvents {
    var random: SeededGenerator
    static let countries = ["CN", "US", "DE", "BR"]
    static let sensors = ["alpha", "beta", "gamma"]

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func batch(_ count: Int, around now: Timestamp, spreadSeconds: Double) -> EventBatch {
        var batch = EventBatch()
        for _ in 0..<count {
            let family = ["attack", "attack", "attack", "attack", "post", "record"].randomElement(using: &random) ?? "attack"
            batch.append(.timestamp, now.adding(seconds: -Double.random(in: 0..<spreadSeconds, using: &random)))
            batch.append(.eventFamily, family)
            if family == "attack" { batch.append(.attackType, AttackType.allCases.randomElement(using: &random)?.name ?? "") }
            if Bool.random(using: &random) {
                batch.append(.attackSeverity, AttackSeverity.allCases.randomElement(using: &random)?.name ?? "")
            }
            let index = Int.random(in: 0..<Self.countries.count, using: &random)
            if Int.random(in: 0..<5, using: &random) > 0 {
                batch.append(.sourceIP, IPAddress(v4: UInt32(0x0808_0000 + index)))
                batch.append(.sourceCountryCode, Self.countries[index])
                batch.append(.sourceLocation, GeoPoint(latitude: Float(index) * 10, longitude: Float(index * -20)))
                batch.append(.sourceAccuracy, "city")
            } else {
                batch.append(.sourcePlacement, Bool.random(using: &random) ? "private" : "unmapped")
            }
            if Bool.random(using: &random) { batch.append(.destinationPort, integer: [22, 23, 443].randomElement(using: &random) ?? 0) }
            if Bool.random(using: &random) { batch.append(.networkTransport, Bool.random(using: &random) ? "udp" : "tcp") }
            if Bool.random(using: &random) { batch.append(.observerName, Self.sensors.randomElement(using: &random) ?? "") }
            batch.append(.message, "<b>&")
            if family != "post", Int.random(in: 0..<3, using: &random) == 0 { batch.append(.noiseKind, "scanner") }
            batch.endRowWithoutRaw()
        }
        return batch
    }
}

/// A journal, a clock and a stage over them.
final class StageFixture {
    let folder = TemporaryFolder()
    let clock = ManualClock()
    let journal: EventJournal
    private(set) var all: [(id: EventID, row: EventRow)] = []

    init() throws { journal = try EventJournal(folder: folder.file("journal"), clock: clock.wallClock) }

    func append(_ batch: EventBatch) async throws {
        var ledger = Ledger()
        ledger.received = Int64(batch.count)
        ledger.stored = ledger.received
        let receipt = try await journal.append(JournalAppend(source: "test", events: batch, ledger: ledger))
        for row in 0..<batch.count { all.append((EventID(receipt.firstID.value + Int64(row)), batch[row])) }
    }

    func stage(_ file: String = "rollups.sqlite") async throws -> LiveStage {
        try await LiveStage(journal: journal, rollups: folder.file(file), context: LiveContext(version: "test", clock: clock.wallClock))
    }

    /// Lets the stage take all there is.
    func feed(_ stage: LiveStage) async throws {
        while let block = try await journal.next(after: stage.cursor) { stage.add(block) }
    }

    /// The tally of the events whose minute the window covers, counted anew; without noise, where that is hidden.
    func oracle(hidesNoise: Bool = false) -> Tally {
        var tally = Tally()
        var sensors = SensorTable()
        let newest = clock.now.minute
        for (id, row) in all {
            let event = MapEvent(row, id: id, sensors: &sensors)
            guard event.time.minute > newest - Rollups.windowMinutes, !hidesNoise || row.string(.noiseKind) == nil else { continue }
            tally.add(event, sensor: sensors.sensors[Int(event.sensor)].name)
        }
        return tally
    }
}

/// An object of a snapshot or frame.
struct Parsed {
    let object: [String: Any]

    init(_ json: [UInt8]) throws { object = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any] ?? [:] }

    func counts(_ key: String) -> [String: Int] { object[key] as? [String: Int] ?? [:] }
    func list(_ key: String) -> [[Any]] { object[key] as? [[Any]] ?? [] }
    func integer(_ key: String) -> Int { object[key] as? Int ?? -1 }

    /// What must be equal wherever `upTo` is equal.
    var numbers: [String: NSObject] {
        var numbers: [String: NSObject] = [:]
        for key in ["upTo", "totals", "types", "severity", "countries", "unplaced", "tops", "window", "ledger"] {
            numbers[key] = object[key] as? NSObject
        }
        return numbers
    }
}
