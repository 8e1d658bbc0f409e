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
        /// `/api/v1/changes`: what people keep on the server has changed.
        case watcher
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
        case "/api/v1/changes": return .watcher
        case Substring(programPath):
            return request.headerFields[.accept]?.contains("application/x-ndjson") == true ? .programNDJSON : .program
        default: return nil
        }
    }

    /// Reads filter and cursor; throws a sentence for the client.
    ///
    /// - Parameter now: what `now` stands for in a query.
    init(audience: Audience, query: Substring, lastEventID: String?, now: Timestamp) throws(StreamRequestError) {
        self.audience = audience
        let known =
            switch audience {
            case .screen: ["families", "types", "q", "noise", "after"]
            case .program, .programNDJSON: ["families", "types", "after"]
            case .watcher: [String]()
            }
        let values = QueryString(String(query))
        var seen: Set<String> = []
        for (name, _) in values.parameters {
            guard seen.insert(name).inserted else { throw StreamRequestError("\(name): given twice; give it once") }
            guard known.contains(name) else {
                throw StreamRequestError(
                    "there is no parameter \(name)" + (known.isEmpty ? "" : "; use \(known.joined(separator: ", "))"))
            }
        }
        do throws(Problem) {
            if audience == .screen {
                filter = try LiveFilter(values, now: now)
            } else if values["families"] == nil, values["types"] == nil {
                // Programs get everything unless they say otherwise.
                filter = .everything
            } else {
                filter = try LiveFilter(checking: values["families"] ?? "attack,post,record", types: values["types"])
            }
        } catch {
            throw StreamRequestError(error.detail, position: error.position)
        }
        if let text = lastEventID ?? values["after"] {
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
    /// Where in the query the fault is.
    let position: Int?

    init(_ detail: String, position: Int? = nil) {
        self.detail = detail
        self.position = position
    }
}
