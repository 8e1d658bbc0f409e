public import Model
import Wire

/// Decodes Suricata's EVE JSON (`eve.json`), also behind a syslog header.
///
/// Alerts are attacks; every other event type is kept as a record with `event.dataset` `suricata.<type>`. A record without `event_type`
/// is taken for an alert when it has an `alert` object, else refused.
public struct SuricataFormat: Format {
    public static let spec = FormatSpec(name: "suricata", summary: "Suricata EVE JSON: alerts, flow, dns, http, tls …", framing: .json)

    private static let paths = JSONPaths(Suricata.rules.map(\.path))

    private var fields = JSONFields(SuricataFormat.paths)
    private var writer = FieldWriter(Suricata.rules)
    private var scratch: [UInt8] = []
    private let beginnings = Suricata.beginnings()

    /// Nothing is remembered between records.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty else { return nil }
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        let header = SyslogHeader(of: record)
        if let header {
            try decode(record.extracting(header.end..<record.count), in: context, host: header.host(in: record), into: &batch)
        } else {
            do throws(DecodeError) {
                try decode(record, in: context, host: nil, into: &batch)
            } catch {
                guard error.code == .malformedJSON, Self.isMessage(record, in: context) else { throw error }
                batch.abandonRow()
                var messages = LogLineDecoder()
                return try messages.decode(record, in: context, into: &batch)
            }
        }
        batch.endRow(raw: record)
        return .events(1)
    }

    /// Whether it is a line of syslog without an object: behind syslog's headers the sensor also says that it starts and stops.
    private static func isMessage(_ record: Span<UInt8>, in context: RecordContext) -> Bool {
        var reader = SyslogReader()
        let line = reader.read(
            record, zoneMinutes: context.zoneMinutes, reference: context.fileTime ?? context.arrival, arrival: context.arrival)
        return line.form != .none
    }

    /// Appends all of an event but the raw record; `record` is its object, without a header.
    mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, host: String?, into batch: inout EventBatch
    ) throws(DecodeError) {
        try fields.readObject(record)
        let eventType = token(.eventType).flatMap { $0.kind == .string && !$0.range.isEmpty ? $0 : nil }
        let number: Int?
        if let eventType {
            number = Suricata.eventTypes.number(record.extracting(eventType.range))
        } else {
            guard token(.alert)?.kind == .object else { throw DecodeError(.missingField, "neither event_type nor an alert object") }
            number = 0
        }
        let eventClass = number.map { Suricata.eventClasses[$0] } ?? Suricata.otherClass
        try RecordTime.append(token(.timestamp), of: fields, in: record, reader: .any, context: context, into: &batch)
        appendKind(number: number, eventType: eventType, record, into: &batch)
        writer.write(fields, of: record, zoneMinutes: context.zoneMinutes, into: &batch)
        if token(.host) == nil, let sensor = context.sensor ?? host { batch.append(.observerName, sensor) }
        appendFlow(record, into: &batch)
        if number == 0 { appendAlert(record, into: &batch) }
        appendURL(record, into: &batch)
        if let appProto = token(.appProto), text(of: appProto, in: record, equals: "failed") == false {
            appendText(.networkProtocol, appProto, record, into: &batch)
        }
        appendMessage(eventClass, eventType: eventType, record, into: &batch)
        if fields.duplicateKeys > 0 { batch.append(label: "json_duplicate_keys", String(fields.duplicateKeys)) }
    }

    @inline(__always) private func token(_ path: Suricata.Path) -> JSONToken? { fields.token(path.rawValue) }

    private func appendKind(
        number: Int?, eventType: JSONToken?, _ record: Span<UInt8>, into batch: inout EventBatch
    ) {
        batch.appendValues(of: beginnings[number ?? Suricata.eventClasses.count])
        if number == nil, let eventType { batch.append(.eventDataset, dataset(of: eventType, record)) }
    }

    /// `suricata.` and a type that has no mapping, without anything that is not a letter, digit, `_` or `-`.
    private func dataset(of eventType: JSONToken, _ record: Span<UInt8>) -> String {
        var name: [UInt8] = []
        for i in eventType.range.prefix(48) {
            let byte = record[i]
            switch byte | 0x20 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): name.append(byte | 0x20)
            case UInt8(ascii: "0")...UInt8(ascii: "9") where byte < 0x40: name.append(byte)
            default: name.append(byte == UInt8(ascii: "-") ? byte : UInt8(ascii: "_"))
            }
        }
        return "suricata." + String(decoding: name, as: UTF8.self)
    }

    // MARK: What needs more than one value

    /// Bytes, packets and duration; the client of the flow is the destination where the packet went to it.
    private func appendFlow(_ record: Span<UInt8>, into batch: inout EventBatch) {
        let toServer = (integer(.bytesToServer, record), integer(.packetsToServer, record))
        let toClient = (integer(.bytesToClient, record), integer(.packetsToClient, record))
        var isReversed = false
        if let client = token(.flowSourceIP), let source = token(.sourceIP) { isReversed = !areEqual(client, source, record) }
        let (sent, received) = isReversed ? (toClient, toServer) : (toServer, toClient)
        if let bytes = sent.0 { batch.append(.sourceBytes, integer: bytes) }
        if let packets = sent.1 { batch.append(.sourcePackets, integer: packets) }
        if let bytes = received.0 { batch.append(.destinationBytes, integer: bytes) }
        if let packets = received.1 { batch.append(.destinationPackets, integer: packets) }
        if let a = sent.0, let b = received.0 { batch.append(.networkBytes, integer: a &+ b) }
        if let a = sent.1, let b = received.1 { batch.append(.networkPackets, integer: a &+ b) }
        if let age = integer(.age, record), age >= 0, age < 1 << 31 { batch.append(.eventDuration, integer: age * 1_000_000_000) }
    }

    private func appendAlert(_ record: Span<UInt8>, into batch: inout EventBatch) {
        let none = 0..<0
        let signature = record.extracting(token(.signature)?.range ?? none)
        let category = record.extracting(token(.category)?.range ?? none)
        let isICMP = token(.proto).map { $0.range.count >= 4 && record[$0.range.upperBound - 4] | 0x20 == UInt8(ascii: "i") } ?? false
        var type = RuleAlerts.type(signature: signature, category: category, isICMP: isICMP || token(.icmpType) != nil)
        // A rule without a class, about traffic that the sensor labels (`social-network`): what is forbidden is the application.
        if type == .other, token(.trafficLabel) != nil { type = .policy }
        var isCritical = false
        if let stated = fields.firstScalar(Suricata.Path.signatureSeverity.rawValue) {
            isCritical = text(of: stated, in: record, equals: "Critical") && type != .policy
        }
        let severity = SuricataAlerts.severity(priority: integer(.severity, record), category: category, type: type, isCritical: isCritical)
        batch.append(.attackType, type.name)
        batch.append(.attackSeverity, severity.name)
        if let action = token(.action) {
            if text(of: action, in: record, equals: "blocked") {
                batch.append(.eventType, "denied")
            } else if text(of: action, in: record, equals: "allowed") {
                batch.append(.eventType, "allowed")
            }
        }
    }

    /// `http.url` as it was sent, with its path and query where it begins with a slash.
    private mutating func appendURL(_ record: Span<UInt8>, into batch: inout EventBatch) {
        guard let url = token(.url), url.kind == .string, !url.range.isEmpty else { return }
        scratch.removeAll(keepingCapacity: true)
        fields.appendText(of: url, in: record, to: &scratch)
        let text = scratch.span
        batch.append(.urlOriginal, utf8: text)
        guard text[0] == UInt8(ascii: "/") else { return }
        var end = 0
        while end < text.count, text[end] != UInt8(ascii: "?") { end += 1 }
        batch.append(.urlPath, utf8: text.extracting(0..<end))
        if end + 1 < text.count { batch.append(.urlQuery, utf8: text.extracting(end + 1..<text.count)) }
    }

    private mutating func appendMessage(
        _ eventClass: Suricata.EventClass, eventType: JSONToken?, _ record: Span<UInt8>, into batch: inout EventBatch
    ) {
        scratch.removeAll(keepingCapacity: true)
        if eventClass.kind.utf8CodeUnitCount != 5 || eventClass.message != [.signature], let eventType {
            fields.appendText(of: eventType, in: record, to: &scratch)
        }
        for path in eventClass.message {
            guard let token = token(path), token.kind != .null, token.kind != .object, token.kind != .array else { continue }
            if !scratch.isEmpty { scratch.append(UInt8(ascii: " ")) }
            fields.appendText(of: token, in: record, to: &scratch)
        }
        if scratch.isEmpty { scratch.append(contentsOf: "alert".utf8) }
        batch.append(.message, utf8: scratch.span)
    }

    // MARK: Values

    private func integer(_ path: Suricata.Path, _ record: Span<UInt8>) -> Int64? {
        guard let token = token(path), token.kind != .object, token.kind != .array else { return nil }
        return NumberText.integer(record.extracting(token.range))
    }

    private func appendText(_ field: Field, _ token: JSONToken, _ record: Span<UInt8>, into batch: inout EventBatch) {
        guard token.kind == .string, token.isPlain, !token.range.isEmpty else { return }
        batch.append(field, utf8: record.extracting(token.range))
    }

    private func text(of token: JSONToken, in record: Span<UInt8>, equals text: StaticString) -> Bool {
        guard token.range.count == text.utf8CodeUnitCount else { return false }
        for i in 0..<text.utf8CodeUnitCount where record[token.range.lowerBound + i] != text.utf8Start[i] { return false }
        return true
    }

    private func areEqual(_ a: JSONToken, _ b: JSONToken, _ record: Span<UInt8>) -> Bool {
        guard a.range.count == b.range.count else { return false }
        for (i, j) in zip(a.range, b.range) where record[i] != record[j] { return false }
        return true
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        let found = Detection.jsonKeys(
            of: head,
            [
                "timestamp", "event_type", "flow_id", "src_ip", "dest_ip", "alert", "in_iface", "proto", "stats", "signature_id",
                "sensorid", "@timestamp",
            ])
        if found[10] || found[11] && found[2] == false { return 0 }
        let (time, type, flow, source, destination) = (found[0], found[1], found[2], found[3], found[4])
        if type, time, flow || found[8] || found[6] { return 95 }
        if found[5], found[9], time, source, destination { return 92 }
        if type, time, source || destination || found[7] { return 85 }
        return type && time ? 60 : 0
    }
}
