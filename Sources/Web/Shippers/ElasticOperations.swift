import HTTPTypes

/// What ``ElasticRoutes`` answers.
extension Operation {
    /// Parameters that clients of Elasticsearch send; but for `filter_path` they change nothing.
    static let elasticParameters =
        [
            Parameter(
                name: "filter_path", schema: .string, summary: "The parts of the answer that are wanted, with * and **.",
                example: "errors,items.*.status")
        ]
        + [
            "pretty", "human", "error_trace", "format", "h", "v", "s", "local", "timeout", "master_timeout", "refresh", "routing",
            "pipeline",
            "type", "require_alias", "require_data_stream", "wait_for_active_shards", "wait_for_status", "wait_for_no_relocating_shards",
            "_source",
            "_source_includes", "_source_excludes", "list_executed_pipelines", "include_source_on_error", "include_type_name",
            "include_defaults", "flat_settings", "create", "cause", "order", "overwrite", "ts", "bytes", "accept_enterprise",
        ].map { Parameter(name: $0, schema: .string, summary: "Taken, because clients send it; changes nothing.") }

    private static let index = Parameter(
        name: "index", place: .path, schema: .string(1...BulkRequest.longestIndex), summary: "Name of an index; it may decide the format.",
        example: "logstash-2026.01.01")

    /// Programs post; Elasticsearch's own clients put.
    static let bulk = [bulkOperation(.post, "/_bulk", "bulk", []), bulkOperation(.put, "/_bulk", "putBulk", [])]
    static let indexBulk = [
        bulkOperation(.post, "/{index}/_bulk", "indexBulk", [index]), bulkOperation(.put, "/{index}/_bulk", "putIndexBulk", [index]),
    ]

    private static func bulkOperation(
        _ method: HTTPRequest.Method, _ path: String, _ name: String, _ parameters: [Parameter]
    ) -> Operation {
        Operation(
            method: method, path: path, name: name, tag: .ingest,
            summary: "Elasticsearch's bulk API: takes documents and answers when they are stored, with a status for each.",
            details:
                "`index` and `create` are done; `update` and `delete` are refused one by one. A document's `_id` recognises repetitions.",
            parameters: parameters + Operation.elasticParameters,
            body: RequestBody(
                summary: "An action and its document, each in a line.",
                content: [
                    RequestBody.Content(type: "application/x-ndjson", schema: .string, example: .text(example)),
                    RequestBody.Content(type: "application/json", schema: .any),
                ], isRequired: false),
            reply: Reply("What became of each action.", BulkAnswer.schema),
            refusals: [
                .conflict: "The server shows a simulated world.", .contentTooLarge: "The body is larger than web.max_body.",
                .unsupportedMediaType: "A Content-Encoding other than gzip.", .serviceUnavailable: "The journal cannot write.",
            ], allowance: .ingest)
    }

    private static let example =
        #"{"create":{"_index":"logs"}}"# + "\n"
        + #"{"@timestamp":"2026-01-01T00:00:00Z","event":{"kind":"alert"},"source":{"ip":"198.51.100.7"}}"# + "\n"

    static let elasticLicense = told("/_license", "elasticLicense", "Elasticsearch's licence, always active.")
    static let elasticFeatures = told("/_xpack", "elasticFeatures", "Elasticsearch's features, none of which there is.")
    static let clusterHealth = told("/_cluster/health", "clusterHealth", "Whether the journal can write, as the health of a cluster.")
    static let nodes = told("/_nodes/http", "elasticNodes", "The one node there is.")
    static let catHealth = Operation(
        method: .get, path: "/_cat/health", name: "catHealth", tag: .ingest, summary: "Whether the journal can write, as a line.",
        parameters: elasticParameters, reply: Reply("A line.", .string, type: "text/plain"))

    private static func told(_ path: String, _ name: String, _ summary: String) -> Operation {
        Operation(
            method: .get, path: path, name: name, tag: .ingest, summary: summary, parameters: elasticParameters,
            reply: Reply("As Elasticsearch has it.", .any.with("type", "object")))
    }

    /// What clients of Elasticsearch set up before they send.
    enum ElasticSetting: String, CaseIterable {
        case template = "_template"
        case indexTemplate = "_index_template"
        case componentTemplate = "_component_template"
        case policy = "_ilm/policy"
        case pipeline = "_ingest/pipeline"
        case dataStream = "_data_stream"

        /// Its name in programs.
        var name: String {
            switch self {
            case .template: "Template"
            case .indexTemplate: "IndexTemplate"
            case .componentTemplate: "ComponentTemplate"
            case .policy: "LifecyclePolicy"
            case .pipeline: "IngestPipeline"
            case .dataStream: "DataStream"
            }
        }

        private var parameters: [Parameter] {
            [
                Parameter(name: "name", place: .path, schema: .string(1...BulkRequest.longestIndex), summary: "Its name.", example: "logs")
            ] + Operation.elasticParameters
        }

        /// Asks for it.
        var question: Operation {
            Operation(
                method: .get, path: "/\(rawValue)/{name}", name: "get\(name)", tag: .ingest,
                summary: "Asks for a setting of Elasticsearch; there is none.", parameters: parameters,
                reply: Reply("Never given.", .any.with("type", "object")), refusals: [.notFound: "Always: such settings are not kept."])
        }

        /// Sets it.
        var setting: Operation {
            Operation(
                method: .put, path: "/\(rawValue)/{name}", name: "put\(name)", tag: .ingest,
                summary: "Acknowledges a setting of Elasticsearch that is not needed, and says so in a Warning.", parameters: parameters,
                body: RequestBody(
                    summary: "JSON; it is not kept.", content: [RequestBody.Content(type: "application/json", schema: .any)],
                    isRequired: false),
                reply: Reply("Acknowledged, not kept.", .object(["acknowledged": .boolean])),
                refusals: [
                    .contentTooLarge: "The body is larger than web.max_body.", .unsupportedMediaType: "A Content-Encoding other than gzip.",
                ], allowance: .ingest)
        }
    }
}
