import HTTPTypes
import Journal

/// What ``NoteRoutes`` answers.
extension Operation {
    private static let kind = Schema.choice(NoteSubject.kinds)
    private static let value = Schema.string(1...NoteSubject.maximumLength)
    private static let text = Schema.string(1...Note.maximumLength)
    private static let id = Parameter(
        name: "id", place: .path, schema: .string(pattern: "^[0-9]{1,18}$"), summary: "Id of the note.", example: "1")
    private static let ifMatch = Parameter(
        name: "If-Match", place: .header, schema: .string, summary: "The note's `tag`, as it was read; `*` for whatever it is now.",
        example: "\"1-1\"", isRequired: true)
    private static let note = Schema.object([
        "id": .string(pattern: "^[0-9]{1,18}$"), "kind": kind, "value": value, "text": text, "created": .time, "changed": .time.orNull,
        "tag": Schema.string.described("What If-Match takes."),
    ])
    private static let tooOld: KeyValuePairs<HTTPResponse.Status, String> = [
        .notFound: "There is no such note.", .preconditionRequired: "If-Match is missing.",
        .preconditionFailed: "Somebody has changed the note since; ETag has what it is now.",
        .contentTooLarge: "The body is larger than 64 KiB.", .serviceUnavailable: "The notes cannot be written.",
    ]
    private static var edits: [HTTPResponse.Status: String] { Dictionary(uniqueKeysWithValues: tooOld.map { ($0.key, $0.value) }) }

    private static func noteReply(_ summary: String) -> Reply {
        var reply = Reply(summary, note)
        reply.headers["ETag"] = "The note's tag."
        return reply
    }

    private static func noteBody(_ summary: String, _ members: KeyValuePairs<String, Schema>, _ example: JSONTree) -> RequestBody {
        RequestBody(
            summary: summary, content: [RequestBody.Content(type: "application/json", schema: .object(members), example: example)])
    }

    static let notes = Operation(
        method: .get, path: "/api/v1/notes", name: "listNotes", tag: .state, summary: "Notes on things, newest first.",
        parameters: [
            Parameter(name: "kind", schema: kind, summary: "Only notes on things of this kind.", example: "ip"),
            Parameter(name: "value", schema: value, summary: "Only notes on this thing; needs `kind`.", example: "198.51.100.7"),
            Parameter(
                name: "before", schema: .string(pattern: "^[0-9]{1,18}$"),
                summary: "Only notes older than that one: `next` of the page before."),
            .limit(1...1000, standard: 200),
        ],
        reply: Reply(
            "The notes.",
            .object([
                "notes": .array(note), "next": Schema.string.orNull.described("Where the next page begins; null at the end."),
            ])), allowance: .query, hasTag: true)

    static let addNote = Operation(
        method: .post, path: "/api/v1/notes", name: "addNote", tag: .state, summary: "Writes a note on a thing.",
        details: "Plain text: nothing in it is ever markup. Control characters but tab and line feed are refused.",
        body: noteBody(
            "The thing and the text.", ["kind": kind, "value": value, "text": text],
            ["kind": "ip", "value": "198.51.100.7", "text": "Ours: the scanner of the audit."]),
        reply: noteReply("The note as it is kept."),
        refusals: [
            .conflict: "The thing has \(NoteBook.maximumOfOne) notes, or all together have \(NoteBook.maximum).",
            .contentTooLarge: "The body is larger than 64 KiB.", .serviceUnavailable: "The notes cannot be written.",
        ], allowance: .query)

    static let changeNote = Operation(
        method: .put, path: "/api/v1/notes/{id}", name: "changeNote", tag: .state, summary: "Gives a note another text.",
        parameters: [id, ifMatch], body: noteBody("The text.", ["text": text], ["text": "Ours, until May."]),
        reply: noteReply("The note as it is now."), refusals: edits, allowance: .query)

    static let removeNote = Operation(
        method: .delete, path: "/api/v1/notes/{id}", name: "removeNote", tag: .state, summary: "Removes a note.",
        parameters: [id, ifMatch], reply: Reply("It is gone.", .object([:])),
        refusals: edits.filter { $0.key != .contentTooLarge }, allowance: .query)
}
