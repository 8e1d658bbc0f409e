import Model
import Wire

/// What the formats of text lines share.
enum LogText {
    /// Whether a line holds nothing.
    static func isBlank(_ record: Span<UInt8>) -> Bool { record.trimmed(0..<record.count).isEmpty }

    /// The record with U+FFFD for what is not UTF-8; nil when all of it is.
    static func repaired(_ record: Span<UInt8>) -> [UInt8]? {
        guard !UTF8Sequence.isValid(record) else { return nil }
        var text: [UInt8] = []
        UTF8Sequence.appendRepaired(record, to: &text)
        return text
    }

    /// Appends the sensor: the source's own name for it, else the host of the header.
    static func appendObserver(_ record: Span<UInt8>, _ line: SyslogLine, _ context: RecordContext, into batch: inout EventBatch) {
        if let sensor = context.sensor {
            batch.append(.observerName, sensor)
        } else if !line.host.isEmpty {
            batch.append(.observerName, utf8: record.extracting(line.host))
        }
    }

    /// The share of the first 20 lines that pass a test; the test gets each line without its syslog header or time.
    ///
    /// Comments and blank lines do not count, and a last line that is cut only when it is the only one.
    static func share(of head: Span<UInt8>, _ test: (_ line: Span<UInt8>, _ body: Range<Int>) -> Bool) -> Double {
        shares(of: head) { line, header in test(line, header.body) }
    }

    /// The share of the first 20 lines whose whole header and body pass a test.
    static func shares(of head: Span<UInt8>, _ test: (_ line: Span<UInt8>, _ header: SyslogLine) -> Bool) -> Double {
        var reader = SyslogReader()
        let reference = Timestamp(microseconds: 1_700_000_000_000_000)
        var (lines, passed, start) = (0, 0, 0)
        while start < head.count, lines < 20 {
            var end = start
            while end < head.count, head[end] != 10, head[end] != 13 { end += 1 }
            let line = head.extracting(start..<end)
            start = end + 1
            let isCut = end == head.count && lines > 0
            if isBlank(line) || line[0] == UInt8(ascii: "#") || isCut { continue }
            lines += 1
            let header = reader.read(line, zoneMinutes: 0, reference: reference, arrival: reference)
            if test(line.extracting(0..<header.body.upperBound), header) { passed += 1 }
        }
        return lines > 0 ? Double(passed) / Double(lines) : 0
    }
}

extension SyslogReader {
    /// Reads a line with what is known about it.
    mutating func read(_ record: Span<UInt8>, in context: RecordContext) -> SyslogLine {
        read(record, zoneMinutes: context.zoneMinutes, reference: context.fileTime ?? context.arrival, arrival: context.arrival)
    }
}
