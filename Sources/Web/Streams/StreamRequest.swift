import Followers
import HTTPTypes
import Model

/// What a client of an event stream asks for.
struct StreamRequest: Sendable {
    /// Who is served.
    enum Audience: Equatable, Sendable {
        /// `/api/v1/live`: frames for screens.
        case screen
        /// `/api/v1/stream`: every event, as server-sent events.
        case program
        /// `/api/v1/stream` with `Accept: application/x-ndjson`.
        case programNDJSON
    }

    var audience: Audience
    var filter: LiveFilter
    /// Where a program goes on; nil begins with the next event.
    var cursor: EventID?

    /// The path of a stream, or nil when the request is for something else.
    static func audience(of request: HTTPRequest, path: Substring, programPath: String) -> Audience? {
        guard request.method == .get else { return nil }
        switch path {
        case "/api/v1/live": return .screen
        case Substring(programPath):
            return request.headerFields[.accept]?.contains("application/x-ndjson") == true ? .programNDJSON : .program
        default: return nil
        }
    }

    /// Reads filter and cursor; throws a sentence for the client.
    init(audience: Audience, query: Substring, lastEventID: String?) throws(StreamRequestError) {
        self.audience = audience
        var families: String?
        var types: String?
        var after: String?
        var seen: Set<Substring> = []
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pair.count == 2 ? String(pair[1]).replacing("%2C", with: ",").replacing("%2c", with: ",") : ""
            guard seen.insert(pair[0]).inserted else { throw StreamRequestError("\(pair[0]): given twice; give it once") }
            switch pair[0] {
            case "families": families = value
            case "types": types = value
            case "after": after = value
            default: throw StreamRequestError("there is no parameter \(pair[0]); use families, types, after")
            }
        }
        do {
            // Programs get everything unless they say otherwise; screens attacks and posts.
            let isUnfiltered = audience != .screen && families == nil && types == nil
            filter =
                isUnfiltered
                ? .everything : try LiveFilter(families: families ?? (audience == .screen ? nil : "attack,post,record"), types: types)
        } catch {
            throw StreamRequestError("\(error)")
        }
        if let text = lastEventID ?? after {
            guard let id = EventID(text) else {
                throw StreamRequestError("\(text) is no event id; use the id of the last event you received")
            }
            cursor = id
        }
    }
}

/// What is wrong with a request for a stream.
struct StreamRequestError: Error, Sendable {
    let detail: String

    init(_ detail: String) { self.detail = detail }
}
