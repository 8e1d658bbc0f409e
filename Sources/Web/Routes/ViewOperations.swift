import HTTPTypes
import Journal

/// What ``ViewRoutes`` answers.
extension Operation {
    private static let id = Parameter(
        name: "id", place: .path, schema: .string(pattern: "^[0-9]{1,18}$"), summary: "Id of the view.", example: "1")
    private static let ifMatch = Parameter(
        name: "If-Match", place: .header, schema: .string, summary: "The view's `tag`, as it was read; `*` for whatever it is now.",
        example: "\"1-1\"", isRequired: true)
    private static let view = Schema.object([
        "id": .string(pattern: "^[0-9]{1,18}$"), "name": .string(1...SavedView.maximumName),
        "search": Schema.string(0...SavedView.maximumSearch).described("What stands behind the `?` of its link to `/explore`."),
        "created": .time, "changed": .time.orNull, "tag": Schema.string.described("What If-Match takes."),
    ])
    private static let isTaken = "Another view has the name, or there are \(ViewBook.maximum)."
    private static let cannotWrite = "The views cannot be written."
    private static let tooLarge = "The body is larger than 64 KiB."

    private static func viewReply(_ summary: String) -> Reply {
        var reply = Reply(summary, view)
        reply.headers["ETag"] = "The view's tag."
        return reply
    }

    private static func viewBody(_ summary: String) -> RequestBody {
        RequestBody(
            summary: summary,
            content: [
                RequestBody.Content(
                    type: "application/json",
                    schema: .object(["name": .string(1...SavedView.maximumName), "search": .string(0...SavedView.maximumSearch)]),
                    example: ["name": "Critical at the edge", "search": "q=attack.severity:+critical&range=7d"])
            ])
    }

    private static let edits: [HTTPResponse.Status: String] = [
        .notFound: "There is no such view.", .preconditionRequired: "If-Match is missing.",
        .preconditionFailed: "Somebody has changed the view since; ETag has what it is now.", .serviceUnavailable: cannotWrite,
    ]

    static let views = Operation(
        method: .get, path: "/api/v1/views", name: "listViews", tag: .state, summary: "Saved views of the workbench, by name.",
        reply: Reply("The views.", .object(["views": .array(view)])), allowance: .query, hasTag: true)

    static let addView = Operation(
        method: .post, path: "/api/v1/views", name: "addView", tag: .state, summary: "Saves a view under a name.",
        body: viewBody("Name and content."), reply: viewReply("The view as it is kept."),
        refusals: [.conflict: isTaken, .contentTooLarge: tooLarge, .serviceUnavailable: cannotWrite], allowance: .query)

    static let changeView = Operation(
        method: .put, path: "/api/v1/views/{id}", name: "changeView", tag: .state, summary: "Gives a view another name and content.",
        parameters: [id, ifMatch], body: viewBody("Name and content."), reply: viewReply("The view as it is now."),
        refusals: edits.merging([.conflict: isTaken, .contentTooLarge: tooLarge]) { $1 }, allowance: .query)

    static let removeView = Operation(
        method: .delete, path: "/api/v1/views/{id}", name: "removeView", tag: .state, summary: "Removes a view.",
        parameters: [id, ifMatch], reply: Reply("It is gone.", .object([:])), refusals: edits, allowance: .query)
}
