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
        parameters: [.families, .types, .liveQuery, .noiseLens],
        reply: Reply(
            "Messages as things change.", Schema.string.described("Server-sent events."), type: "text/event-stream",
            example: "retry: 2000\n\n"),
        refusals: [
            .serviceUnavailable: "Too many streams are open, or too many different queries are followed.",
            .conflict: "A window is on all screens, and a query was given.",
        ])

    static let changes = Operation(
        method: .get, path: "/api/v1/changes", name: "streamChanges", tag: .streams,
        summary: "Tells when somebody has changed notes or saved views.",
        details: """
            `event: changed` at the start and after every change, with a text for `notes` and one for `views` that is another one when they have \
            changed. What they are is asked for as ever. Does not end.
            """,
        reply: Reply(
            "Messages as things change.", Schema.string.described("Server-sent events."), type: "text/event-stream",
            example: "event: changed\ndata: {\"notes\":\"1767312000000000\",\"views\":\"1767312000000003\"}\n\n"),
        refusals: [.serviceUnavailable: "Too many streams are open."])

    static let playWindow = Operation(
        method: .get, path: "/api/v1/live/replay", name: "playWindow", tag: .streams, summary: "Plays a stored window for one screen.",
        details: """
            A `snapshot` (Snapshot) of the window up to `at`, then `frame` (Frame) messages by event time, then `end` with `state` (`finished`, \
            or `paused` after `frames`) and `clock`. `problem` (Problem) comes where the journal cannot be read further.
            """,
        parameters: [
            .from.required, .to.required,
            Parameter(name: "at", schema: Parameter.time, summary: "Where playing begins; by default at `from`."),
            Parameter(
                name: "speed", schema: Schema.number(1...600).standard(1), summary: "Original time against real time.", example: 60),
            Parameter(name: "seconds", schema: .number(1...3600), summary: "In place of `speed`: how long the whole window takes."),
            Parameter(
                name: "frames", schema: .integer(0...100_000),
                summary: "Only so many frames, sent at once: a step. With 0 the snapshot alone."),
            .q, .families, .types, .upTo,
        ],
        reply: Reply(
            "Messages at the pace of playing.", Schema.string.described("Server-sent events."), type: "text/event-stream",
            example: "event: end\ndata: {\"state\":\"finished\",\"clock\":1767312000000}\n\n"),
        refusals: [.serviceUnavailable: "Too many windows are being played."], allowance: .query)
}

extension Parameter {
    /// The query of a screen; it chooses what is drawn and listed.
    static let liveQuery = Parameter(
        name: "q", schema: .string, summary: "Only arcs and rows of events that match this KQL.", example: "source.ip: 198.51.100.0/24")

    /// The noise lens of a screen.
    static let noiseLens = Parameter(
        name: "noise", schema: .choice(["hide"]),
        summary: "`hide` leaves out what is marked as noise: of arcs and rows, of totals and top lists.", example: "hide")

    /// The parameter, where it must be given.
    var required: Parameter {
        var copy = self
        copy.isRequired = true
        return copy
    }
}
