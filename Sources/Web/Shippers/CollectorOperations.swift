import HTTPTypes

/// What ``CollectorRoutes`` answers.
extension Operation {
    private static let channelField = Parameter(
        name: "X-Splunk-Request-Channel", place: .header, schema: .string,
        summary: "The client's channel; with it the answer has an ackId.",
        example: "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba")
    private static let channel = Parameter(
        name: "channel", schema: .string, summary: "The same as X-Splunk-Request-Channel.", example: "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba")

    private static let collectorRefusals: [HTTPResponse.Status: String] = [
        .conflict: "The server shows a simulated world.", .contentTooLarge: "The body is larger than web.max_body.",
        .unsupportedMediaType: "A Content-Encoding other than gzip.", .serviceUnavailable: "The journal cannot write.",
    ]
    private static let taken = Reply(
        "All is stored, or kept as dead letters.",
        .object(["text": .string, "code": .count, "ackId": .count], optional: ["ackId"]))

    private static func events(_ path: String, _ name: String) -> Operation {
        Operation(
            method: .post, path: path, name: name, tag: .ingest,
            summary: "Splunk's HTTP Event Collector: takes events and answers when they are stored.",
            details:
                "The body may be sent with `Content-Encoding: gzip`. `index`, `sourcetype` and `source` may decide the format, else the content does; `fields` become labels.",
            parameters: [channel, autoExtract, channelField],
            body: RequestBody(
                summary: "Objects with an `event`, one behind the other.",
                content: [
                    RequestBody.Content(
                        type: "application/json", schema: .any,
                        example: [
                            "event": "Jan  1 00:00:00 lab sshd[1]: Failed password for root from 198.51.100.7 port 4 ssh2", "host": "lab",
                        ])
                ], isRequired: false),
            reply: taken, refusals: collectorRefusals, allowance: .ingest)
    }

    private static let autoExtract = Parameter(
        name: "auto_extract_timestamp", schema: .string, summary: "Taken, because clients send it; changes nothing.")

    static let collector = events("/services/collector", "collectEvents")
    static let collectorEvent = events("/services/collector/event", "collectEvent")
    static let collectorEventVersioned = events("/services/collector/event/1.0", "collectEventVersioned")

    static let collectorRaw = Operation(
        method: .post, path: "/services/collector/raw", name: "collectRaw", tag: .ingest,
        summary: "Splunk's HTTP Event Collector for raw lines.",
        parameters: [
            channel,
            Parameter(name: "index", schema: .string, summary: "An index; it may decide the format.", example: "main"),
            Parameter(name: "sourcetype", schema: .string, summary: "A source type; it may decide the format.", example: "suricata"),
            Parameter(
                name: "host", schema: .string, summary: "The machine that sent it: the sensor, where the lines name none.", example: "lab"),
            Parameter(
                name: "source", schema: .string, summary: "Where it was read; it may decide the format.", example: "/var/log/auth.log"),
            Parameter(name: "time", schema: .string, summary: "Seconds since 1970, for lines without a time.", example: "1767225600"),
            channelField,
        ],
        body: RequestBody(
            summary: "Records as the format has them.", content: [RequestBody.Content(type: "text/plain", schema: .string)],
            isRequired: false),
        reply: taken, refusals: collectorRefusals, allowance: .ingest)

    static let collectorAck = Operation(
        method: .post, path: "/services/collector/ack", name: "collectorAck", tag: .ingest,
        summary: "Whether what was answered with these numbers is stored; it is, as every answer comes after the commit.",
        parameters: [channel, channelField],
        body: RequestBody(
            summary: "The numbers.",
            content: [RequestBody.Content(type: "application/json", schema: .object(["acks": .array(.count)]), example: ["acks": [1]])]),
        reply: Reply("For each number whether it was given out for this channel.", .object(["acks": .map(.boolean)])),
        refusals: [
            .contentTooLarge: "The body is larger than web.max_body.", .unsupportedMediaType: "A Content-Encoding other than gzip.",
        ],
        allowance: .ingest)

    static let collectorHealth = Operation(
        method: .get, path: "/services/collector/health", name: "collectorHealth", tag: .ingest,
        summary: "Whether the event collector takes events.",
        parameters: [
            Parameter(name: "ack", schema: .string, summary: "Taken, because clients send it; changes nothing."),
            Parameter(name: "token", schema: .string, summary: "Taken, because clients send it; changes nothing."),
        ],
        reply: Reply("It does.", .object(["text": .string, "code": .count])), refusals: [.serviceUnavailable: "The journal cannot write."],
        isPublic: true)
}
