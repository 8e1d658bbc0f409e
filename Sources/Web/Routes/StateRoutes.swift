import Followers
import HTTPTypes
import Hummingbird
import Journal
import Model
import NIOCore
import Pipeline

/// How Petrel itself is doing: sources, dead letters, health, metrics, replay, sessions.
struct StateRoutes: Sendable {
    let pipeline: IngestPipeline
    let stage: LiveStage
    let hub: StreamHub
    let columns: ColumnState
    let access: AccessControl
    let about: [UInt8]

    func add(to table: inout RouteTable) {
        table.add(.snapshot) { request, _ in
            let filter = try LiveFilter(QueryString(request), now: stage.now)
            if case .replaying = stage.refusal(of: filter) {
                throw Problem(
                    status: .conflict,
                    detail: "a window is on all screens, and a query cannot be asked of it; play it by api/v1/live/replay")
            }
            try await stage.catchUp()
            return Response(stage.snapshot(filter).json)
        }
        table.add(.columns) { _, _ in Response(columns.json) }
        table.add(.about) { request, _ in Response(about, revalidating: request) }
        table.add(.replay) { request, _ in
            let done: Bool
            switch try await Self.text("action", of: request) {
            case "restart": done = stage.restartReplay()
            case "stop": done = stage.stopReplay()
            default: throw Problem(status: .badRequest, detail: "send {\"action\":\"restart\"} or {\"action\":\"stop\"}")
            }
            guard done else { throw Problem(status: .conflict, detail: "nothing is being replayed; start with petrel serve --play FILE…") }
            return Response(Array("{}".utf8))
        }
        table.add(.session) { request, _ in
            guard let token = try await Self.text("token", of: request) else {
                throw Problem(status: .badRequest, detail: "send {\"token\":\"…\"}")
            }
            guard access.needsToken else { return Response(Array("{}".utf8)) }
            guard let session = access.makeSession(for: token) else {
                throw Problem(status: .unauthorized, detail: "that is not the token of this server")
            }
            var response = Response(Array("{}".utf8))
            response.headers[.setCookie] =
                "\(AccessControl.cookieName)=\(session); HttpOnly; SameSite=Strict; Path=/"
                + (request.headers[.xForwardedProto] == "https" ? "; Secure" : "")
            return response
        }
        table.add(.health) { [journal = pipeline.journal] _, _ in
            if let failure = journal.failure { throw Problem(status: .serviceUnavailable, detail: "the journal cannot write: \(failure)") }
            return Response(Array("{\"status\":\"ok\"}".utf8))
        }
        table.add(.metrics) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4", .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: metrics)))
        }
    }

    /// The one member of a small JSON body; nil where the body is something else.
    private static func text(_ key: String, of request: Request) async throws -> String? {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: 4096)
        } catch is NIOTooManyBytesError {
            throw Problem(status: .contentTooLarge, detail: "the body is larger than 4096 bytes")
        }
        return JSONAction.decode(String(buffer: body), key: key)
    }
}
