import Model

/// What screens are sent: `docs/live-protocol.md` says what it means.
enum LiveSchemas {
    static let snapshot = Schema.object(
        [
            "upTo": .component("EventID"), "mode": .choice(["live", "replay", "simulated"]), "clock": .integer, "replay": replay,
            "version": .string, "totals": totals, "types": .map(.count), "severity": severity, "rate": rate, "unplaced": unplaced,
            "window": window, "countries": .map(.count), "sensors": .array(sensor), "tops": tops, "ledger": .component("Ledger"),
            "sources": .array(source), "recent": .array(row),
        ], optional: ["replay"])

    static let frame = Schema.object(
        [
            "upTo": .component("EventID"), "mode": .choice(["live", "replay", "simulated"]), "clock": .integer, "replay": replay,
            "span": .either([
                .object(["after": .component("EventID"), "upTo": .component("EventID")]), .object(["from": .integer, "to": .integer]),
            ]),
            "n": .count, "arcs": .array(arc), "ticker": .array(row), "totals": totals, "types": .map(.count), "severity": severity,
            "rate": rate, "unplaced": unplaced, "window": window, "countries": .map(.count), "sensors": .array(sensor), "tops": tops,
            "ledger": .component("Ledger"), "sources": .array(source),
        ], optional: ["replay", "sensors", "tops", "ledger", "sources", "window", "countries"])

    private static let replay = Schema.object([
        "from": .integer, "to": .integer, "speed": .number, "state": .choice(["playing", "paused", "finished"]),
    ])
    private static let totals = Schema.object([
        "events": .count, "attacks": .count, "posts": .count, "records": .count, "stored": .count,
    ])
    private static let severity = Schema.object(["low": .count, "medium": .count, "high": .count, "critical": .count])
    private static let rate = Schema.object(["now": .number, "hour": .number])
    private static let unplaced = Schema.object(["private": .count, "unmapped": .count])
    private static let window = Schema.object(["from": .integer, "to": .integer])
    private static let sensor = Schema.object(
        ["name": .string, "lat": .number(-90...90), "lon": .number(-180...180)], optional: ["lat", "lon"])
    private static let source = Schema.object([
        "name": .string, "state": .string, "rate": .number.orNull, "lag": .number.orNull,
    ])
    private static let tops = Schema.object([
        "countries": .array(.tuple([.string, .string, .count])), "addresses": .array(.tuple([.string, .string.orNull, .count])),
        "ports": .array(.tuple([.string, .string.orNull, .count])), "types": .array(.tuple([.string, .count])),
        "sensors": .array(.tuple([.string, .count])),
    ])

    /// id, time, family, type, severity, address, country, lat, lon, accuracy, sensor, port, transport, title.
    private static let row = Schema.tuple([
        .component("EventID"), .integer, .choice(EventFamily.allCases.map(\.name)), .string.orNull, .string.orNull, .string.orNull,
        .string.orNull, .number.orNull, .number.orNull, .string.orNull, .string.orNull, .integer.orNull, .string.orNull, .string.orNull,
    ])

    /// lat, lon, accuracy, country, sensor, type, severity, count.
    private static let arc = Schema.tuple([
        .number, .number, .string.orNull, .string.orNull, .string.orNull, .string.orNull, .string.orNull, .count,
    ])
}
