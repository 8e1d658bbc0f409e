public import Model
import Wire

/// Decodes the JSON log of the Cowrie SSH and Telnet honeypot.
public struct CowrieFormat: Format {
    public static let spec = FormatSpec(name: "cowrie", summary: "Cowrie SSH and Telnet honeypot, JSON log", framing: .json)

    /// The rules whose values the code reads, in the order of ``rules``.
    private enum Path: Int { case eventID, timestamp, protocolName, sourceIP, sensor, message, duration, input, url, destinationIP }

    static let rules: [FieldRule] = [
        FieldRule("eventid", .keyword(.eventCode)),
        FieldRule("timestamp", .aside),
        FieldRule("protocol", .keyword(.networkProtocol)),
        FieldRule("src_ip", .address(.sourceIP, domain: .sourceDomain)),
        FieldRule("sensor", .keyword(.observerName)),
        FieldRule("message", .aside),
        FieldRule("duration", .aside),
        FieldRule("input", .keyword(.processCommandLine)),
        FieldRule("url", .keyword(.urlFull)),
        FieldRule("dst_ip", .address(.destinationIP, domain: .destinationDomain)),
        // From here on only the rules themselves are used.
        FieldRule("src_port", .port(.sourcePort)),
        FieldRule("dst_port", .port(.destinationPort)),
        FieldRule("session", .keyword(.sessionID)),
        FieldRule("username", .keyword(.userName)),
        FieldRule("password", .keyword(.userPassword)),
        FieldRule("version", .keyword(.sshClient)),
        FieldRule("hassh", .keyword(.sshHASSH)),
        FieldRule("shasum", .keyword(.fileSHA256)),
        FieldRule("outfile", .label("outfile")),
        FieldRule("destfile", .keyword(.fileName)),
        FieldRule("filename", .keyword(.fileName)),
        FieldRule("duplicate", .label("duplicate")),
        FieldRule("data", .keyword(.payloadPrintable)),
        FieldRule("arch", .label("arch")),
        FieldRule("width", .label("terminal_width")),
        FieldRule("height", .label("terminal_height")),
        FieldRule("name", .label("variable_name")),
        FieldRule("value", .label("variable_value")),
        FieldRule("ttylog", .label("ttylog")),
        FieldRule("size", .label("size")),
        FieldRule("fingerprint", .label("key_fingerprint")),
        FieldRule("type", .label("key_type")),
        FieldRule("uuid", .label("sensor_uuid")),
        FieldRule("system", .label("system")),
        FieldRule("dest_ip", .address(.destinationIP, domain: .destinationDomain)),
        FieldRule("dest_port", .port(.destinationPort)),
    ]
    private static let paths = JSONPaths(rules.map(\.path))

    private var fields = JSONFields(CowrieFormat.paths)
    private var writer = FieldWriter(CowrieFormat.rules)
    private var scratch: [UInt8] = []

    /// Nothing is remembered between records.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty else { return nil }
    }

    public mutating func decode(
        _ line: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        let record = line.extracting(SyslogHeader.object(in: line))
        try fields.readObject(record)
        guard let eventID = token(.eventID), eventID.kind == .string, !eventID.range.isEmpty else {
            throw DecodeError(.missingField, "no eventid")
        }
        let eventClass = CowrieEvents.table.number(record.extracting(eventID.range)).map { CowrieEvents.classes[$0] } ?? CowrieEvents.other
        try RecordTime.append(token(.timestamp), of: fields, in: record, reader: .any, context: context, into: &batch)
        appendKind(eventClass, into: &batch)
        writer.write(fields, of: record, zoneMinutes: context.zoneMinutes, into: &batch)
        if token(.sensor) == nil, let sensor = context.sensor { batch.append(.observerName, sensor) }
        batch.append(.networkTransport, "tcp")
        if token(.protocolName) == nil { appendProtocol(record, into: &batch) }
        appendDuration(record, into: &batch)
        appendMessage(eventID, record, into: &batch)
        if fields.duplicateKeys > 0 { batch.append(label: "json_duplicate_keys", String(fields.duplicateKeys)) }
        batch.endRow(raw: line)
        return .events(1)
    }

    private func token(_ path: Path) -> JSONToken? { fields.token(path.rawValue) }

    private func appendKind(_ eventClass: CowrieEvents.EventClass, into batch: inout EventBatch) {
        if let attack = eventClass.attack {
            batch.append(.eventFamily, "attack")
            batch.append(.attackType, attack.type.name)
            batch.append(.attackSeverity, attack.severity.name)
        } else {
            batch.append(.eventFamily, "record")
        }
        batch.append(.eventKind, "event")
        for category in eventClass.categories { batch.append(.eventCategory, category) }
        for type in eventClass.types { batch.append(.eventType, type) }
        if let outcome = eventClass.outcome { batch.append(.eventOutcome, outcome) }
        if let technique = eventClass.technique { batch.append(.threatTechniqueID, technique) }
        batch.append(.eventAction, eventClass.name)
        batch.append(.eventModule, "cowrie")
        batch.append(.eventDataset, "cowrie")
        batch.append(.observerType, "honeypot")
    }

    /// Old versions name the protocol only inside `system`; telnet's there holds "Telnet".
    private func appendProtocol(_ record: Span<UInt8>, into batch: inout EventBatch) {
        var isTelnet = false
        for match in fields.matches where Self.rules[match.path].path == "system" {
            let range = fields[match.token].range
            isTelnet = Self.contains(record.extracting(range), "elnet")
        }
        if isTelnet { batch.append(.networkProtocol, "telnet") } else { batch.append(.networkProtocol, "ssh") }
    }

    private func appendDuration(_ record: Span<UInt8>, into batch: inout EventBatch) {
        guard let token = token(.duration), token.kind != .object, token.kind != .array,
            let seconds = NumberText.double(record.extracting(token.range)), seconds >= 0, seconds < 1e9
        else { return }
        batch.append(.eventDuration, integer: Int64(seconds * 1e9))
    }

    /// Cowrie's own message without passwords, which have their field; `message` may be an array.
    private mutating func appendMessage(_ eventID: JSONToken, _ record: Span<UInt8>, into batch: inout EventBatch) {
        scratch.removeAll(keepingCapacity: true)
        let isLogin = Self.contains(record.extracting(eventID.range), ".login.")
        if !isLogin, let message = fields.firstScalar(Path.message.rawValue), !message.range.isEmpty {
            fields.appendText(of: message, in: record, to: &scratch)
        } else {
            fields.appendText(of: eventID, in: record, to: &scratch)
            if isLogin, let user = fields.matches.first(where: { Self.rules[$0.path].path == "username" }) {
                scratch.append(contentsOf: " as ".utf8)
                fields.appendText(of: fields[user.token], in: record, to: &scratch)
            }
        }
        batch.append(.message, utf8: scratch.span)
    }

    private static func contains(_ text: Span<UInt8>, _ part: StaticString) -> Bool {
        let length = part.utf8CodeUnitCount
        guard text.count >= length else { return false }
        for start in 0...(text.count - length) {
            var i = 0
            while i < length, text[start + i] == part.utf8Start[i] { i += 1 }
            if i == length { return true }
        }
        return false
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        let found = Detection.jsonKeys(of: head, ["eventid", "session", "timestamp", "event_type", "_source", "t-pot_ip_ext"])
        guard found[0], !found[3], !found[4], !found[5] else { return 0 }
        let isCowrie = contains(head.extracting(0..<min(head.count, 16_384)), "\"cowrie.")
        return isCowrie ? 95 : 0
    }
}
