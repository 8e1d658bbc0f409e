import HTTPTypes
import Hummingbird
import Journal
import Model

/// What clients of Elasticsearch ask before they send: who answers, whether its licence is active, whether it is well.
struct ElasticHandshake: Sendable {
    /// The version of Elasticsearch whose bulk API is spoken. Beats and Logstash refuse servers that are much older than they are.
    static let elasticVersion = "8.19.0"

    /// Version of this program.
    let version: String
    let access: AccessControl
    let journal: EventJournal

    /// Programs that ask for the root of Elasticsearch without saying that they want JSON.
    private static let agents = ["elastic", "logstash", "beat", "vector", "fluent"]

    /// Whether a request for the root is one of a client of Elasticsearch, and not of a browser that wants the page.
    static func isMeant(by request: Request) -> Bool {
        let accept = request.headers[values: .accept].joined(separator: ",").lowercased()
        guard !accept.contains("text/html") else { return false }
        let agent = request.headers[.userAgent]?.lowercased() ?? ""
        return accept.contains("json") || agents.contains { agent.contains($0) }
    }

    /// Name and version.
    func root(for request: Request) throws(Problem) -> Response {
        guard access.permits(request.headers) else {
            throw Problem(status: .unauthorized, detail: "a token is needed: as bearer, as API key, or as password of any user")
        }
        return Self.answer(
            [
                "name": "petrel", "cluster_name": "petrel", "cluster_uuid": "petrel",
                "version": [
                    "number": .text(Self.elasticVersion), "build_flavor": "default", "build_type": "petrel", "build_hash": .text(version),
                    "build_date": "2026-01-01T00:00:00.000Z", "build_snapshot": false, "lucene_version": "9.12.0",
                    "minimum_wire_compatibility_version": "7.17.0", "minimum_index_compatibility_version": "7.0.0",
                ],
                // Logstash and the clients look for this sentence.
                "tagline": "You Know, for Search",
            ])
    }

    /// An answer that clients take for one of Elasticsearch.
    static func answer(_ tree: JSONTree, status: HTTPResponse.Status = .ok, warning: String? = nil) -> Response {
        var json = JSONText()
        tree.write(to: &json)
        var response = Response(json.bytes, status: status)
        response.headers[.elasticProduct] = "Elasticsearch"
        if let warning { response.headers[.warning] = "299 Petrel \"\(warning)\"" }
        return response
    }

    /// Always active: nothing needs a licence.
    static let license: JSONTree = [
        "license": [
            "status": "active", "uid": "petrel", "type": "basic", "issue_date": "2026-01-01T00:00:00.000Z",
            "issue_date_in_millis": 1_767_225_600_000,
            "issued_to": "petrel", "issuer": "petrel", "start_date_in_millis": -1,
        ]
    ]

    /// What of Elasticsearch's features there is: none.
    static let features: JSONTree = [
        "build": ["hash": "petrel", "date": "2026-01-01T00:00:00.000Z"],
        "license": ["uid": "petrel", "type": "basic", "mode": "basic", "status": "active"],
        "features": .object(
            ["ilm", "security", "monitoring", "ml"].map {
                JSONTree.Member(name: $0, value: ["available": false, "enabled": false])
            }), "tagline": "You know, for X",
    ]

    /// Whether the journal can write, in the words of a cluster.
    var health: JSONTree {
        [
            "cluster_name": "petrel", "status": .text(status), "timed_out": false, "number_of_nodes": 1, "number_of_data_nodes": 1,
            "active_primary_shards": 1, "active_shards": 1, "relocating_shards": 0, "initializing_shards": 0, "unassigned_shards": 0,
        ]
    }

    /// `green` while the journal can write.
    var status: String { journal.failure == nil ? "green" : "red" }

    /// The one node there is, so that clients that look for others find none.
    func nodes(_ request: Request) -> JSONTree {
        let address = request.head.authority ?? "127.0.0.1"
        return [
            "_nodes": ["total": 1, "successful": 1, "failed": 0], "cluster_name": "petrel",
            "nodes": [
                "petrel": [
                    "name": "petrel", "version": .text(Self.elasticVersion), "roles": ["data", "ingest"],
                    "http": ["publish_address": .text(address), "max_content_length_in_bytes": 67_108_864],
                ]
            ],
        ]
    }
}

extension HTTPField.Name {
    static let elasticProduct = Self("X-Elastic-Product").unsafelyUnwrapped
    static let warning = Self("Warning").unsafelyUnwrapped
}
