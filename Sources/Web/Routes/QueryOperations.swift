import HTTPTypes

/// What ``QueryRoutes`` answers.
extension Operation {
    /// A question that the columns answer: with the parameters of every question, an entity tag, the refusals that all have, and the lines of
    /// an answer in parts.
    ///
    /// - Parameters:
    ///   - answer: the members of the answer besides `upTo`.
    ///   - optional: those of them that depend on what was asked for.
    ///   - other: another form of the answer, where there is one.
    ///   - isInParts: whether it may be answered in parts.
    static func question(
        _ name: String, path: String, tag: Tag = .questions, _ summary: String, details: String = "", parameters: [Parameter],
        answer: KeyValuePairs<String, Schema>, optional: Set<String> = [], or other: KeyValuePairs<String, Schema>? = nil,
        isInParts: Bool = true, example: JSONTree
    ) -> Operation {
        func forms(_ more: [(name: String, schema: Schema)] = []) -> [Schema] {
            [answer, other].compactMap { $0 }.map { members in
                .object(members: members.map { ($0.key, $0.value) } + [("upTo", upTo)] + more, optional: optional)
            }
        }
        let schema: Schema = other == nil ? forms()[0] : .either(forms())
        var content = [RequestBody.Content(type: "application/json", schema: schema, example: example)]
        if isInParts {
            let last = forms([("complete", Schema.boolean.with("const", true))])
            let soFar = forms([("complete", Schema.boolean.with("const", false)), ("coversSince", .time)])
            let line = Schema.either(last + soFar + [.component("Problem")])
            content.append(
                RequestBody.Content(
                    type: "application/x-ndjson",
                    schema: line.described("Each line. All but the last say from which event time on they are complete.")))
        }
        return Operation(
            method: .get, path: "/api/v1/\(path)", name: name, tag: tag, summary: summary, details: details,
            parameters: Parameter.scope + parameters + (isInParts ? [.partial] : []),
            reply: Reply(
                "The answer, and the last event that it takes into account.", content: content,
                headers: isInParts ? ["Vary": "Accept, which may ask for an answer in parts."] : [:]), refusals: refusals,
            allowance: .query,
            hasTag: true)
    }

    /// Why questions are refused.
    static let refusals: [HTTPResponse.Status: String] = [
        .unprocessableContent: "The answer would have too many groups.",
        .serviceUnavailable: "It took too long, or the columns cannot be read.",
    ]
    private static let upTo = Schema.component("EventID")
    private static let compared: Set = ["previous", "difference", "currentPeriod", "previousPeriod", "previousDistinct"]
    private static let period: Schema = .object(["from": .time, "to": .time])

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
        ], isInParts: false,
        example: ["events": [], "next": .null, "previous": .null, "upTo": "382495043224600576"])

    static let count = question(
        "countEvents", path: "count", "How many events there are.", parameters: [.compare],
        answer: ["count": .count, "previous": .count, "difference": .integer, "currentPeriod": period, "previousPeriod": period],
        optional: compared, example: ["count": 339526, "upTo": "382495043224600576"])

    static let top = question(
        "topValues", path: "top", "The most frequent values of a field, or combinations of up to four.",
        parameters: [
            .fields("field", "What the groups are made by.", count: 1...4, example: ["source.geo.country_iso_code", "destination.port"]),
            .limit(1...10_000, standard: 10), .order, .compare,
        ],
        answer: [
            "groups": .array(
                .object(
                    ["values": .array(.component("Value")), "count": .count, "previous": .count, "difference": .integer], optional: compared
                )),
            "fields": .array(.string), "distinct": Schema.count.described("All groups, also those beyond the limit."),
            "previousDistinct": .count, "currentPeriod": period, "previousPeriod": period,
        ], optional: compared,
        example: [
            "groups": [["values": ["CN", 22], "count": 5021]], "fields": ["source.geo.country_iso_code", "destination.port"],
            "distinct": 412, "upTo": "382495043224600576",
        ])

    static let histogram = question(
        "eventsOverTime", path: "histogram", "Events per span of time; spans without events are left out.",
        parameters: [.interval, .field("by", "Split by the values of this field.", isRequired: false, example: "attack.type"), .compare],
        answer: [
            "spans": .array(
                .object(
                    ["start": .time, "value": .component("Value"), "count": .count, "previous": .count, "difference": .integer],
                    optional: compared.union(["value"]))), "currentPeriod": period, "previousPeriod": period,
        ], optional: compared,
        example: ["spans": [["start": "2024-05-01T12:00:00Z", "value": "scan", "count": 17]], "upTo": "382495043224600576"])

    static let distinct = question(
        "distinctOverTime", path: "distinct", "Distinct values of a field per span of time.",
        parameters: [.field("field", "Whose values are counted.", isRequired: true, example: "source.ip"), .interval],
        answer: ["spans": .array(.object(["start": .time, "count": .count]))],
        example: ["spans": [["start": "2024-05-01T12:00:00Z", "count": 17]], "upTo": "382495043224600576"])
}
