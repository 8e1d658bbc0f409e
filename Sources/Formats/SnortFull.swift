public import Model
import Wire

/// Decodes Snort 2's `alert_full`, in which an alert takes several lines.
///
/// Known by its description only; no recording was at hand. The lines up to the one with `TTL:` make the event; what follows (TCP flags,
/// options, `[Xref => …]`) is passed over. An alert that is not finished is part of the state.
public struct SnortFullFormat: Format {
    public static let spec = FormatSpec(name: "snort-full", summary: "Snort 2 alert_full, several lines an alert", framing: .lines)

    /// The longest beginning of an alert that is kept, in bytes.
    private static let maximumPending = 4096

    private var times: LineTimeReader
    /// The lines of the alert that is not finished, joined by line feeds.
    private var pending: [UInt8]

    public var state: [UInt8] {
        let time = times.state
        return time.isEmpty && pending.isEmpty ? [] : [UInt8(truncatingIfNeeded: time.count)] + time + pending
    }

    public init?(state: [UInt8]) {
        let length = Int(state.first ?? 0)
        guard length < max(state.count, 1), let times = LineTimeReader(state: Array(state.dropFirst().prefix(length))) else { return nil }
        self.times = times
        pending = Array(state.dropFirst(1 + length))
        guard pending.count <= Self.maximumPending else { return nil }
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        guard !LogText.isBlank(record) else { return .notARecord }
        if record.has("[**]") {
            let isCut = !pending.isEmpty
            if isCut { append(record.extracting(0..<0), context, into: &batch) }
            keep(record)
            return isCut ? .events(1) : .notARecord
        }
        if pending.isEmpty {
            guard Self.isContinuation(record) else {
                throw DecodeError(.missingField, "a line outside an alert: \(RecordTime.excerpt(record))")
            }
            return .notARecord
        }
        guard record.range(of: " TTL:") != nil else {
            keep(record)
            return .notARecord
        }
        append(record, context, into: &batch)
        return .events(1)
    }

    private mutating func keep(_ line: Span<UInt8>) {
        if !pending.isEmpty { pending.append(10) }
        line.extracting(0..<min(line.count, max(0, Self.maximumPending - pending.count)))
            .withUnsafeBufferPointer { pending.append(contentsOf: $0) }
    }

    /// What may follow an alert's line with `TTL:`.
    private static func isContinuation(_ line: Span<UInt8>) -> Bool {
        let beginnings: [StaticString] = ["[Xref", "***", "TCP ", "Type:", "Len:", "Seq:", "** ", "UDP ", "IP ", "Frag ", "=+=", "|"]
        for beginning in beginnings where line.has(beginning) { return true }
        return line.count > 8 && line[1] == UInt8(ascii: "*") || line.range(of: "Seq: ") != nil || line.range(of: " -> ") != nil
    }

    /// Appends the event of the pending lines and the one with the protocol.
    private mutating func append(_ last: Span<UInt8>, _ context: RecordContext, into batch: inout EventBatch) {
        if last.count > 0 {
            pending.append(10)
            last.withUnsafeBufferPointer { pending.append(contentsOf: $0) }
        }
        let raw = pending
        pending.removeAll(keepingCapacity: true)
        let repaired = LogText.repaired(raw.span) ?? raw
        let all = repaired.span
        var text = AlertText(all, in: 0..<all.count) ?? AlertText()
        var time: Timestamp?
        var start = 0
        while start < all.count {
            let end = all.firstIndex(of: 10, from: start) ?? all.count
            if all.range(of: " TTL:", from: start, to: end) != nil, text.source.isEmpty == false {
                text.protocolName = start..<all.wordEnd(from: start, to: end)
            } else if let found = times.read(
                all, from: start, zoneMinutes: context.zoneMinutes, reference: context.fileTime ?? context.arrival,
                arrival: context.arrival)
            {
                time = found.time
                text.readEndpoints(all, found.end..<max(found.end, end))
            } else if text.source.isEmpty {
                text.readEndpoints(all, start..<end)
            }
            start = end + 1
        }
        if let time { batch.append(.timestamp, time) } else { RecordTime.appendSubstitute(context, into: &batch) }
        batch.append(.eventModule, "snort")
        batch.append(.eventDataset, "snort.alert")
        if let sensor = context.sensor { batch.append(.observerName, sensor) }
        text.append(all, into: &batch)
        batch.endRow(raw: raw.span)
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        let first = head.extracting(Detection.firstLine(of: head))
        guard first.has("[**] ["), first.lastRange(of: "[**]")?.upperBound == first.trimmed(0..<first.count).upperBound else { return 0 }
        return AlertText(first, in: 0..<first.count) == nil ? 0 : 92
    }
}
