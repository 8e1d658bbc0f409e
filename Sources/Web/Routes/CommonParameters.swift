import Model

/// Parameters that several operations have.
extension Parameter {
    static let q = Parameter(
        name: "q", schema: .string, summary: "Only events that match this KQL; all without it.", example: "source.ip: 198.51.100.0/24")
    static let from = Parameter(
        name: "from", schema: time, summary: "Event times from here on: Unix milliseconds or ISO 8601.", example: "2026-01-01T00:00:00Z")
    static let to = Parameter(
        name: "to", schema: time, summary: "Event times before this: Unix milliseconds or ISO 8601.", example: "1893456000000")
    static let upTo = Parameter(
        name: "upTo", schema: id, summary: "Only events up to that id, so that several answers are about the same events.")
    static let order = Parameter(
        name: "order", schema: Schema.choice(["desc", "asc"]).standard("desc"), summary: "Largest or newest first, or the other way.")
    static let interval = Parameter(
        name: "interval", schema: span.standard("1h"),
        summary: "Span of time: seconds, minutes, hours, days or weeks, counted from 1970 in UTC.", example: "1d")
    static let compare = Parameter(
        name: "compare", schema: .choice(["previous"]),
        summary: "Beside it, what there was in the period of the same length directly before; needs `from`.", example: "previous")
    static let partial = Parameter(
        name: "partial", schema: Schema.boolean.standard(false), summary: "Answer in parts, as lines of NDJSON; as `Accept` may ask, too.")
    static let families = Parameter(
        name: "families", schema: .set(.choice(EventFamily.allCases.map(\.name)), 1...EventFamily.allCases.count),
        summary: "Only events of these families.", example: ["attack", "post"], isList: true)
    static let types = Parameter(
        name: "types", schema: .set(.choice(AttackType.allCases.map(\.name)), 1...AttackType.allCases.count),
        summary: "Of the attacks only those of these types.", example: ["scan", "exploit"], isList: true)

    /// How many are wanted.
    static func limit(_ range: ClosedRange<Int>, standard: Int) -> Parameter {
        Parameter(
            name: "limit", schema: Schema.integer(range).standard(.integer(standard)), summary: "Most items in the answer.", example: 3)
    }

    /// Names of fields by which groups are made.
    static func fields(_ name: String, _ summary: String, count: ClosedRange<Int>, example: [String]) -> Parameter {
        Parameter(
            name: name, schema: .set(.choice(groupable), count), summary: summary, example: .array(example.map(JSONTree.text)),
            isRequired: true, isList: true)
    }

    /// The name of one field.
    static func field(_ name: String, _ summary: String, isRequired: Bool, example: String) -> Parameter {
        Parameter(name: name, schema: .choice(groupable), summary: summary, example: .text(example), isRequired: isRequired)
    }

    /// The name of one field, with what is taken where none is given.
    static func field(_ name: String, _ summary: String, standard: Field, type: FieldType? = nil) -> Parameter {
        let names = type.map { type in Field.definitions.filter { $0.1.type == type }.map(\.1.name) } ?? groupable
        return Parameter(name: name, schema: Schema.choice(names).standard(.text(standard.name)), summary: summary)
    }

    /// What asks a question about events has these.
    static let scope: [Parameter] = [q, from, to, upTo]

    /// A commit id in a parameter.
    static let id = Schema.string(pattern: "^[0-9]{1,18}$")
    /// A span such as `15m`.
    static let span = Schema.string(pattern: "^([1-9][0-9]{0,5}|1000000)[smhdw]$")
    /// Unix milliseconds or ISO 8601.
    static let time = Schema.either([.string(pattern: "^-?[0-9]{1,15}$"), .time])
    /// Fields that have values to group by.
    private static let groupable = Field.definitions.filter { $0.0 != .timestamp && $0.1.type != .label }.map(\.1.name)
}
