import HTTPTypes
import Model

/// The description of the API for programs: OpenAPI 3.1, made from the operations.
struct OpenAPIDocument: Sendable {
    let operations: [Operation]
    let version: String
    /// Path under which a proxy shows the server; empty for none.
    let pathPrefix: String
    /// Whether requests need a token.
    let needsToken: Bool

    /// The document.
    var json: [UInt8] {
        var text = JSONText()
        tree.write(to: &text)
        return text.bytes
    }

    var tree: JSONTree {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Petrel", "version": .text(version),
                "summary": "A self-hosted observatory for cyber-attacks and infosec chatter.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": .text(pathPrefix.isEmpty ? "/" : pathPrefix)]],
            "tags": .array(
                Operation.Tag.allCases.map { ["name": .text($0.rawValue), "description": .text(Self.meanings[$0] ?? $0.rawValue)] }),
            "paths": paths,
            "components": [
                "schemas": ComponentSchemas.tree,
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "session": ["type": "apiKey", "in": "cookie", "name": .text(AccessControl.cookieName)],
                ],
            ],
        ]
    }

    private static let meanings: [Operation.Tag: String] = [
        .events: "Single events and lists of events.", .questions: "Numbers about events, answered from the columns.",
        .streams: "Endless answers: read them line by line.", .ingest: "Events from outside.", .state: "How Petrel itself is doing.",
    ]

    private var paths: JSONTree {
        var members: [JSONTree.Member] = []
        for operation in operations {
            let method = JSONTree.Member(name: operation.method.rawValue.lowercased(), value: describe(operation))
            if let index = members.firstIndex(where: { $0.name == operation.path }) {
                members[index].value = members[index].value.with(method.name, method.value)
            } else {
                members.append(JSONTree.Member(name: operation.path, value: .object([method])))
            }
        }
        return .object(members)
    }

    private func describe(_ operation: Operation) -> JSONTree {
        var json: JSONTree = [
            "operationId": .text(operation.name), "tags": [.text(operation.tag.rawValue)], "summary": .text(operation.summary),
        ]
        if !operation.details.isEmpty { json = json.with("description", .text(operation.details)) }
        json = json.with("security", operation.isPublic || !needsToken ? [] : [["bearer": []], ["session": []]])
        var parameters = operation.parameters
        if operation.hasTag { parameters.append(Self.ifNoneMatch) }
        if !parameters.isEmpty { json = json.with("parameters", .array(parameters.map(Self.describe))) }
        if let body = operation.body {
            json = json.with(
                "requestBody",
                ["description": .text(body.summary), "required": .flag(body.isRequired), "content": Self.describe(body.content)])
        }
        if operation.tag == .streams { json = json.with("x-endless", true) }
        return json.with("responses", answers(operation))
    }

    private static let ifNoneMatch = Parameter(
        name: "If-None-Match", place: .header, schema: .string, summary: "Entity tags that the client has; 304 when one is still right.",
        example: "\"none\"")

    private static func describe(_ parameter: Parameter) -> JSONTree {
        var json: JSONTree = [
            "name": .text(parameter.name), "in": .text(parameter.place.rawValue), "description": .text(parameter.summary),
            "schema": parameter.schema.json,
        ]
        if parameter.isRequired || parameter.place == .path { json = json.with("required", true) }
        if parameter.isList || parameter.isRepeated { json = json.with("style", "form").with("explode", .flag(parameter.isRepeated)) }
        return json.with("example", parameter.example)
    }

    private static func describe(_ content: [RequestBody.Content]) -> JSONTree {
        .object(
            content.map { item in
                let json: JSONTree = ["schema": item.schema.json]
                return JSONTree.Member(name: item.type, value: json.with("example", item.example))
            })
    }

    // MARK: Answers

    private func answers(_ operation: Operation) -> JSONTree {
        var fields: [(String, String)] = operation.reply.headers.sorted { $0.key < $1.key }
        if operation.hasTag { fields.append(("ETag", "Changes when the answer does.")) }
        if operation.allowance != .none { fields += Self.limitFields }
        let good: JSONTree = ["description": .text(operation.reply.summary), "content": Self.describe(operation.reply.content)]
        var members = [JSONTree.Member(name: "200", value: good.with("headers", fields.isEmpty ? nil : Self.headers(fields)))]
        if operation.hasTag { members.append(JSONTree.Member(name: "304", value: ["description": "The client's copy is still right."])) }
        for (status, cause) in refusals(operation).sorted(by: { $0.key.code < $1.key.code }) {
            var json: JSONTree = [
                "description": .text(cause),
                "content": ["application/problem+json": ["schema": Schema.component("Problem").json]],
            ]
            if status == .tooManyRequests {
                json = json.with(
                    "headers", Self.headers([("Retry-After", "Seconds after which the request may be sent again.")] + Self.limitFields))
            }
            members.append(JSONTree.Member(name: "\(status.code)", value: json))
        }
        return .object(members)
    }

    private static let limitFields = [
        ("RateLimit-Policy", "The client's allowance (draft-ietf-httpapi-ratelimit-headers-09); absent where it has none."),
        ("RateLimit", "What is left of it."),
    ]

    private static func headers(_ fields: [(String, String)]) -> JSONTree {
        .object(
            fields.map { name, meaning in
                JSONTree.Member(name: name, value: ["description": .text(meaning), "schema": Schema.string.json])
            })
    }

    /// The refusals of an operation with those that follow from what it is.
    func refusals(_ operation: Operation) -> [HTTPResponse.Status: String] {
        var all: [HTTPResponse.Status: String] = [
            .badRequest: "A parameter or the body cannot be understood.",
            .methodNotAllowed: "Another method; Allow names those there are.",
            .misdirectedRequest: "A Host that this server does not answer to.",
        ]
        if !operation.isPublic { all[.unauthorized] = "The token is missing or wrong." }
        let isOfOthers = operation.method != .get ? "Sent by a page of another site" : nil
        let isForLooking = !operation.isPublic && operation.right > .look ? "The token may only look" : nil
        let reasons = [isOfOthers, isForLooking].compactMap { $0 }
        if !reasons.isEmpty { all[.forbidden] = reasons.joined(separator: ", or: ") + "." }
        if operation.allowance != .none {
            all[.tooManyRequests] = "More requests than the rate limit allows; Retry-After says when to go on."
        }
        return all.merging(operation.refusals) { $1 }
    }
}
