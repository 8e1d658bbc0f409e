import Model
import Wire

extension RecordLayout {
    /// The attacks of Check Point's live map, as data of its event stream. No addresses and no time; a source often equals its target.
    static let checkpoint = RecordLayout(
        name: "checkpoint", summary: "Check Point live attack map (SSE data)", observerType: "feed", kind: "alert", selectors: ["a_t"],
        key: { values in
            if values.string("a_n").isEmpty, values.string("a_t").isEmpty { return "counter" }
            return values.string("a_t").lowercased()
        },
        classes: [
            .filtered("counter"), .attack("exploit", as: .exploit, .medium, action: "exploit"),
            .attack("malware", as: .malware, .high, action: "malware"), .attack("phishing", as: .phishing, .medium, action: "phishing"),
        ],
        otherwise: .attack(as: .other, .medium, message: "{a_n} {s_co} to {d_co}"),
        rules: [
            FieldRule("a_n", .keyword(.ruleName)), FieldRule("a_t", .keyword(.ruleCategory)), FieldRule("a_c", .label("count")),
            FieldRule("s_co", .keyword(.sourceCountryCode)), FieldRule("d_co", .keyword(.destinationCountryCode)),
            FieldRule("s_s", .keyword(.sourceRegionName)), FieldRule("d_s", .keyword(.destinationRegionName)),
        ] + ["s_la", "s_lo", "d_la", "d_lo", "recentPeriod", "today"].map { FieldRule($0, .aside) },
        constants: [(.threatFeedName, "Check Point live map"), (.observerVendor, "Check Point")],
        required: ["a_n"],
        claims: [
            Claim(all: ["a_c", "a_n", "a_t", "s_la", "d_la"], likelihood: 95),
            Claim(all: ["recentPeriod", "today"], likelihood: 85),
        ],
        refine: { values, _, batch in
            FeedPlace.append(values, "s_la", "s_lo", .sourceLocation, .sourceAccuracy, into: &batch)
            FeedPlace.append(values, "d_la", "d_lo", .destinationLocation, .destinationAccuracy, into: &batch)
        })
}

/// Coordinates as feeds state them.
enum FeedPlace {
    /// Appends a place whose two coordinates are there and on the globe; 0, 0 is a feed's word for unknown.
    static func append(
        _ values: borrowing MappingValues, _ latitude: String, _ longitude: String, _ field: Field, _ accuracy: Field,
        into batch: inout EventBatch
    ) {
        let text = values.text.span
        guard let latitude = NumberText.double(text.extracting(values.first(values.number(latitude)))),
            let longitude = NumberText.double(text.extracting(values.first(values.number(longitude)))), latitude != 0 || longitude != 0
        else { return }
        let point = GeoPoint(latitude: Float(latitude), longitude: Float(longitude))
        guard point.isValid else { return }
        batch.append(field, point)
        batch.append(accuracy, "stated")
    }
}
