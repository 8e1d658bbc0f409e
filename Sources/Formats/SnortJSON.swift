public import Model
import Wire

/// Decodes Snort 3's `alert_json`, with the default fields or with more.
///
/// Which keys a record has is the configuration's choice. Times have neither year nor zone; the year comes from the file's date or the
/// arrival.
public struct SnortJSONFormat: Format {
    public static let spec = FormatSpec(name: "snort-json", summary: "Snort 3 alert_json", framing: .json)

    private enum Path: Int { case timestamp, seconds, msg, proto, rule, priority, classification, sourcePair, destinationPair, action }

    static let rules: [FieldRule] = [
        FieldRule("timestamp", .aside), FieldRule("seconds", .aside), FieldRule("msg", .aside),
        FieldRule("proto", .lowercased(.networkTransport)), FieldRule("rule", .aside), FieldRule("priority", .aside),
        FieldRule("class", .aside), FieldRule("src_ap", .aside), FieldRule("dst_ap", .aside), FieldRule("action", .keyword(.eventAction)),
        // From here on only the rules themselves are used.
        FieldRule("src_addr", .address(.sourceIP, domain: .sourceDomain)), FieldRule("src_port", .port(.sourcePort)),
        FieldRule("dst_addr", .address(.destinationIP, domain: .destinationDomain)), FieldRule("dst_port", .port(.destinationPort)),
        FieldRule("gid", .keyword(.ruleRuleset)), FieldRule("sid", .keyword(.ruleID)), FieldRule("rev", .keyword(.ruleVersion)),
        FieldRule("service", .label("service")), FieldRule("iface", .keyword(.observerIngress)), FieldRule("vlan", .keyword(.networkVLAN)),
        FieldRule("b64_data", .keyword(.payload)), FieldRule("dir", .label("direction")), FieldRule("pkt_num", .label("packet_number")),
        FieldRule("pkt_gen", .label("packet_generator")), FieldRule("pkt_len", .label("packet_length")),
        FieldRule("icmp_type", .label("icmp_type")), FieldRule("icmp_code", .label("icmp_code")),
        FieldRule("tcp_flags", .label("tcp_flags")), FieldRule("flowstart_time", .date(.eventStart)),
        FieldRule("client_bytes", .integer(.sourceBytes)), FieldRule("server_bytes", .integer(.destinationBytes)),
        FieldRule("client_pkts", .integer(.sourcePackets)), FieldRule("server_pkts", .integer(.destinationPackets)),
    ]
    private static let paths = JSONPaths(rules.map(\.path))

    private var fields = JSONFields(SnortJSONFormat.paths)
    private var writer = FieldWriter(SnortJSONFormat.rules)
    private var signature: [UInt8] = []
    private var times: LineTimeReader

    public var state: [UInt8] { times.state }

    public init?(state: [UInt8]) {
        guard let times = LineTimeReader(state: state) else { return nil }
        self.times = times
    }

    public mutating func decode(
        _ line: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        let record = line.extracting(SyslogHeader.object(in: line))
        try fields.readObject(record)
        guard fields.token(Path.rule.rawValue) != nil || fields.token(Path.msg.rawValue) != nil else {
            throw DecodeError(.missingField, "neither rule nor msg")
        }
        try appendTime(record, context, into: &batch)
        batch.append(.eventModule, "snort")
        batch.append(.eventDataset, "snort.alert")
        if let sensor = context.sensor { batch.append(.observerName, sensor) }
        appendAlert(record, into: &batch)
        writer.write(fields, of: record, zoneMinutes: context.zoneMinutes, into: &batch)
        if fields.duplicateKeys > 0 { batch.append(label: "json_duplicate_keys", String(fields.duplicateKeys)) }
        batch.endRow(raw: line)
        return .events(1)
    }

    private mutating func appendTime(_ record: Span<UInt8>, _ context: RecordContext, into batch: inout EventBatch) throws(DecodeError) {
        if let seconds = fields.token(Path.seconds.rawValue) {
            return try RecordTime.append(seconds, of: fields, in: record, reader: .any, context: context, into: &batch)
        }
        guard let token = fields.token(Path.timestamp.rawValue), token.kind == .string, !token.range.isEmpty else {
            return RecordTime.appendSubstitute(context, into: &batch)
        }
        let time = times.read(
            record.extracting(token.range), from: 0, zoneMinutes: context.zoneMinutes, reference: context.fileTime ?? context.arrival,
            arrival: context.arrival)
        guard let time, time.end == token.range.count else {
            throw DecodeError(.badTime, "no time: \(RecordTime.excerpt(record.extracting(token.range)))")
        }
        batch.append(.timestamp, time.time)
    }

    private mutating func appendAlert(_ record: Span<UInt8>, into batch: inout EventBatch) {
        func range(_ path: Path) -> Range<Int> {
            guard let token = fields.token(path.rawValue), token.kind == .string && token.isPlain || token.kind == .integer else {
                return 0..<0
            }
            return token.range
        }
        let rule = range(.rule)
        signature.removeAll(keepingCapacity: true)
        if let token = fields.token(Path.msg.rawValue), token.kind == .string {
            fields.appendText(of: token, in: record, to: &signature)
        }
        let isICMP = record.extracting(range(.proto)).equalsIgnoringCase("icmp")
        RuleAlert.append(
            signature: signature.span, classification: record.extracting(range(.classification)),
            priority: NumberText.integer(record.extracting(range(.priority))), isICMP: isICMP, into: &batch)
        appendRule(record, rule, into: &batch)
        if let endpoint = Endpoint(record.extracting(range(.sourcePair)), hasPort: !isICMP) {
            endpoint.append(.sourceIP, .sourcePort, into: &batch)
        }
        if let endpoint = Endpoint(record.extracting(range(.destinationPair)), hasPort: !isICMP) {
            endpoint.append(.destinationIP, .destinationPort, into: &batch)
        }
        let action = record.extracting(range(.action))
        if action.equals("allow") {
            batch.append(.eventType, "allowed")
        } else if action.equals("block") || action.equals("drop") || action.equals("reject") {
            batch.append(.eventType, "denied")
        }
        if signature.isEmpty {
            batch.append(.message, "rule " + record.extracting(rule).string)
        } else {
            batch.append(.message, utf8: signature.span)
        }
    }

    /// `gid:sid:rev`.
    private func appendRule(_ record: Span<UInt8>, _ rule: Range<Int>, into batch: inout EventBatch) {
        guard let first = record.firstIndex(of: UInt8(ascii: ":"), from: rule.lowerBound, to: rule.upperBound),
            let second = record.firstIndex(of: UInt8(ascii: ":"), from: first + 1, to: rule.upperBound)
        else { return }
        batch.append(.ruleRuleset, utf8: record.extracting(rule.lowerBound..<first))
        batch.append(.ruleID, utf8: record.extracting(first + 1..<second))
        batch.append(.ruleVersion, utf8: record.extracting(second + 1..<rule.upperBound))
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        let found = Detection.jsonKeys(
            of: head, ["timestamp", "pkt_num", "rule", "src_ap", "src_addr", "pkt_gen", "action", "class", "event_type"])
        guard !found[8], found[2] || found[7] else { return 0 }
        if found[1] || found[5], found[0], found[3] || found[4] { return 95 }
        return found[0] && found[2] && found[6] && (found[3] || found[4]) ? 85 : 0
    }
}
