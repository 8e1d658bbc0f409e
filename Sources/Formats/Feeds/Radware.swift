public import Model
import Wire

/// Decodes the answers of Radware's live map: an array of arrays of `{sourceCountry, destinationCountry, millisecond, type, weight, attackTime}`.
///
/// The framer hands on the inner arrays or the whole answer; either way every object is an event. `null` stands for no news.
public struct RadwareFormat: Format {
    public static let spec = FormatSpec(name: "radware", summary: "Radware live threat map (arrays)", framing: .json)

    private var reader = JSONReader()
    private var nested: NestedDecoder

    /// Nothing is remembered between records.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty, let nested = NestedDecoder(RecordLayout.radware.entry) else { return nil }
        self.nested = nested
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        do throws(JSONError) { try reader.read(record) } catch { throw DecodeError(error) }
        switch reader[0].kind {
        case .object: return try nested.decode([reader[0].range], of: record, in: context, into: &batch)
        case .array: return try nested.decode(reader.objects(in: 0), of: record, in: context, into: &batch)
        case .null: return .filtered
        default: throw DecodeError(.notAnObject, "neither an array nor an object")
        }
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        Claim.likelihood([Claim(all: ["sourceCountry", "destinationCountry", "attackTime", "weight"], likelihood: 95)], head: head)
    }
}

extension RecordLayout {
    /// One attack of Radware's map. Country codes are padded, or blank where unknown.
    static let radware = RecordLayout(
        name: "radware", summary: "one attack of Radware's map", observerType: "feed", kind: "alert", time: ["attackTime"],
        selectors: ["type"],
        classes: [
            .attack("intruders", "exploits", as: .exploit, .medium), .attack("scanners", as: .scan, .low),
            .attack("dos", "ddos", as: .dos, .medium), .attack("webattackers", "webattacks", as: .web, .medium),
            .attack("anonymizers", as: .policy, .low),
        ],
        otherwise: .attack(as: .other, .low, message: "{type} {sourceCountry} to {destinationCountry}"),
        rules: [
            FieldRule("type", .keyword(.ruleCategory)), FieldRule("weight", .keyword(.ruleName)),
            FieldRule("millisecond", .label("millisecond")),
            FieldRule("sourceCountry", .aside), FieldRule("destinationCountry", .aside),
        ],
        constants: [(.threatFeedName, "Radware live map"), (.observerVendor, "Radware")], required: ["type"],
        refine: { values, _, batch in
            for (path, field) in [("sourceCountry", Field.sourceCountryCode), ("destinationCountry", .destinationCountryCode)] {
                let code = values.string(path).trimmingBlanks
                if code.utf8.count == 2 { batch.append(field, String(code)) }
            }
        })
}
