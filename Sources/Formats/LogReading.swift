import Model
import Wire

/// What a reader of messages made of a line.
struct LogReading {
    /// How it is filed.
    var verdict: Verdict
    /// `event.module` and `event.dataset`.
    var dataset: StaticString
    /// `observer.type`, where the program is a sensor of some kind.
    var observerType: StaticString?
    /// The message's own time, where it is better than the header's.
    var time: Timestamp?
    /// The line for people; nil for the body.
    var message: Range<Int>?
}

/// The tools that readers of messages share; they keep their memory from line to line.
struct LogTools: Sendable {
    var pairs = KeyValueReader()
    var csv = CSVReader()
    var events = EventFormatReader()
    var times = LineTimeReader()
    var scratch: [UInt8] = []

    /// Reads a time inside a message.
    mutating func time(_ text: Span<UInt8>, at start: Int, _ context: RecordContext) -> LineTime? {
        times.read(
            text, from: start, zoneMinutes: context.zoneMinutes, reference: context.fileTime ?? context.arrival, arrival: context.arrival)
    }
}

/// Reads what one kind of program writes behind (or without) a syslog header.
protocol LogReader: Sendable {
    /// Appends what the message says and tells how it is filed; nil, with nothing appended, when it is no message of that kind.
    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading?
}

/// Decodes lines of text: reads the header, finds the reader of the message, and keeps every line that none knows as a record.
struct LogLineDecoder: Format {
    static let spec = FormatSpec(name: "lines", summary: "formats of text lines", framing: .lines)

    private var syslog: SyslogReader
    private var tools = LogTools()
    private var suricata = SuricataFormat(state: [])

    /// The last time without a year.
    var state: [UInt8] { syslog.state }

    init() { syslog = SyslogReader() }

    init?(state: [UInt8]) {
        guard let syslog = SyslogReader(state: state) else { return nil }
        self.syslog = syslog
    }

    /// The readers in the order in which they are asked; the last takes every line.
    private static let readers: [any LogReader.Type] = [
        SSHLog.self, Fail2banLog.self, NetfilterLog.self, FilterLog.self, CiscoASALog.self, EventFormatLog.self, FortinetLog.self,
        WebAccessLog.self, BalancerLog.self, WebErrorLog.self, ServiceLog.self,
    ]

    /// Always 0: each format has its own entry in the catalogue.
    static func likelihood(head: Span<UInt8>, fileName: String) -> Int { 0 }

    /// Decodes one line; every line that is not blank is an event.
    mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        guard !LogText.isBlank(record) else { return .notARecord }
        if let repaired = LogText.repaired(record) {
            return append(repaired.span, raw: record, context, into: &batch)
        }
        return append(record, raw: record, context, into: &batch)
    }

    private mutating func append(
        _ text: Span<UInt8>, raw: Span<UInt8>, _ context: RecordContext, into batch: inout EventBatch
    ) -> Decoded {
        let line = syslog.read(text, in: context)
        // Readers see nothing behind the body, so that what they find lies in it.
        let text = text.extracting(0..<line.body.upperBound)
        if isEVE(text, line), decodeEVE(text, line, raw: raw, context, into: &batch) { return .events(1) }
        if let alert = alert(text, line) {
            FastLogFormat.append(alert, text, line, context, into: &batch)
            batch.endRow(raw: raw)
            return .events(1)
        }
        for reader in Self.readers {
            guard let reading = reader.read(text, line, &tools, context, into: &batch) else { continue }
            close(reading, text, line, context, into: &batch)
            batch.endRow(raw: raw)
            break
        }
        return .events(1)
    }

    /// Whether the message is Suricata's EVE JSON.
    private func isEVE(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool {
        guard !line.body.isEmpty, text[line.body.lowerBound] == UInt8(ascii: "{") else { return false }
        return text.range(of: "\"event_type\"", from: line.body.lowerBound) != nil
    }

    /// The one-line alert of Suricata or Snort, which both also send to syslog.
    private func alert(_ text: Span<UInt8>, _ line: SyslogLine) -> AlertText? {
        guard text.has("suricata", at: line.app.lowerBound) || text.has("snort", at: line.app.lowerBound) || line.app.isEmpty else {
            return nil
        }
        guard let alert = AlertText(text, in: line.body), !alert.source.isEmpty else { return nil }
        return alert
    }

    /// Decodes the object in the body, and nothing else: Suricata's own decoder reads what is no object as a line of text.
    private mutating func decodeEVE(
        _ text: Span<UInt8>, _ line: SyslogLine, raw: Span<UInt8>, _ context: RecordContext, into batch: inout EventBatch
    ) -> Bool {
        do {
            let host = line.host.isEmpty ? nil : text.extracting(line.host).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            try suricata?.decode(text.extracting(line.body), in: context, host: host, into: &batch)
            guard suricata != nil else { return false }
            batch.endRow(raw: raw)
            return true
        } catch {
            // Cut by syslog, mostly: the line is then kept like any other.
            batch.abandonRow()
            return false
        }
    }

    private func close(
        _ reading: LogReading, _ text: Span<UInt8>, _ line: SyslogLine, _ context: RecordContext, into batch: inout EventBatch
    ) {
        if let time = reading.time ?? line.time {
            batch.append(.timestamp, time)
        } else {
            RecordTime.appendSubstitute(context, into: &batch)
        }
        reading.verdict.append(into: &batch)
        batch.append(.eventModule, reading.dataset)
        batch.append(.eventDataset, reading.dataset)
        if let type = reading.observerType { batch.append(.observerType, type) }
        LogText.appendObserver(text, line, context, into: &batch)
        if !line.host.isEmpty { batch.append(.hostName, utf8: text.extracting(line.host)) }
        if !line.app.isEmpty { batch.append(.processName, utf8: text.extracting(line.app)) }
        if let pid = NumberText.integer(text.extracting(line.pid)) { batch.append(.processPID, integer: pid) }
        if let priority = line.priority { batch.append(.logSyslogPriority, integer: priority) }
        if !line.structuredData.isEmpty { batch.append(label: "structured_data", utf8: text.extracting(line.structuredData)) }
        if !line.messageID.isEmpty { batch.append(.eventCode, utf8: text.extracting(line.messageID)) }
        if line.repeats > 1 { batch.append(label: "repeated", String(line.repeats)) }
        let message = reading.message ?? line.body
        batch.append(.message, utf8: text.extracting(message.isEmpty ? 0..<text.count : message))
    }
}
