import HTTPTypes
import Model

/// What ``EventRoutes`` answers.
extension Operation {
    static let event = Operation(
        method: .get, path: "/api/v1/events/{id}", name: "getEvent", tag: .events, summary: "One event with its raw record.",
        parameters: [Parameter(name: "id", place: .path, schema: Parameter.id, summary: "Commit id, `event.id`.")],
        reply: Reply("The event as an ECS document, with the raw record as `event.original`.", .component("Event")),
        refusals: [.notFound: "No such event is kept."], allowance: .query, hasTag: true)

    static let keep = Operation(
        method: .post, path: "/api/v1/events/{id}/keep", name: "keepEvent", tag: .events,
        summary: "Keeps an event when retention removes its class.",
        details: "A copy, with the same id, takes the original's place when that is removed. To keep it again changes nothing.",
        parameters: [Parameter(name: "id", place: .path, schema: Parameter.id, summary: "Commit id, `event.id`.")],
        reply: Reply(
            "It is kept.",
            .object(["id": .component("EventID"), "known": Schema.boolean.described("Whether it was kept before.")])),
        refusals: [.notFound: "No such event is kept.", .serviceUnavailable: "The journal cannot write."], allowance: .query)

    static let evidence = Operation(
        method: .get, path: "/api/v1/evidence", name: "getEvidence", tag: .events,
        summary: "The events that something on the screen stands for.",
        details: "The number of all that fit, and the newest of them by commit. Without a span the whole journal is read.",
        parameters: [
            Parameter(name: "after", schema: Parameter.id, summary: "Only events with ids behind this one."),
            Parameter(name: "upTo", schema: Parameter.id, summary: "Only events with ids up to this one."),
            Parameter(name: "from", schema: milliseconds, summary: "Event times from here on, Unix milliseconds; goes with `to`."),
            Parameter(name: "to", schema: milliseconds, summary: "Event times before this, Unix milliseconds; goes with `from`."),
            Parameter(
                name: "lat", schema: .number(-90...90), summary: "Latitude at which the source is drawn, four digits; goes with `lon`."),
            Parameter(
                name: "lon", schema: .number(-180...180), summary: "Longitude at which the source is drawn, four digits; goes with `lat`."),
            Parameter(name: "sensor", schema: .string, summary: "Only of this sensor; empty for events that name none."),
            Parameter(
                name: "type", schema: .choice(AttackType.allCases.map(\.name)), summary: "Only of this attack type.", example: "scan"),
            Parameter(name: "country", schema: .string, summary: "Only from this source country."),
            Parameter(
                name: "address", schema: .either([.string(format: "ipv4"), .string(format: "ipv6")]),
                summary: "Only from this source address.", example: "198.51.100.7"),
            Parameter(name: "port", schema: .integer(0...65_535), summary: "Only to this destination port.", example: 22),
            .families, .types, .q,
        ],
        reply: Reply(
            "The number of events, and the newest 200.",
            .object([
                "total": .count, "events": .array(.component("Event")),
                "truncated": Schema.boolean.described("Whether there are more than are shown."),
            ])), allowance: .query, hasTag: true)

    private static let milliseconds = Schema.integer(-999_999_999_999_999...999_999_999_999_999)
}
