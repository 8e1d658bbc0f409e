import Model
import Wire

/// Reads pf's `filterlog` of pfSense and OPNsense: comma-separated values whose layout depends on the IP version and the protocol.
///
/// Common: rule, sub-rule, anchor, tracker, interface, reason, action, direction, IP version. IPv4 then has tos, ecn, ttl, id, offset,
/// flags, protocol number, protocol, length, source, destination; IPv6 has class, flow label, hop limit, protocol, protocol number,
/// length, source, destination. TCP and UDP go on with the two ports. (Netgate's and OPNsense's documentation.)
enum FilterLog: LogReader {
    private static let passed = Verdict.record("pass", ["network"], ["connection", "allowed"])
    private static let blocked: Verdict = {
        var verdict = Verdict.deniedPacket
        verdict.action = "block"
        return verdict
    }()

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        guard text.extracting(line.app).equals("filterlog") else { return nil }
        var values: [Range<Int>] = []
        var start = line.body.lowerBound
        while start <= line.body.upperBound, values.count < 32 {
            let end = text.firstIndex(of: UInt8(ascii: ","), from: start, to: line.body.upperBound) ?? line.body.upperBound
            values.append(start..<end)
            start = end + 1
        }
        guard values.count >= 17 else { return nil }
        func range(_ index: Int) -> Range<Int> { index < values.count ? values[index] : 0..<0 }
        let isV6 = text.extracting(range(8)).equals("6")
        guard isV6 || text.extracting(range(8)).equals("4") else { return nil }
        let (name, source) = isV6 ? (12, 15) : (16, 18)
        guard let from = IPAddress(utf8: text.extracting(range(source))), let to = IPAddress(utf8: text.extracting(range(source + 1)))
        else { return nil }
        batch.append(.sourceIP, from)
        batch.append(.destinationIP, to)
        let transport = text.extracting(range(name)).string.lowercased()
        batch.append(.networkTransport, transport)
        if transport == "tcp" || transport == "udp" {
            appendPort(text.extracting(range(source + 2)), .sourcePort, into: &batch)
            appendPort(text.extracting(range(source + 3)), .destinationPort, into: &batch)
        }
        batch.append(.ruleID, utf8: text.extracting(range(range(3).isEmpty ? 0 : 3)))
        batch.append(.observerIngress, utf8: text.extracting(range(4)))
        batch.append(.eventReason, utf8: text.extracting(range(5)))
        batch.append(.networkDirection, text.extracting(range(7)).equals("out") ? "outbound" : "inbound")
        // `pass` and `rdr`, `nat`: anything but a refusal went through.
        let isBlocked =
            text.extracting(range(6)).equals("block") || text.extracting(range(6)).equals("reject")
            || text.extracting(range(6)).equals("unkn")
        return LogReading(verdict: isBlocked ? blocked : passed, dataset: "filterlog", observerType: "firewall")
    }

    private static func appendPort(_ text: Span<UInt8>, _ field: Field, into batch: inout EventBatch) {
        if let port = NumberText.integer(text), (0...65_535).contains(port) { batch.append(field, integer: port) }
    }
}
