import Foundation
import Journal
import Model
import Simulator

/// Seeded attacks of 30 days for the query bench: few addresses, ports and rules make most of them, a long tail the rest.
struct QueryPopulation {
    let events: Int
    /// Behind the last event.
    let end = Timestamp(microseconds: 1_767_225_600_000_000)

    private static let start: Int64 = 1_767_225_600_000_000 - 30 * 86_400_000_000
    private static let addresses = 200_000
    private static let countries = [
        "CN", "US", "RU", "NL", "DE", "BR", "IN", "VN", "FR", "GB", "KR", "TW", "UA", "ID", "JP", "PL", "IT", "TR", "SG", "HK", "RO", "BG",
        "ES", "CA",
        "SE", "IR", "TH", "MX", "AR", "ZA",
    ]
    private static let ports: [Int64] = [
        22, 445, 23, 80, 3389, 443, 8080, 5060, 6379, 3306, 1433, 25, 21, 161, 53, 5900, 11211, 27017, 2323, 8443,
    ]
    private static let rules = [
        "Possible ETERNALBLUE probe", "SSH scan", "External login attempt", "Telnet default password", "SQL injection", "Open relay test",
    ]
    private static let types: [StaticString] = ["scan", "bruteforce", "exploit", "malware", "web", "recon"]

    /// The address of that rank.
    func address(_ rank: Int) -> IPAddress {
        IPAddress(v4: UInt32(truncatingIfNeeded: 0x0100_0000 + UInt64(rank) &* 2_654_435_761 % 0xDE00_0000))
    }

    /// Makes the events and appends them, 10,000 a commit.
    func store(in journal: EventJournal) async throws {
        var random = RandomNumbers(seed: 1)
        var texts = TextPopulation()
        var made = 0
        while made < events {
            var batch = EventBatch()
            let size = min(10_000, events - made)
            batch.reserve(rows: size, rowBytes: 160, rawBytes: 0)
            for index in 0..<size { append(made + index, to: &batch, &random, &texts) }
            made += size
            var ledger = Ledger()
            ledger.received = Int64(size)
            ledger.stored = Int64(size)
            _ = try await journal.append(JournalAppend(source: "bench", events: batch, ledger: ledger))
        }
    }

    private func append(_ number: Int, to batch: inout EventBatch, _ random: inout RandomNumbers, _ texts: inout TextPopulation) {
        /// A rank below `count`, small ones far more often.
        func skewed(_ count: Int) -> Int {
            let uniform = Double(random.next() >> 11) / 9_007_199_254_740_992
            return min(Int(Double(count) * uniform * uniform * uniform), count - 1)
        }
        let span = 30 * 86_400_000_000 / Int64(max(events, 1))
        let rank = skewed(Self.addresses)
        let rule = skewed(600)
        batch.append(.timestamp, Timestamp(microseconds: Self.start + Int64(number) * span + Int64(random.next() % UInt64(max(span, 1)))))
        batch.append(.eventFamily, "attack")
        batch.append(.eventDataset, "bench.alert")
        batch.append(.attackType, Self.types[rule % Self.types.count])
        batch.append(.sourceIP, address(rank))
        batch.append(.sourcePort, integer: Int64(1024 + random.next() % 64_000))
        batch.append(.sourceCountryCode, Self.countries[rank * 7 % 31 % 30])
        batch.append(.sourceASNumber, integer: Int64(1000 + rank % 4000))
        batch.append(.destinationPort, integer: rule < 560 ? Self.ports[rule % Self.ports.count] : Int64(1 + skewed(65_535)))
        batch.append(.networkTransport, "tcp")
        batch.append(.observerName, "sensor-\(rule % 12)")
        batch.append(.ruleID, "\(2_000_000 + rule)")
        batch.append(.message, "\(Self.rules[rule % Self.rules.count]) \(rule)")
        if let text = texts.text(number) { batch.append(.payloadPrintable, text) }
        batch.endRow(raw: [UInt8]().span)
    }

    /// Writes what the questions look at as CSV: id, time in microseconds, country, port, address, message, text.
    func export(_ journal: EventJournal, to path: String) async throws {
        guard let file = fopen(path, "w") else { throw DataFileError(description: "\(path): \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var cursor = EventID.zero
        while let block = try await journal.next(after: cursor) {
            var text = ""
            for index in 0..<block.events.count {
                let row = block.events[index]
                text += "\(block.id(index)),\(row.date(.timestamp)?.microseconds ?? 0),\(row.string(.sourceCountryCode) ?? ""),"
                text += "\(row.integer(.destinationPort) ?? 0),\(row.ip(.sourceIP).map { "\($0)" } ?? ""),\(row.string(.message) ?? ""),"
                text += "\(row.string(.payloadPrintable) ?? "")\n"
            }
            guard fputs(text, file) >= 0 else { throw DataFileError(description: "\(path): \(String(cString: strerror(errno)))") }
            cursor = block.lastID
        }
    }
}
