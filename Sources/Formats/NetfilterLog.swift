import Model
import Wire

/// Reads packets logged by the Linux kernel: iptables and nftables `LOG`, ufw, Shorewall, firewalld, Proxmox.
///
/// The line does not say what became of the packet but by the prefix that the administrator chose. Words in it decide; without one the
/// packet counts as refused, because that is what firewalls are told to log. An accepted packet is a record.
enum NetfilterLog: LogReader {
    private static let allowed = PhraseTable(["accept", "allow", "pass", "audit", "permit"])
    private static let denied = PhraseTable(["drop", "block", "deny", "denied", "reject", "refuse", "invalid", "ban", "scan", "martian"])

    private static let rules: [FieldRule] = [
        FieldRule("SRC", .address(.sourceIP, domain: .sourceDomain)),
        FieldRule("DST", .address(.destinationIP, domain: .destinationDomain)),
        FieldRule("SPT", .port(.sourcePort)), FieldRule("DPT", .port(.destinationPort)), FieldRule("PROTO", .lowercased(.networkTransport)),
        FieldRule("IN", .keyword(.observerIngress)), FieldRule("OUT", .label("interface_out")), FieldRule("TYPE", .label("icmp_type")),
        FieldRule("CODE", .label("icmp_code")), FieldRule("TTL", .label("ttl")), FieldRule("LEN", .integer(.networkBytes)),
        FieldRule("MAC", .label("mac")),
    ]
    private static let table = NameTable(rules.map(\.path))
    private static let writer = FieldWriter(rules)
    private static let accepted = Verdict.record("accepted", ["network"], ["connection", "allowed"])

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        guard let source = text.range(of: " SRC=", from: line.body.lowerBound), text.range(of: " DST=", from: source.upperBound) != nil
        else {
            return nil
        }
        let start = text.range(of: "IN=", from: line.body.lowerBound, to: source.upperBound)?.lowerBound ?? source.lowerBound
        tools.pairs.read(text, in: start..<line.body.upperBound)
        var seen = [Bool](repeating: false, count: rules.count)
        for pair in tools.pairs.pairs {
            // Of repeated keys the first counts: an ICMP error quotes the packet that it answers.
            guard let rule = table.number(text.extracting(pair.key)), !seen[rule] else { continue }
            seen[rule] = true
            writer.write(rule, text.extracting(pair.value), zoneMinutes: 0, into: &batch)
        }
        let prefix = prefix(text, line.body.lowerBound, start)
        let word = text.extracting(prefix)
        if !prefix.isEmpty { batch.append(.ruleName, utf8: word) }
        let isAllowed = denied.first(in: word) == nil && allowed.first(in: word) != nil
        return LogReading(
            verdict: isAllowed ? accepted : .deniedPacket, dataset: "netfilter", observerType: "firewall",
            time: proxmoxTime(text, line, &tools, context))
    }

    /// What the administrator wrote before the packet, without the kernel's own clock and the colon.
    private static func prefix(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Range<Int> {
        var at = start
        if text.has("[", at: at), let close = text.firstIndex(of: UInt8(ascii: "]"), from: at, to: end),
            text.firstIndex(of: UInt8(ascii: "."), from: at, to: close) != nil,
            text[text.skippingBlanks(from: at + 1)] &- UInt8(ascii: "0") < 10
        {
            at = close + 1
        }
        var range = text.trimmed(at..<max(at, end))
        while !range.isEmpty, [UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "-")].contains(text[range.upperBound - 1]) {
            range = text.trimmed(range.lowerBound..<range.upperBound - 1)
        }
        if !range.isEmpty, text[range.lowerBound] == UInt8(ascii: "[") { range = range.lowerBound + 1..<range.upperBound }
        return range
    }

    /// Proxmox writes its time inside: `0 3 PVEFW-HOST-IN 20/Jun/2022:13:09:14 +0200 policy DROP: IN=…`.
    private static func proxmoxTime(_ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext)
        -> Timestamp?
    {
        guard line.time == nil else { return nil }
        var at = line.body.lowerBound
        for _ in 0..<6 {
            if at < line.body.upperBound, text[at] &- UInt8(ascii: "0") < 10, let time = tools.time(text, at: at, context) {
                return time.time
            }
            at = text.skippingBlanks(from: text.wordEnd(from: at, to: line.body.upperBound), to: line.body.upperBound)
        }
        return nil
    }
}
