import HTTPTypes
import Model

/// What ``EventStreamHandler`` answers. The answers do not end.
extension Operation {
    static let stream = Operation(
        method: .get, path: "/api/v1/stream", name: "streamEvents", tag: .streams,
        summary: "Every event in the order of commits, for programs.",
        details: "Resumes behind any id that is kept; where events behind it are not, the stream begins with the gap. Does not end.",
        parameters: [
            Parameter(name: "after", schema: Parameter.id, summary: "Begin behind this event; 0 begins with the oldest."),
            .families, .types,
            Parameter(name: "Last-Event-ID", place: .header, schema: Parameter.id, summary: "As `after`, which it overrides."),
        ],
        reply: Reply(
            "Events as they are stored.",
            content: [
                RequestBody.Content(
                    type: "text/event-stream", schema: Schema.string.described("`id:` the commit id, `data:` an Event; or `event: gap`."),
                    example: "retry: 2000\n\n"),
                RequestBody.Content(
                    type: "application/x-ndjson",
                    schema: Schema.string.described(
                        "An Event on each line, or a gap: {\"gap\":{\"after\":\"…\",\"first\":\"…\",\"upTo\":\"…\",\"classes\":[…]}}."),
                    example: "\n"),
            ]), refusals: [.serviceUnavailable: "Too many streams are open."])

    static let live = Operation(
        method: .get, path: "/api/v1/live", name: "streamFrames", tag: .streams, summary: "Snapshots and frames for screens.",
        details: "A `snapshot` (Snapshot) first, then `frame` (Frame) messages, and `gap` where the screen was too slow. Does not end.",
        parameters: [.families, .types],
        reply: Reply(
            "Messages as things change.", Schema.string.described("Server-sent events."), type: "text/event-stream",
            example: "retry: 2000\n\n"),
        refusals: [.serviceUnavailable: "Too many streams are open."])
}
