public import Model
import Wire

/// Decodes Fortinet's live maps: WAMP 2 messages of the old one, the outbreak answers of the new one.
///
/// Of WAMP only EVENT (36) carries attacks; the other messages (HELLO, WELCOME, SUBSCRIBE, SUBSCRIBED …) are filtered. An outbreak answer
/// is `{"ips": {time: [attack, …]}}`.
public struct FortinetMapFormat: Format {
    public static let spec = FormatSpec(name: "fortinet-map", summary: "Fortinet live maps: WAMP events and outbreak JSON", framing: .lines)

    /// The WAMP message type EVENT (WAMP specification, Basic Profile §6.5).
    private static let wampEvent: Int64 = 36

    private var reader = JSONReader()
    private var nested: NestedDecoder

    /// Nothing is remembered between records.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty, let nested = NestedDecoder(RecordLayout.fortinet.entry) else { return nil }
        self.nested = nested
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        do throws(JSONError) { try reader.read(record) } catch { throw DecodeError(error) }
        guard reader[0].kind == .array else { return try decodeOutbreak(record, context, &batch) }
        guard reader[0].next > 1, reader[1].kind == .integer, let type = NumberText.integer(record.extracting(reader[1].range)) else {
            throw DecodeError(.missingField, "no WAMP message type")
        }
        guard type == Self.wampEvent else { return .filtered }
        var at = 1
        while at < reader[0].next {
            if reader[at].kind == .array { return try nested.decode(reader.objects(in: at), of: record, in: context, into: &batch) }
            at = reader[at].next
        }
        throw DecodeError(.missingField, "a WAMP event without arguments")
    }

    /// Attacks by the instant under which they stand.
    private mutating func decodeOutbreak(
        _ record: Span<UInt8>, _ context: RecordContext, _ batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        guard reader[0].kind == .object, let times = member("ips", of: 0, record), reader[times].kind == .object else {
            throw DecodeError(.missingField, "neither a WAMP message nor ips")
        }
        var found = EventBatch()
        var at = times + 1
        while at < reader[times].next {
            let key = reader[at]
            var context = context
            // The key is the attacks' own time, which the objects lack.
            let time = TimestampReader.any.read(record.extracting(key.range), zoneMinutes: context.zoneMinutes)
            if let time { context.arrival = time }
            if let time { context.fileTime = time }
            if reader[at + 1].kind == .array {
                var part = EventBatch()
                _ = try nested.decode(reader.objects(in: at + 1), of: record, in: context, into: &part)
                for row in 0..<part.count {
                    part[row].visit { pair in
                        if time == nil || pair.field != .timeQuality { found.append(pair, of: part[row]) }
                    }
                    if found.isEmpty { found.endRow(raw: record) } else { found.endRowWithoutRaw() }
                }
            }
            at = reader[at + 1].next
        }
        guard !found.isEmpty else { return .filtered }
        batch.append(found)
        return .events(found.count)
    }

    private func member(_ name: StaticString, of object: Int, _ record: Span<UInt8>) -> Int? {
        var at = object + 1
        while at < reader[object].next {
            let range = reader[at].range
            if !reader[at].isSuperseded, range.count == name.utf8CodeUnitCount,
                range.allSatisfy({ record[$0] == name.utf8Start[$0 - range.lowerBound] })
            {
                return at + 1
            }
            at = reader[at + 1].next
        }
        return nil
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        let text = head.withUnsafeBufferPointer { String(decoding: $0.prefix(8192), as: UTF8.self) }
        // HELLO, WELCOME or an EVENT, and the places of attacks.
        let isWAMP = ["[1,", "[2,", "[36,"].contains(where: text.hasPrefix)
        if isWAMP, text.contains("\"countrycode\""), text.contains("\"latitude\"") { return 95 }
        return text.hasPrefix("{\"ips\":") && text.contains("\"vuln_name\"") ? 90 : 0
    }
}

extension RecordLayout {
    /// One attack of Fortinet's maps, of the old one (`src{latitude…}`) or the new (`src_lat`).
    static let fortinet = RecordLayout(
        name: "fortinet-map", summary: "one attack of Fortinet's maps", observerType: "feed", kind: "alert",
        otherwise: .attack(
            as: .other, .medium, message: "{type} {vuln_name} {src.countrycode} {src_country} to {dst.countrycode} {dest_country}"),
        rules: [
            FieldRule("type", .keyword(.ruleCategory)), FieldRule("severity", .label("severity")),
            FieldRule("vuln_name", .keyword(.ruleName)),
            FieldRule("vuln_type", .keyword(.ruleCategory)), FieldRule("count", .label("count")),
            FieldRule("src.countrycode", .keyword(.sourceCountryCode)), FieldRule("dst.countrycode", .keyword(.destinationCountryCode)),
            FieldRule("src_country", .keyword(.sourceCountryName)), FieldRule("dest_country", .keyword(.destinationCountryName)),
        ]
            + [
                "src.latitude", "src.longitude", "dst.latitude", "dst.longitude", "src_lat", "src_long", "dest_lat", "dest_long",
            ].map { FieldRule($0, .aside) },
        constants: [(.threatFeedName, "Fortinet live map"), (.observerVendor, "Fortinet")], required: ["type", "vuln_name"],
        refine: { values, _, batch in
            for (latitude, longitude) in [("src.latitude", "src.longitude"), ("src_lat", "src_long")] {
                FeedPlace.append(values, latitude, longitude, .sourceLocation, .sourceAccuracy, into: &batch)
            }
            for (latitude, longitude) in [("dst.latitude", "dst.longitude"), ("dest_lat", "dest_long")] {
                FeedPlace.append(values, latitude, longitude, .destinationLocation, .destinationAccuracy, into: &batch)
            }
        },
        choose: { values in Fortinet.attack(values) })
}

/// What Fortinet's types mean.
enum Fortinet {
    static func attack(_ values: borrowing MappingValues) -> LayoutAttack? {
        let text = [values.string("type"), values.string("vuln_type"), values.string("vuln_name")].joined(separator: " ")
        // What is seen by intrusion prevention and says no more uses a hole.
        guard let type = AttackWords.type(in: text) ?? (text.lowercased().contains("ips") ? .exploit : nil) else { return nil }
        return LayoutAttack(type, AttackSeverity(name: values.string("severity").lowercased()) ?? .medium)
    }
}
