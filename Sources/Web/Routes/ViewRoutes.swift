import HTTPTypes
import Hummingbird
import Journal
import Model

/// Views of the workbench that people have saved under a name.
struct ViewRoutes: Sendable {
    let book: ViewBook
    /// Called when views have changed.
    let onChange: @Sendable () -> Void

    func add(to table: inout RouteTable) {
        table.add(.views) { request, _ in
            let views = try await EditRequest.storing { try await book.views() }
            var json = JSONText()
            json.object { json in
                json.member("views") { json in json.array { json in for view in views { Self.write(view, to: &json) } } }
            }
            return Response(json.bytes, revalidating: request)
        }
        table.add(.addView) { request, _ in
            let (name, search) = try await Self.content(of: request)
            return try answer(try await EditRequest.storing { try await book.add(name, search: search) })
        }
        table.add(.changeView) { request, context in
            let (id, revision) = try Self.target(request, context)
            let (name, search) = try await Self.content(of: request)
            return try answer(
                try await EditRequest.storing { try await book.change(id, revision: revision, name: name, search: search) })
        }
        table.add(.removeView) { request, context in
            let (id, revision) = try Self.target(request, context)
            _ = try answer(try await EditRequest.storing { try await book.remove(id, revision: revision) })
            return Response(Array("{}".utf8))
        }
    }

    private static func target(_ request: Request, _ context: WebContext) throws -> (id: Int64, revision: Int64?) {
        let id = try EditRequest.id(context, of: "view", from: "/api/v1/views")
        return (id, try EditRequest.revision(request, of: id, "view"))
    }

    private static func content(of request: Request) async throws -> (name: String, search: String) {
        let members = try await EditRequest.members(["name", "search"], of: request)
        guard let name = SavedView.plain(members["name"] ?? "") else {
            throw Problem(
                status: .badRequest,
                detail: "name: has 1 to \(SavedView.maximumName) characters besides blanks around it, and none that is not seen")
        }
        let search = members["search"] ?? ""
        guard SavedView.isSearch(search) else {
            throw Problem(
                status: .badRequest,
                detail:
                    "search: is what stands behind the ? of a link to /explore, percent-encoded, at most \(SavedView.maximumSearch) bytes"
            )
        }
        return (name, search)
    }

    private func answer(_ outcome: ViewBook.Outcome) throws(Problem) -> Response {
        switch outcome {
        case .done(let view):
            onChange()
            var json = JSONText()
            Self.write(view, to: &json)
            var response = Response(json.bytes)
            response.headers[.eTag] = EditRequest.tag(view.id, view.revision)
            return response
        case .conflict(let view):
            throw Problem(
                status: .preconditionFailed, detail: "somebody has changed this view since you read it; read it again and then change it",
                fields: [.eTag: EditRequest.tag(view.id, view.revision)])
        case .taken: throw Problem(status: .conflict, detail: "there is a view of that name; change that one, or choose another name")
        case .full: throw Problem(status: .conflict, detail: "there are \(ViewBook.maximum) views; remove some")
        case .gone: throw Problem(status: .notFound, detail: "there is no such view; somebody may have removed it")
        }
    }

    private static func write(_ view: SavedView, to json: inout JSONText) {
        json.object { json in
            json.member("id", "\(view.id)")
            json.member("name", view.name)
            json.member("search", view.search)
            json.member("created", view.created.iso8601)
            json.member("changed", view.changed?.iso8601)
            json.member("tag", EditRequest.tag(view.id, view.revision))
        }
    }
}
