import Foundation
import HTTPTypes
import Journal
import Testing

@testable import Web

/// The token that may look and change nothing.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ViewerTokenTests {
    static let owner = "Authorization: Bearer 0123456789abcdef"
    static let viewer = "Authorization: Bearer viewer-0123456789"

    static func run(_ body: @escaping @Sendable (RunningServer) async throws -> Void) async throws {
        try await RunningServer.run {
            $0.token = "0123456789abcdef"
            $0.viewerToken = "viewer-0123456789"
        } _: {
            try await body($0)
        }
    }

    static func path(_ operation: Web.Operation) -> String {
        operation.path.replacing("{id}", with: "1").replacing("{format}", with: "suricata").replacing("{name}", with: "test")
    }

    @Test func `It opens what only looks, and nothing else, for every operation that there is`() async throws {
        try await Self.run { server in
            try await server.append(0..<5)
            var opened: Set<String> = []
            for operation in server.operations where operation.tag != .streams && !operation.isPublic {
                let answer = try await server.ask(Self.path(operation), method: operation.method.rawValue, headers: [Self.viewer])
                #expect((answer.status == 403) == (operation.right > .look), "\(operation.method) \(operation.path) \(answer.status)")
                #expect(answer.status != 401, "\(operation.path)")
                if operation.right == .look { opened.insert(operation.name) }
                #expect(try await server.ask(Self.path(operation), method: operation.method.rawValue).status == 401, "\(operation.path)")
            }
            #expect(opened.isSuperset(of: ["countEvents", "getSnapshot", "getEvent", "listNotes"]) && !opened.contains("listDeadLetters"))
            #expect(server.operations.allSatisfy { $0.method == .get || $0.right == .change })
            #expect(server.journal.storedCount == 5)
            let refused = try await server.ask("/api/v1/replay", method: "POST", headers: [Self.viewer], body: "{\"action\":\"stop\"}")
            #expect(refused.text.contains("application/problem+json") && refused.text.contains("web.viewer_token"))
            for path in ["//api/v1/dead-letters", "/api//v1/dead-letters", "/api/v1/dead%2Dletters", "/api/v1/dead-letters/"] {
                #expect(try await server.ask(path, headers: [Self.viewer]).status != 200, "\(path)")
            }
            #expect(try await server.ask("/api/v1/dead-letters", method: "HEAD", headers: [Self.viewer]).status == 403)
            #expect(try await server.ask("/api/v1/dead-letters", headers: [Self.owner]).status == 200)
        }
    }

    @Test func `It opens the streams`() async throws {
        try await Self.run { server in
            for target in ["/api/v1/live", "/api/v1/stream"] {
                let client = try server.stream(target, headers: "\(Self.viewer)\r\n")
                let answer = await client.read { $0.count > 12 }
                #expect(String(decoding: answer.prefix(12), as: UTF8.self) == "HTTP/1.1 200", "\(target)")
            }
        }
    }

    @Test func `Its cookie may do as little`() async throws {
        try await Self.run { server in
            let given = try await server.ask("/api/v1/session", method: "POST", body: "{\"token\":\"viewer-0123456789\"}")
            let cookie = String(
                try #require(given.text.firstMatch(of: #/(?i)set-cookie: (petrel_session=[0-9a-f]+); HttpOnly; SameSite=Strict/#)).output.1)
            #expect(try await server.ask("/api/v1/sources", headers: ["Cookie: \(cookie)"]).status == 200)
            #expect(
                try await server.ask("/api/v1/ingest/suricata", method: "POST", headers: ["Cookie: \(cookie)"], body: "{}").status == 403)
            #expect(try await server.ask("/api/v1/dead-letters", headers: ["Cookie: \(cookie)"]).status == 403)
        }
    }

    @Test(arguments: [(nil, "viewer-0123456789"), ("0123456789abcdef", "0123456789abcdef")] as [(String?, String)])
    func `A server that it would leave open does not start`(token: String?, viewer: String) async throws {
        await #expect(throws: WebError.self) {
            try await RunningServer.run {
                $0.token = token
                $0.viewerToken = viewer
            } _: { _ in
            }
        }
    }
}
