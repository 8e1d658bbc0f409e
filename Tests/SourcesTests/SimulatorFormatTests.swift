import Formats
import Model
import Simulator
import Testing
import Wire

@Suite struct SimulatorFormatTests {
    /// What the formats make of the records is what the oracle says.
    @Test func decodedEventsAgreeWithTheOracle() throws {
        let start = Timestamp(microseconds: 1_767_225_600_000_000)
        var world = SimulatedWorld(seed: 2, start: start)
        var suricata = try #require(SuricataFormat(state: []))
        var cowrie = try #require(CowrieFormat(state: []))
        var batch = EventBatch()
        for record in world.next(until: start.adding(seconds: 300)) {
            let context = RecordContext(arrival: start)
            switch record.feed {
            case .suricata: _ = try suricata.decode(record.bytes.span, in: context, into: &batch)
            case .cowrie: _ = try cowrie.decode(record.bytes.span, in: context, into: &batch)
            }
        }
        var byType: [String: Int] = [:]
        var bySensor: [String: Int] = [:]
        var bySource: [String: Int] = [:]
        for row in 0..<batch.count {
            byType[batch[row].string(.attackType) ?? "", default: 0] += 1
            bySensor[batch[row].string(.observerName) ?? "", default: 0] += 1
            bySource[batch[row].ip(.sourceIP)?.description ?? "", default: 0] += 1
        }
        #expect(batch.count == world.oracle.records)
        #expect(byType == world.oracle.byType)
        #expect(bySensor == world.oracle.bySensor)
        #expect(bySource == world.oracle.bySource)
    }
}
