import Model
import Wire

extension RecordLayout {
    /// MISP events: each attribute is an event, those of objects too. What the event says of itself goes to every one.
    static let misp = RecordLayout(
        name: "misp", summary: "MISP events (JSON): attributes as indicators", framing: .document, observerType: "feed", kind: "enrichment",
        time: ["timestamp", "first_seen"], otherwise: .indicator(message: "{type} {value} {comment}"),
        rules: [
            FieldRule("uuid", .keyword(.eventCode)), FieldRule("type", .translated(.threatIndicatorType, IndicatorFields.types)),
            FieldRule("category", .label("category")), FieldRule("comment", .label("comment")), FieldRule("to_ids", .label("to_ids")),
            FieldRule("first_seen", .date(.threatIndicatorFirstSeen)), FieldRule("last_seen", .date(.threatIndicatorLastSeen)),
            FieldRule("Tag.name", .keyword(.tags)), FieldRule("value", .aside),
        ],
        constants: [(.threatFeedName, "MISP")], required: ["value"],
        items: ["Event.Attribute", "Event.Object.Attribute", "response.Event.Attribute", "response.Event.Object.Attribute"],
        shared: [
            FieldRule("Event.info", .label("event_info")), FieldRule("Event.uuid", .label("event_uuid")),
            FieldRule("Event.Orgc.name", .keyword(.threatIndicatorProvider)), FieldRule("Event.threat_level_id", .label("threat_level")),
        ],
        claims: [
            Claim(all: ["Event.info", "Event.Attribute"], likelihood: 95), Claim(all: ["Event.info", "Event.Object"], likelihood: 95),
            Claim(all: ["response.Event.info"], likelihood: 95),
        ],
        refine: { values, _, batch in IndicatorFields.append(type: values.string("type"), value: values.string("value"), into: &batch) })
}
