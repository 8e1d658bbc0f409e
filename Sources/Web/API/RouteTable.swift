import HTTPTypes
import Hummingbird

/// Every route with what it does: the only way for an operation to become a route, so that none is without a specification.
struct RouteTable: Sendable {
    /// Answers a request.
    typealias Handler = @Sendable (Request, WebContext) async throws -> Response

    private struct Route: Sendable {
        let operation: Operation
        /// Nil where a connection is taken before requests come to the router.
        let handler: Handler?
    }

    /// Methods that are answered with 405 on a path that has others.
    private static let methods: [HTTPRequest.Method] =
        [.get, .head, .post, .put, .patch, .delete, .options, .trace] + [HTTPRequest.Method("QUERY")].compactMap { $0 }

    private var routes: [Route] = []

    /// What can be asked, in the order of the document.
    var operations: [Operation] { routes.map(\.operation) }

    /// Adds a route.
    mutating func add(_ operation: Operation, _ handler: @escaping Handler) {
        routes.append(Route(operation: operation, handler: handler))
    }

    /// Adds an operation that ``EventStreamHandler`` answers.
    mutating func addStream(_ operation: Operation) { routes.append(Route(operation: operation, handler: nil)) }

    /// Registers everything on a group of the router.
    func register(on group: RouterGroup<WebContext>, limits: RateLimits, access: AccessControl) {
        for route in routes {
            guard let handler = route.handler else { continue }
            let (operation, check) = (route.operation, ParameterCheck(route.operation))
            group.on(Self.routerPath(operation.path), method: operation.method) { request, context in
                let verdict = limits.take(operation.allowance, request, context)
                if let verdict, !verdict.isAllowed { throw verdict.problem }
                try access.check(operation, request.headers)
                try check.check(request)
                var response = try await handler(request, context)
                if let verdict { verdict.write(to: &response.headers) }
                return response
            }
        }
        registerRefusals(on: group)
    }

    /// Answers the other methods of each path with 405 and those it has.
    private func registerRefusals(on group: RouterGroup<WebContext>) {
        var allowed: [String: [HTTPRequest.Method]] = [:]
        for route in routes {
            // The router makes HEAD from GET; streams have none.
            let also: [HTTPRequest.Method] = route.operation.method == .get && route.handler != nil ? [.head] : []
            allowed[route.operation.path, default: []] += [route.operation.method] + also
        }
        for (path, methods) in allowed {
            let allow = methods.map(\.rawValue).joined(separator: ", ")
            for method in Self.methods where !methods.contains(method) {
                group.on(Self.routerPath(path), method: method) { _, _ -> Response in
                    throw Problem(
                        status: .methodNotAllowed, detail: "\(path) takes \(allow), not \(method.rawValue)", fields: [.allow: allow])
                }
            }
        }
    }

    /// The path as the router writes it: `/events/{id}` is `/events/:id`.
    private static func routerPath(_ path: String) -> RouterPath {
        RouterPath(path.replacing("{", with: ":").replacing("}", with: ""))
    }
}
