public import Model
import Wire

/// Decodes one-line alerts: Suricata's `fast.log`, Snort's `alert_fast` (2 and 3), and both in syslog.
///
/// Suricata writes the year, Snort does not; that is also how the two are told apart (`event.module`).
public struct FastLogFormat: Format {
    public static let spec = FormatSpec(
        name: "fastlog", summary: "Suricata fast.log and Snort alert_fast, also in syslog", framing: .lines)

    private var times: SyslogReader

    public var state: [UInt8] { times.state }

    public init?(state: [UInt8]) {
        guard let times = SyslogReader(state: state) else { return nil }
        self.times = times
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        guard !LogText.isBlank(record) else { return .notARecord }
        if let repaired = LogText.repaired(record) {
            try append(repaired.span, context, into: &batch)
        } else {
            try append(record, context, into: &batch)
        }
        batch.endRow(raw: record)
        return .events(1)
    }

    private mutating func append(_ record: Span<UInt8>, _ context: RecordContext, into batch: inout EventBatch) throws(DecodeError) {
        let line = times.read(record, in: context)
        let record = record.extracting(0..<line.body.upperBound)
        guard let text = AlertText(record, in: line.body) else {
            throw DecodeError(.missingField, "no [gid:sid:rev]: \(RecordTime.excerpt(record))")
        }
        Self.append(text, record, line, context, into: &batch)
    }

    /// Appends all of an alert's event but the raw record.
    static func append(
        _ text: AlertText, _ record: Span<UInt8>, _ line: SyslogLine, _ context: RecordContext, into batch: inout EventBatch
    ) {
        if let time = line.time { batch.append(.timestamp, time) } else { RecordTime.appendSubstitute(context, into: &batch) }
        if isSuricata(record, line) {
            batch.append(.eventModule, "suricata")
            batch.append(.eventDataset, "suricata.fast")
        } else {
            batch.append(.eventModule, "snort")
            batch.append(.eventDataset, "snort.alert")
        }
        LogText.appendObserver(record, line, context, into: &batch)
        text.append(record, into: &batch)
    }

    private static func isSuricata(_ record: Span<UInt8>, _ line: SyslogLine) -> Bool {
        if !line.app.isEmpty { return record.has("suricata", at: line.app.lowerBound) }
        // `MM/DD/YYYY-`: the dash is the eleventh byte.
        return record.count > 10 && record[10] == UInt8(ascii: "-")
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        LogText.share(of: head) { line, range in
            guard let text = AlertText(line, in: range), !text.protocolName.isEmpty, !text.source.isEmpty else { return false }
            return line.range(of: "->", from: range.lowerBound, to: range.upperBound) != nil
        } >= 0.5 ? 94 : 0
    }
}
