public import Model
import Wire

/// Decodes the PDUs of the Satori RTM protocol that carried the public attack map of 2017.
///
/// `rtm/subscription/data` holds messages, each an attack by the preset mapping; every other PDU is of the protocol and filtered.
public struct SatoriPDUFormat: Format {
    public static let spec = FormatSpec(
        name: "satori-rtm", summary: "Satori RTM messages around the 2017 attack map stream", framing: .json)

    private var fields = JSONFields(JSONPaths(["action", "body.messages"]))
    private var nested: NestedDecoder

    /// Nothing is remembered between records.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty, let nested = NestedDecoder(MappingFormat.entry(MappingPreset.satoriAttacks)) else { return nil }
        self.nested = nested
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        try fields.readObject(record)
        guard fields.token(0) != nil else { throw DecodeError(.missingField, "no action: not a PDU") }
        guard let messages = fields.matches.first(where: { $0.path == 1 }), fields[messages.token].kind == .array else { return .filtered }
        var objects: [Range<Int>] = []
        var at = messages.token + 1
        while at < fields[messages.token].next {
            if fields[at].kind == .object { objects.append(fields[at].range) }
            at = fields[at].next
        }
        return try nested.decode(objects, of: record, in: context, into: &batch)
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        Claim.likelihood([Claim(all: ["action", "body"], values: ["action": ["rtm/", "auth/", "/error"]], likelihood: 95)], head: head)
    }
}
