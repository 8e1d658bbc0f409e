public import Model

/// Makes Suricata EVE alert lines of about 1,000 bytes, fast, for benchmarks.
///
/// 50,000 addresses and all signatures occur with Zipf's skew; time runs at 1 ms a line. The same seed gives the same lines.
public struct EVEGenerator: Sendable {
    private var random: RandomNumbers
    private var time: Int64
    private let addresses: [[UInt8]]
    private let heads: [[UInt8]]
    private let payload: [UInt8]

    /// A generator whose first line is of `start`.
    public init(seed: UInt64, start: Timestamp = Timestamp(microseconds: 1_767_225_600_000_000)) {
        var random = RandomNumbers(seed: seed)
        let blocks = AddressBlock.all
        addresses = (0..<50_000).map { _ in
            let block = random.pick(blocks)
            return Array(IPAddress(v4: block.first + UInt32(random.below(Int(block.count)))).description.utf8)
        }
        heads = AttackProfile.all.map { profile in
            let alert =
                "\"proto\":\"\(profile.transport)\",\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":\(profile.signatureID),\"rev\":3,"
                + "\"signature\":\"\(profile.signature)\",\"category\":\"\(profile.category)\",\"severity\":\(profile.severity),"
                + "\"metadata\":{\"tag\":[\"simulated\"],\"created_at\":[\"2010_07_30\"],\"updated_at\":[\"2019_07_26\"]}}"
            return Array(alert.utf8)
        }
        payload = (0..<4096).map { _ in Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)[random.below(64)] }
        time = start.microseconds
        self.random = random
    }

    /// Appends that many lines, each with its line end.
    public mutating func append(lines count: Int, to out: inout [UInt8]) {
        for _ in 0..<count { appendLine(to: &out) }
    }

    private mutating func appendLine(to out: inout [UInt8]) {
        time += 1000
        let start = out.count
        let profile = random.skewed(heads.count)
        let sensor = SimulatedSensor.all[random.skewed(SimulatedSensor.all.count)]
        put("{\"timestamp\":\"", &out)
        Timestamp(microseconds: time + 1).appendISO8601(to: &out)
        put("\",\"flow_id\":", &out)
        out.appendDecimal(random.below(1 << 50))
        put(",\"in_iface\":\"sim0\",\"event_type\":\"alert\",\"src_ip\":\"", &out)
        out += addresses[random.skewed(addresses.count)]
        put("\",\"src_port\":", &out)
        out.appendDecimal(1024 + random.below(64_000))
        put(",\"dest_ip\":\"", &out)
        sensor.address.appendText(to: &out)
        put("\",\"dest_port\":", &out)
        let ports = AttackProfile.all[profile].ports
        out.appendDecimal(ports[random.below(ports.count)])
        put(",", &out)
        out += heads[profile]
        let packets = 1 + random.below(20)
        put(",\"flow\":{\"pkts_toserver\":", &out)
        out.appendDecimal(packets)
        put(",\"pkts_toclient\":", &out)
        out.appendDecimal(packets / 2)
        put(",\"bytes_toserver\":", &out)
        out.appendDecimal(packets * 74)
        put(",\"bytes_toclient\":", &out)
        out.appendDecimal(packets / 2 * 60)
        put(",\"start\":\"", &out)
        Timestamp(microseconds: time).appendISO8601(to: &out)
        put("\"},\"host\":\"", &out)
        out += sensor.name.utf8
        put("\",\"stream\":0,\"payload\":\"", &out)
        let length = max(40, 960 - (out.count - start)) + random.below(80)
        let offset = random.below(payload.count - 1100)
        out += payload[offset..<offset + length & ~3]
        put("\"}\n", &out)
    }

    private func put(_ text: StaticString, _ out: inout [UInt8]) {
        out.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
