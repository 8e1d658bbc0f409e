import HTTPTypes

/// What ``QueryRoutes`` answers.
extension Operation {
    /// A question that the columns answer: with the parameters of every question, an entity tag, and the refusals that all have.
    static func question(
        _ name: String, path: String, tag: Tag = .questions, _ summary: String, details: String = "", parameters: [Parameter],
        answer: KeyValuePairs<String, Schema>, example: JSONTree
    ) -> Operation {
        let schema = Schema.object(members: answer.map { ($0.key, $0.value) } + [("upTo", upTo)])
        return Operation(
            method: .get, path: "/api/v1/\(path)", name: name, tag: tag, summary: summary, details: details,
            parameters: Parameter.scope + parameters,
            reply: Reply("The answer, and the last event that it takes into account.", schema, example: example),
            refusals: [
                .unprocessableContent: "The answer would have too many groups.",
                .serviceUnavailable: "It took too long, or the columns cannot be read.",
            ], allowance: .query, hasTag: true)
    }

    private static let upTo = Schema.component("EventID")
    private static let span: Schema = .object(["start": .time, "count": .count])

    static let events = question(
        "listEvents", path: "events", tag: .events, "A page of events, by event time.",
        details: "The list stays as it was while events come: its cursors carry the `upTo` of the first page.",
        parameters: [
            .limit(1...1000, standard: 100), .order,
            Parameter(name: "after", schema: .string, summary: "The `next` of a page: the page behind it."),
            Parameter(name: "before", schema: .string, summary: "The `previous` of a page: the page before it."),
        ],
        answer: [
            "events": .array(.component("Event")), "next": Schema.string.orNull.described("Cursor of the page behind; null on the last."),
            "previous": Schema.string.orNull.described("Cursor of the page before; null on the first."),
        ],
        example: ["events": [], "next": .null, "previous": .null, "upTo": "382495043224600576"])

    static let count = question(
        "countEvents", path: "count", "How many events there are.", parameters: [], answer: ["count": .count],
        example: ["count": 339526, "upTo": "382495043224600576"])

    static let top = question(
        "topValues", path: "top", "The most frequent values of a field, or combinations of up to four.",
        parameters: [
            .fields("field", "What the groups are made by.", count: 1...4, example: ["source.geo.country_iso_code", "destination.port"]),
            .limit(1...10_000, standard: 10), .order,
        ],
        answer: [
            "groups": .array(.object(["values": .array(.component("Value")), "count": .count])), "fields": .array(.string),
            "distinct": Schema.count.described("All groups, also those beyond the limit."),
        ],
        example: [
            "groups": [["values": ["CN", 22], "count": 5021]], "fields": ["source.geo.country_iso_code", "destination.port"],
            "distinct": 412, "upTo": "382495043224600576",
        ])

    static let histogram = question(
        "eventsOverTime", path: "histogram", "Events per span of time; spans without events are left out.",
        parameters: [.interval, .field("by", "Split by the values of this field.", isRequired: false, example: "attack.type")],
        answer: [
            "spans": .array(.object(["start": .time, "value": .component("Value"), "count": .count], optional: ["value"]))
        ],
        example: ["spans": [["start": "2024-05-01T12:00:00Z", "value": "scan", "count": 17]], "upTo": "382495043224600576"])

    static let distinct = question(
        "distinctOverTime", path: "distinct", "Distinct values of a field per span of time.",
        parameters: [.field("field", "Whose values are counted.", isRequired: true, example: "source.ip"), .interval],
        answer: ["spans": .array(span)],
        example: ["spans": [["start": "2024-05-01T12:00:00Z", "count": 17]], "upTo": "382495043224600576"])
}
