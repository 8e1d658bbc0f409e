import HTTPTypes

/// What a route does and takes, and how it answers: declared once, beside the route, which is registered by it.
///
/// The route table checks requests by it, and the OpenAPI document is made from it.
struct Operation: Sendable {
    /// Groups of operations in the document.
    enum Tag: String, CaseIterable, Sendable {
        case events, questions, streams, ingest, state
    }

    /// Which allowance of the rate limit a request is taken from.
    enum Allowance: Sendable {
        case none, query, ingest
    }

    /// Method.
    let method: HTTPRequest.Method
    /// Path below the server's root; parts that vary stand in braces, e.g. `/api/v1/events/{id}`.
    let path: String
    /// Name of the operation in programs made from the document.
    let name: String
    let tag: Tag
    /// One line.
    let summary: String
    /// What else there is to know; Markdown.
    var details = ""
    var parameters: [Parameter] = []
    /// What the body holds; nil where none is read.
    var body: RequestBody?
    /// The answer when all goes well.
    let reply: Reply
    /// Refusals of this operation besides those that all have: status to cause.
    var refusals: [HTTPResponse.Status: String] = [:]
    /// Whether it needs no token.
    var isPublic = false
    /// Whether a token that may only look does not open it: it answers what senders sent, their secrets maybe among it.
    var isConfidential = false
    var allowance = Allowance.none
    /// Whether the answer has an `ETag` and may be 304.
    var hasTag = false

    /// What the asker must be allowed to do.
    var right: AccessControl.Right { method == .get && !isConfidential ? .look : .change }

    /// The parameters of that place.
    func parameters(in place: Parameter.Place) -> [Parameter] { parameters.filter { $0.place == place } }
}

/// A parameter of an operation.
struct Parameter: Sendable {
    /// Where it stands.
    enum Place: String, Sendable {
        case path, query, header
    }

    let name: String
    var place = Place.query
    let schema: Schema
    let summary: String
    /// A value that makes a good request; used in the document and by its tests.
    var example: JSONTree?
    var isRequired = false
    /// Whether the value is a list with commas.
    var isList = false
    /// Whether it may be given several times; its schema is that of the list of values.
    var isRepeated = false
}

/// What the body of a request may be.
struct RequestBody: Sendable {
    let summary: String
    /// Media types with their schemas and examples.
    let content: [Content]
    var isRequired = true

    struct Content: Sendable {
        let type: String
        let schema: Schema
        var example: JSONTree?
    }
}

/// The answer of an operation when all goes well.
struct Reply: Sendable {
    let summary: String
    let content: [RequestBody.Content]
    /// Header fields besides those that all answers have: name to meaning.
    var headers: [String: String] = [:]

    /// A reply of one media type.
    init(_ summary: String, _ schema: Schema, type: String = "application/json", example: JSONTree? = nil) {
        self.summary = summary
        content = [RequestBody.Content(type: type, schema: schema, example: example)]
    }

    /// A reply of several media types, by what the client accepts.
    init(_ summary: String, content: [RequestBody.Content], headers: [String: String] = [:]) {
        self.summary = summary
        self.content = content
        self.headers = headers
    }
}
