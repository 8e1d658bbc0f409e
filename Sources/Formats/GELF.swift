public import Model
import Wire

/// Decodes the Graylog Extended Log Format 1.1: `version`, `host`, `short_message`, `timestamp`, `level`, and fields of the sender with `_`.
///
/// GELF is an envelope: what it carries is a record. Addresses and ports under usual names are found; every other field of the sender
/// becomes a label.
public struct GELFFormat: Format {
    public static let spec = FormatSpec(name: "gelf", summary: "Graylog Extended Log Format (GELF 1.1)", framing: .json)

    /// The senders' usual names, without the underscore.
    private static let known: [FieldRule] =
        Endpoints.short + Endpoints.long + Endpoints.credentials("user", "password") + [
            FieldRule("srcip", .address(.sourceIP, domain: .sourceDomain)),
            FieldRule("dstip", .address(.destinationIP, domain: .destinationDomain)),
            FieldRule("srcport", .port(.sourcePort)), FieldRule("dstport", .port(.destinationPort)),
            FieldRule("client_ip", .address(.sourceIP, domain: .sourceDomain)),
            FieldRule("remote_addr", .address(.sourceIP, domain: .sourceDomain)),
            FieldRule("username", .keyword(.userName)), FieldRule("protocol", .lowercased(.networkTransport)),
            FieldRule("action", .keyword(.eventAction)), FieldRule("process_name", .keyword(.processName)),
        ]
    private static let table = NameTable(known.map(\.path))

    private var reader = JSONReader()
    private let writer = FieldWriter(GELFFormat.known)
    private var name: [UInt8] = []
    private var text: [UInt8] = []

    /// Nothing is remembered between records.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty else { return nil }
    }

    public mutating func decode(
        _ line: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        let record = line.extracting(SyslogHeader.object(in: line))
        do throws(JSONError) { try reader.read(record) } catch { throw DecodeError(error) }
        guard reader[0].kind == .object else { throw DecodeError(.notAnObject, "a JSON value, but no object") }
        var time: [UInt8] = []
        var message: [UInt8] = []
        var host: [UInt8] = []
        var at = 1
        let end = reader[0].next
        while at < end {
            let (key, value) = (reader[at], reader[at + 1])
            at = value.next
            guard !key.isSuperseded, value.kind != .null, value.kind != .object, value.kind != .array else { continue }
            name.removeAll(keepingCapacity: true)
            text.removeAll(keepingCapacity: true)
            reader.appendText(of: key, in: record, to: &name)
            reader.appendText(of: value, in: record, to: &text)
            guard !name.isEmpty, !text.isEmpty else { continue }
            switch String(decoding: name, as: UTF8.self) {
            case "timestamp": time = text
            case "short_message": message = text
            case "host": host = text
            case "level": if let level = NumberText.integer(text.span) { batch.append(.eventSeverity, integer: level) }
            case "full_message": batch.append(label: "full_message", utf8: text.span)
            case "version", "_id": break
            case "facility": batch.append(label: "facility", utf8: text.span)
            default: appendOwn(&batch)
            }
        }
        guard !message.isEmpty else { throw DecodeError(.missingField, "no short_message") }
        try RecordTime.append(time.span, reader: .any, context: context, into: &batch)
        batch.append(.eventFamily, "record")
        batch.append(.eventKind, "event")
        batch.append(.eventType, "info")
        batch.append(.eventModule, "gelf")
        batch.append(.eventDataset, "gelf")
        if !host.isEmpty {
            batch.append(.hostName, utf8: host.span)
            if context.sensor == nil { batch.append(.observerName, utf8: host.span) }
        }
        if let sensor = context.sensor { batch.append(.observerName, sensor) }
        batch.append(.message, utf8: message.span)
        if reader.duplicateKeys > 0 { batch.append(label: "json_duplicate_keys", String(reader.duplicateKeys)) }
        batch.endRow(raw: line)
        return .events(1)
    }

    /// Appends a field of the sender: by its usual name, else as a label.
    private func appendOwn(_ batch: inout EventBatch) {
        guard name[0] == UInt8(ascii: "_"), name.count > 1 else { return }
        let own = name.span.extracting(1..<name.count)
        if let rule = Self.table.number(own) {
            writer.write(rule, text.span, zoneMinutes: 0, into: &batch)
        } else {
            batch.append(label: String(decoding: name.dropFirst(), as: UTF8.self), utf8: text.span)
        }
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        Claim.likelihood(
            [Claim(all: ["version", "host", "short_message"], values: ["version": ["1.0", "1.1"]], likelihood: 95)], head: head)
    }
}
