import HTTPTypes

/// What ``DeadLetterRoutes`` answers.
extension Operation {
    private static let idPattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}\\.[0-9]{4,6}-[0-9]{1,18}$"
    private static let id = Parameter(
        name: "id", place: .path, schema: .string(pattern: idPattern), summary: "Name of the dead letter.", example: "2026-01-01.0000-1")
    private static let filters = [
        Parameter(name: "source", schema: .string, summary: "Only those of this source.", example: "http"),
        Parameter(name: "reason", schema: .string, summary: "Only those with this reason.", example: "malformed_json"),
        Parameter(name: "format", schema: .string, summary: "Only those that this format did not understand.", example: "suricata"),
    ]
    private static let format = Parameter(
        name: "as", schema: .string, summary: "Format to decode with; else that of the source, or the one that did not understand it.",
        example: "suricata")

    private static func letter(_ content: KeyValuePairs<String, Schema>) -> Schema {
        let all: KeyValuePairs<String, Schema> = [
            "id": .string(pattern: idPattern), "source": .string, "stream": .string, "offset": .count, "reason": .string, "detail": .string,
            "format": Schema.string.described("The format that did not understand it; empty where it is not known."),
            "sensor": .string.orNull,
            "arrival": .time, "length": .count,
        ]
        var members: [(name: String, schema: Schema)] = []
        for (name, schema) in all { members.append((name, schema)) }
        for (name, schema) in content { members.append((name, schema)) }
        return .object(members: members)
    }

    static let deadLetters = Operation(
        method: .get, path: "/api/v1/dead-letters", name: "listDeadLetters", tag: .state, summary: "Dead letters, newest first.",
        parameters: filters + [
            Parameter(
                name: "before", schema: .string(pattern: idPattern), summary: "Only those before this one: `next` of the page before."),
            .limit(1...1000, standard: 100),
        ],
        reply: Reply(
            "The dead letters.",
            .object([
                "dead_letters": .array(letter(["sample": Schema.string.described("The first 512 bytes.")])),
                "next": Schema.string.orNull.described("Where the next page begins; null at the end."),
            ])), isConfidential: true, allowance: .query, hasTag: true)

    static let deadLetter = Operation(
        method: .get, path: "/api/v1/dead-letters/{id}", name: "getDeadLetter", tag: .state,
        summary: "One dead letter with all that is kept of it.",
        parameters: [id],
        reply: Reply(
            "The dead letter.",
            letter([
                "kept": Schema.count.described("Bytes that are kept; a longer record cannot be retried."),
                "text": Schema.string.described("The bytes as UTF-8; what is none is U+FFFD."), "base64": .string,
            ])), refusals: [.notFound: "It is not kept, or became an event."], isConfidential: true, allowance: .query)

    static let retryDeadLetter = Operation(
        method: .post, path: "/api/v1/dead-letters/{id}/retry", name: "retryDeadLetter", tag: .state,
        summary: "Decodes a dead letter anew and stores its events in place of it, once.", parameters: [id, format],
        reply: Reply(
            "What became of it.",
            .object([
                "status": .choice(["stored", "filtered", "not_a_record", "dead_lettered", "cut"]), "stored": .count,
                "reason": .string.orNull,
            ])),
        refusals: [
            .notFound: "It is not kept, or became an event.", .serviceUnavailable: "The journal cannot write.",
        ], allowance: .ingest)

    static let retryDeadLetters = Operation(
        method: .post, path: "/api/v1/dead-letters/retry", name: "retryDeadLetters", tag: .state,
        summary: "Decodes dead letters anew, oldest first, and stores the events of those that are understood.",
        parameters: filters + [
            format,
            Parameter(
                name: "after", schema: .string(pattern: idPattern), summary: "Only those behind this one: `next` of the answer before."),
            .limit(1...10_000, standard: 1000),
        ],
        reply: Reply(
            "What became of them.",
            .object([
                "letters": .count, "retried": .count, "stored": .count, "filtered": .count, "cut": .count, "gone": .count,
                "dead_lettered": Schema.map(.count).described("Still not understood, by reason."), "next": .string.orNull,
            ])), refusals: [.serviceUnavailable: "The journal cannot write."], allowance: .ingest)
}
