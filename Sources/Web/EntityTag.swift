import HTTPTypes
import Hummingbird
import Journal
import Model

/// Validators of answers (RFC 9110 §8.8.3): a client that has the answer already is told 304.
enum EntityTag {
    /// Whether one of the request's tags is this one. Weakly compared, as If-None-Match has it (RFC 9110 §13.1.2).
    static func matches(_ tag: String, _ request: Request) -> Bool {
        guard let fields = request.headers[.ifNoneMatch] else { return false }
        if fields == "*" { return true }
        return fields.split(separator: ",").contains { candidate in
            let plain = candidate.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            return plain == tag || plain.dropFirst(plain.hasPrefix("W/") ? 2 : 0) == tag.dropFirst(tag.hasPrefix("W/") ? 2 : 0)
        }
    }

    /// The tag of an answer by its content.
    static func strong(_ content: some Sequence<UInt8>) -> String { "\"\(String(fnv1a64(content), radix: 16))\"" }

    /// The tag of an answer that follows from a state of the store: equal states and equal URLs have equal answers.
    ///
    /// - Parameters:
    ///   - revision: of the program, whose next version may answer otherwise.
    ///   - removals: what retention has removed.
    ///   - earliest: the earliest event time of all (microseconds), where the answer follows from it.
    static func state(revision: String, removals: Removals, upTo: EventID, earliest: Int64? = nil) -> String {
        "\"\(revision)-\(removals)-\(upTo)\(earliest.map { "-\($0)" } ?? "")\""
    }

    /// An answer that a cache may keep and must ask about each time.
    static func label(_ response: inout Response, _ tag: String) {
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = "private, no-cache"
    }

    /// 304, without a body.
    static func notModified(_ tag: String) -> Response {
        Response(status: .notModified, headers: [.eTag: tag, .cacheControl: "private, no-cache"])
    }
}
