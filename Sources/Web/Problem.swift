import HTTPTypes
import Hummingbird
import Model

/// An error as a client sees it: RFC 9457 problem details.
struct Problem: Error, HTTPResponseError {
    let status: HTTPResponse.Status
    /// What is wrong and what to do.
    let detail: String
    /// Seconds after which the same request may succeed.
    var retryAfter: Int?
    /// Where in the parameter the fault is, in Unicode scalars from its start; an extension member (RFC 9457 §3.2).
    var position: Int?
    /// Further header fields of the answer.
    var fields = HTTPFields()
    /// The code by which clients of Splunk's event collector know the problem.
    var collectorCode: Int?

    var json: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("type", "about:blank")
            json.member("title", status.reasonPhrase)
            json.member("status", status.code)
            json.member("detail", detail)
            if let collectorCode {
                json.member("text", detail)
                json.member("code", collectorCode)
            }
            if let position { json.member("position", position) }
        }
        return json.bytes
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = Response(json, status: status)
        response.headers.append(contentsOf: fields)
        // Elasticsearch's own clients know no other types than theirs and this one.
        let isElastic = request.headers[values: .accept].contains { $0.contains("vnd.elasticsearch") }
        response.headers[.contentType] = isElastic ? "application/json" : "application/problem+json"
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        return response
    }
}

extension Response {
    /// A JSON answer.
    init(_ json: [UInt8], status: HTTPResponse.Status = .ok) {
        self.init(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }

    /// A JSON answer with a tag made from its content; 304 where the client has it.
    init(_ json: [UInt8], revalidating request: Request) {
        let tag = EntityTag.strong(json)
        if EntityTag.matches(tag, request) {
            self = EntityTag.notModified(tag)
        } else {
            self.init(json)
            EntityTag.label(&self, tag)
        }
    }
}
