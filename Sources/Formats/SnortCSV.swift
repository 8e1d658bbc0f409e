public import Model
import Wire

/// Decodes the CSV of Snort 2 (`alert_csv default`) and Snort 3 (`alert_csv` with its default fields).
///
/// Known by their descriptions only; no recording was at hand. Other orders of columns are a mapping's business.
public struct SnortCSVFormat: Format {
    public static let spec = FormatSpec(name: "snort-csv", summary: "Snort alert_csv with the default columns", framing: .csv)

    /// Snort 2's order: timestamp, sig_generator, sig_id, sig_rev, msg, proto, src, srcport, dst, dstport, ethsrc, ethdst, ethlen,
    /// tcpflags, tcpseq, tcpack, tcplen, tcpwindow, ttl, tos, id, dgmlen, iplen, icmptype, icmpcode, icmpid, icmpseq.
    private static let second: [FieldRule] = [
        FieldRule("timestamp", .aside), FieldRule("sig_generator", .keyword(.ruleRuleset)), FieldRule("sig_id", .keyword(.ruleID)),
        FieldRule("sig_rev", .keyword(.ruleVersion)), FieldRule("msg", .aside), FieldRule("proto", .lowercased(.networkTransport)),
        FieldRule("src", .address(.sourceIP, domain: .sourceDomain)), FieldRule("srcport", .port(.sourcePort)),
        FieldRule("dst", .address(.destinationIP, domain: .destinationDomain)), FieldRule("dstport", .port(.destinationPort)),
        FieldRule("ethsrc", .label("ethernet_source")), FieldRule("ethdst", .label("ethernet_destination")),
    ]
    private static let icmpTypeColumn = 23

    private var csv = CSVReader()
    private var times: LineTimeReader
    private let writer = FieldWriter(SnortCSVFormat.second)

    public var state: [UInt8] { times.state }

    public init?(state: [UInt8]) {
        guard let times = LineTimeReader(state: state) else { return nil }
        self.times = times
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        do { try csv.read(record) } catch { throw DecodeError(.malformedCSV, error.description) }
        if csv.values.count == 1, csv.values[0].range.isEmpty { return .notARecord }
        guard csv.values.count >= 10 else { throw DecodeError(.malformedCSV, "\(csv.values.count) columns, not 10 or more") }
        if csv.string(csv.values[0], in: record) == "timestamp" { return .notARecord }
        let range = text(0, record)
        guard
            let time = times.read(
                record, from: range.lowerBound, zoneMinutes: context.zoneMinutes, reference: context.fileTime ?? context.arrival,
                arrival: context.arrival), time.end <= range.upperBound
        else { throw DecodeError(.badTime, "no time: \(RecordTime.excerpt(record.extracting(range)))") }
        batch.append(.timestamp, time.time)
        batch.append(.eventModule, "snort")
        batch.append(.eventDataset, "snort.alert")
        if let sensor = context.sensor { batch.append(.observerName, sensor) }
        if NumberText.integer(record.extracting(text(2, record))) != nil, NumberText.integer(record.extracting(text(3, record))) != nil {
            appendSecond(record, into: &batch)
        } else {
            try appendThird(record, into: &batch)
        }
        batch.endRow(raw: record)
        return .events(1)
    }

    /// Where a value lies in the record, without blanks; empty where it had to be repaired.
    private func text(_ column: Int, _ record: Span<UInt8>) -> Range<Int> {
        let value = csv.values[column]
        return value.isRepaired ? 0..<0 : record.trimmed(value.range)
    }

    private func appendSecond(_ record: Span<UInt8>, into batch: inout EventBatch) {
        let isICMP = record.extracting(text(5, record)).equalsIgnoringCase("icmp")
        let signature = Array(csv.string(csv.values[4], in: record).utf8)
        RuleAlert.append(
            signature: signature.span, classification: record.extracting(0..<0), priority: nil, isICMP: isICMP, into: &batch)
        for column in Self.second.indices where column < csv.values.count {
            writer.write(column, record.extracting(text(column, record)), zoneMinutes: 0, into: &batch)
        }
        if csv.values.count > Self.icmpTypeColumn, !text(Self.icmpTypeColumn, record).isEmpty {
            batch.append(label: "icmp_type", utf8: record.extracting(text(Self.icmpTypeColumn, record)))
        }
        if signature.isEmpty { batch.append(.message, "alert") } else { batch.append(.message, utf8: signature.span) }
    }

    /// Snort 3's order: timestamp, pkt_num, proto, pkt_gen, pkt_len, dir, src_ap, dst_ap, rule, action.
    private func appendThird(_ record: Span<UInt8>, into batch: inout EventBatch) throws(DecodeError) {
        let rule = record.extracting(text(8, record)).string.split(separator: ":")
        guard rule.count == 3, rule.allSatisfy({ Int($0) != nil }) else {
            throw DecodeError(.malformedCSV, "neither Snort 2's nor Snort 3's default columns")
        }
        let transport = record.extracting(text(2, record))
        let none = record.extracting(0..<0)
        RuleAlert.append(
            signature: none, classification: none, priority: nil, isICMP: transport.equalsIgnoringCase("icmp"), into: &batch)
        batch.append(.ruleRuleset, String(rule[0]))
        batch.append(.ruleID, String(rule[1]))
        batch.append(.ruleVersion, String(rule[2]))
        batch.append(.networkTransport, transport.string.lowercased())
        if let source = Endpoint(record.extracting(text(6, record)), hasPort: true) {
            source.append(.sourceIP, .sourcePort, into: &batch)
        }
        if let destination = Endpoint(record.extracting(text(7, record)), hasPort: true) {
            destination.append(.destinationIP, .destinationPort, into: &batch)
        }
        batch.append(.eventAction, utf8: record.extracting(text(9, record)))
        batch.append(.message, "rule \(rule.joined(separator: ":"))")
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        let first = head.extracting(Detection.firstLine(of: head))
        var probe = SnortCSVFormat(state: [])
        let instant = Timestamp(microseconds: 1_700_000_000_000_000)
        var batch = EventBatch()
        // `MM/DD-` or `MM/DD/YY-` before the first comma, and a row that decodes.
        guard first.count > 20, first[2] == UInt8(ascii: "/"), let comma = first.firstIndex(of: UInt8(ascii: ","), to: 32),
            first.firstIndex(of: UInt8(ascii: "-"), to: comma) != nil
        else { return 0 }
        guard let decoded = try? probe?.decode(first, in: RecordContext(arrival: instant), into: &batch) else { return 0 }
        return decoded == .events(1) ? 93 : 0
    }
}
