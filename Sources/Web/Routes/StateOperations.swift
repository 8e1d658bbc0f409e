import HTTPTypes
import Model

/// What ``StateRoutes`` answers, and the document itself.
extension Operation {
    static let snapshot = Operation(
        method: .get, path: "/api/v1/live/snapshot", name: "getSnapshot", tag: .state,
        summary: "What a screen shows, once, for screens that poll.", parameters: [.families, .types, .liveQuery, .noiseLens],
        reply: Reply("The snapshot.", .component("Snapshot")),
        refusals: [.conflict: "A window is on all screens, and a query was given."], allowance: .query)

    static let replay = Operation(
        method: .post, path: "/api/v1/replay", name: "controlReplay", tag: .state,
        summary: "Plays the window again from its start, or goes back to live.",
        body: RequestBody(
            summary: "What to do.",
            content: [
                RequestBody.Content(
                    type: "application/json", schema: .object(["action": .choice(["restart", "stop"])]), example: ["action": "restart"])
            ]), reply: Reply("Done.", .object([:])),
        refusals: [.conflict: "Nothing is being replayed.", .contentTooLarge: "The body is larger than 4096 bytes."])

    static let session = Operation(
        method: .post, path: "/api/v1/session", name: "openSession", tag: .state, summary: "Gives a browser a cookie for the token.",
        body: RequestBody(
            summary: "The token of the server.",
            content: [
                RequestBody.Content(type: "application/json", schema: .object(["token": .string]), example: ["token": "0123456789abcdef"])
            ]),
        reply: sessionReply,
        refusals: [.unauthorized: "That is not the token of the server.", .contentTooLarge: "The body is larger than 4096 bytes."],
        isPublic: true)

    private static let sessionReply: Reply = {
        var reply = Reply("The cookie is set, where a token is needed at all.", .object([:]))
        reply.headers["Set-Cookie"] = "petrel_session, HttpOnly and SameSite=Strict; it ends with the server."
        return reply
    }()

    static let about = Operation(
        method: .get, path: "/api/v1/about", name: "about", tag: .state, summary: "Version, and who must be named.",
        reply: Reply(
            "The version and the attributions of the data files.",
            .object(["version": .string, "attributions": .array(.map(.string))])), isPublic: true, hasTag: true)

    static let health = Operation(
        method: .get, path: "/healthz", name: "health", tag: .state, summary: "Whether the server answers and the journal can write.",
        reply: Reply("Both.", .object(["status": .choice(["ok"])])), refusals: [.serviceUnavailable: "The journal cannot write."],
        isPublic: true)

    static let metrics = Operation(
        method: .get, path: "/metrics", name: "metrics", tag: .state, summary: "Metrics for Prometheus.",
        reply: Reply("Text exposition format 0.0.4.", .string, type: "text/plain"))

    static let openAPI = Operation(
        method: .get, path: "/api/v1/openapi.json", name: "openAPI", tag: .state, summary: "This document.",
        reply: Reply("OpenAPI 3.1.", .any.with("type", "object")), hasTag: true)
}
