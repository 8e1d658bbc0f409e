public import Model
import Wire

/// Decodes Zeek's logs as JSON lines, from `LogAscii::use_json` as well as from the json-streaming-logs package.
public struct ZeekJSONFormat: Format {
    public static let spec = FormatSpec(name: "zeek", summary: "Zeek logs as JSON: notice, conn, dns, http, ssl, ssh …", framing: .json)

    /// The rules by Zeek's names, then the other names for some of them.
    private static let allRules = Zeek.rules + Zeek.otherNames.map { FieldRule($0.name, .aside) }
    private static let paths = JSONPaths(allRules.map(\.path), dottedNames: true)

    private var fields = JSONFields(ZeekJSONFormat.paths)
    private var writer = FieldWriter(ZeekJSONFormat.allRules)
    private var event = ZeekEvent()

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
        event.removeAll()
        for match in fields.matches {
            let rule = match.path < Zeek.rules.count ? match.path : Zeek.otherNames[match.path - Zeek.rules.count].path.rawValue
            let token = fields[match.token]
            guard rule < Zeek.Path.count, token.kind != .null, token.kind != .object, token.kind != .array else { continue }
            event.take(rule) { fields.appendText(of: token, in: record, to: &$0) }
        }
        guard event.has(.ts) else { throw DecodeError(.missingField, "no ts") }
        guard event.has(.path) || event.has(.originHost) || event.has(.note) || event.has(.name) else {
            throw DecodeError(.missingField, "neither _path nor id.orig_h, note or name: no log of Zeek's")
        }
        try event.appendTime(into: &batch, context: context)
        event.append(into: &batch, context: context)
        writer.write(fields, of: record, zoneMinutes: context.zoneMinutes, into: &batch)
        if fields.duplicateKeys > 0 { batch.append(label: "json_duplicate_keys", String(fields.duplicateKeys)) }
        batch.endRow(raw: line)
        return .events(1)
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        let found = Detection.jsonKeys(
            of: head, ["ts", "id.orig_h", "id_orig_h", "_path", "_write_ts", "uid", "note", "conn_state", "event_type", "id.resp_p"])
        guard found[0], !found[8] else { return 0 }
        if found[1] && found[9] || found[3] && found[4] { return 96 }
        if found[2], found[5] { return 90 }
        return found[3] && (found[5] || found[6]) ? 80 : 0
    }
}
