import HTTPTypes

/// What ``IngestRoutes`` answers.
extension Operation {
    static let ingest = Operation(
        method: .post, path: "/api/v1/ingest/{format}", name: "ingest", tag: .ingest,
        summary: "Takes records and answers when they are stored.",
        details: "The body may be sent with `Content-Encoding: gzip`. The type of the body is not looked at: the format says what it is.",
        parameters: [
            Parameter(
                name: "format", place: .path, schema: .string(1...100), summary: "Name of a built-in or configured format.",
                example: "suricata"),
            Parameter(
                name: "verdicts", schema: Schema.choice(["refused", "all"]).standard("refused"),
                summary: "Whether every record is told of, or those that were not stored, at most 1,000."),
            Parameter(
                name: "Idempotency-Key", place: .header, schema: .string(pattern: "^[!-~]{1,200}$"),
                summary: "The same body under the same key is stored once.", example: "eve-1"),
        ],
        body: RequestBody(
            summary: "Records as the format has them.",
            content: [
                RequestBody.Content(type: "application/x-ndjson", schema: .string, example: .text(record + "\n")),
                RequestBody.Content(type: "application/json", schema: .any),
                RequestBody.Content(type: "text/csv", schema: .string),
            ], isRequired: false),
        reply: Reply(
            "What became of the records.",
            .object([
                "received": .count, "stored": .count, "duplicate": .count, "filtered": .count, "dead_lettered": .count,
                "first_id": Schema.component("EventID").orNull, "last_id": Schema.component("EventID").orNull,
                "records": .array(
                    .object(
                        [
                            "record": Schema.count.described("Number of the record in the body, from 1."),
                            "status": .choice(["stored", "duplicate", "filtered", "dead_lettered", "not_a_record"]), "reason": .string,
                        ], optional: ["reason"])),
            ])),
        refusals: [
            .notFound: "No such format.", .conflict: "The key was used with another body, or the server shows a simulated world.",
            .contentTooLarge: "The body is larger than web.max_body.", .unsupportedMediaType: "A Content-Encoding other than gzip.",
            .serviceUnavailable: "The journal cannot write.",
        ], allowance: .ingest)

    private static let record =
        #"{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"alert","src_ip":"198.51.100.7","src_port":40000,"#
        + #""dest_ip":"192.0.2.10","dest_port":22,"proto":"TCP","alert":{"signature":"SSH scan","signature_id":1,"severity":2}}"#
}
