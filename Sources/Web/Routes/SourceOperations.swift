import HTTPTypes
import Pipeline

/// What ``SourceRoutes`` answers.
extension Operation {
    static let sources = Operation(
        method: .get, path: "/api/v1/sources", name: "listSources", tag: .state, summary: "Every source: what it does, and its books.",
        reply: Reply("The sources by name.", .object(["sources": .array(.component("Source"))])), allowance: .query)

    static let source = Operation(
        method: .get, path: "/api/v1/sources/{name}", name: "getSource", tag: .state, summary: "One source: what it does, and its books.",
        parameters: [sourceName], reply: Reply("The source.", .component("Source")), refusals: [.notFound: "No such source."],
        allowance: .query)

    static let pauseSource = control("pause", "pauseSource", "Holds a source until it is resumed, also over restarts.")

    static let resumeSource = control("resume", "resumeSource", "Lets a paused source run again, from where it was held.")

    private static let sourceName = Parameter(
        name: "name", place: .path, schema: .string(1...64), summary: "Name of the source.", example: "http")

    private static func control(_ verb: String, _ name: String, _ summary: String) -> Operation {
        Operation(
            method: .post, path: "/api/v1/sources/{name}/\(verb)", name: name, tag: .state, summary: summary, parameters: [sourceName],
            reply: Reply("The source as it is now; it may take a moment until it is held.", .component("Source")),
            refusals: [
                .notFound: "No such source.", .conflict: "Nobody runs this source: it comes by HTTP, from a command, or is not configured.",
                .serviceUnavailable: "It cannot be kept over restarts; nothing was changed.",
            ])
    }
}

/// A source as the API shows it.
enum SourceSchema {
    static let source = Schema.object([
        "name": .string, "state": .choice(SourceStatus.State.allCases.map(\.rawValue)), "since": .time.orNull,
        "reason": Schema.string.orNull.described("Why it is in this state, or a notice."),
        "rate": Schema.number.described("Events a second over the last ten."),
        "lag": Schema.number.orNull.described("Seconds by which the newest event time is behind the clock."),
        "future": Schema.count.described("Events since the start whose time was set back to their arrival."),
        "watermark": Schema.time.described("Newest event time.").orNull,
        "last_event": Schema.time.described("When its newest events were stored.").orNull,
        "last_error": Schema.either([
            .object(["text": .string, "time": .time]), Schema.any.with("type", "null"),
        ]).described("The last error or notice, also when it is over."),
        "retry_at": Schema.time.described("When a failing source is tried again.").orNull,
        "format": Schema.string.orNull.described("The configured format; null where each stream's content decides."),
        "can_pause": Schema.boolean.described("Whether it can be paused and resumed."), "simulated": .boolean,
        "overload": Schema.choice(["block", "spill", "shed"]).described("What is done when there is no room."),
        "spill": Schema.either([
            .object(["batches": .count, "bytes": .count, "limit": .count]), Schema.any.with("type", "null"),
        ]).described("What waits on disk, where the policy is to spill."),
        "dead_letters": Schema.count.described("Dead letters that are kept and were not retried with success."),
        "ledger": .component("Ledger"),
    ])
}
