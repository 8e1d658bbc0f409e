import FoundationEssentials
import HTTPTypes
import Hummingbird
import Journal
import NIOCore

/// What requests that change notes and views have in common: a small JSON body, an id, and the revision that was read.
enum EditRequest {
    /// Room for texts of the greatest length, each character escaped.
    static let maximumBody = 64 << 10

    /// The members of a JSON body that has these and no others, all of them texts.
    static func members(_ names: Set<String>, of request: Request) async throws -> [String: String] {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: maximumBody)
        } catch is NIOTooManyBytesError {
            throw Problem(status: .contentTooLarge, detail: "the body is larger than \(maximumBody) bytes")
        }
        let members = try? JSONDecoder().decode([String: String].self, from: Data(body.readableBytesView))
        guard let members, Set(members.keys) == names else {
            throw Problem(
                status: .badRequest, detail: "send a JSON object with the texts \(names.sorted().joined(separator: ", ")) and nothing else")
        }
        return members
    }

    /// The id in the path; `thing` and `list` are for the sentence that refuses another.
    static func id(_ context: WebContext, of thing: String, from list: String) throws -> Int64 {
        let text = try context.parameters.require("id")
        guard text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let id = Int64(text) else {
            throw Problem(status: .badRequest, detail: "that is no id of a \(thing); take one from GET \(list)")
        }
        return id
    }

    /// The revision that the client has read; nil for whichever there is.
    static func revision(_ request: Request, of id: Int64, _ thing: String) throws(Problem) -> Int64? {
        guard let field = request.headers[.ifMatch] else {
            throw Problem(status: .preconditionRequired, detail: "If-Match: is missing; send the tag of the \(thing) as you read it")
        }
        if field == "*" { return nil }
        let parts = field.trimmingPrefix("\"").split(separator: "-")
        guard field.hasPrefix("\""), field.hasSuffix("\""), parts.count == 2, Int64(parts[0]) == id,
            let revision = Int64(parts[1].dropLast())
        else {
            // A tag that was never given is one that no longer fits (RFC 9110 §13.1.1).
            return -1
        }
        return revision
    }

    /// What `If-Match` takes for that revision.
    static func tag(_ id: Int64, _ revision: Int64) -> String { "\"\(id)-\(revision)\"" }

    /// What the file's refusal means to a client.
    static func problem(of error: JournalError) -> Problem {
        Problem(status: .serviceUnavailable, detail: error.detail, retryAfter: error.isTransient ? 5 : nil)
    }

    /// Runs a question to the file, and says what its refusal means to a client.
    static func storing<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as JournalError {
            throw problem(of: error)
        }
    }
}
