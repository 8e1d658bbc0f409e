import Foundation
import Testing

@testable import Web

/// Saved views over HTTP.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ViewTests {
    struct Listed: Decodable {
        struct View: Decodable, Equatable {
            var id, name, search, created, tag: String
            var changed: String?
        }
        var views: [View]
    }

    static func view(_ name: String, _ search: String = "q=a") throws -> String { try NoteTests.json(["name": name, "search": search]) }

    static func listed(_ server: RunningServer) async throws -> [Listed.View] {
        try NoteTests.body(try await server.ask("/api/v1/views"), Listed.self).views
    }

    @Test func `A view is saved, changed by whoever has read it, and removed`() async throws {
        try await RunningServer.run { server in
            let written = try await server.ask("/api/v1/views", method: "POST", body: try Self.view("<b>Edge</b>", "q=a:+b&range=7d"))
            #expect(written.status == 200 && !written.text.contains("<b>"), "markup stands escaped in the answer")
            let first: Listed.View = try NoteTests.body(written)
            #expect(first.name == "<b>Edge</b>" && first.search == "q=a:+b&range=7d" && first.changed == nil)
            #expect(try await Self.listed(server) == [first])
            let path = "/api/v1/views/\(first.id)"
            let body = try Self.view("Edge", "q=c")
            #expect(try await server.ask(path, method: "PUT", body: body).status == 428)
            #expect(try await server.ask(path, method: "PUT", headers: ["If-Match: \"x\""], body: body).status == 412)
            let changed: Listed.View = try NoteTests.body(
                try await server.ask(path, method: "PUT", headers: ["If-Match: \(first.tag)"], body: body))
            #expect(changed.name == "Edge" && changed.search == "q=c" && changed.changed != nil && changed.tag != first.tag)
            let late = try await server.ask(path, method: "PUT", headers: ["If-Match: \(first.tag)"], body: body)
            #expect(late.status == 412 && late.text.contains(changed.tag))
            #expect(try await server.ask(path, method: "DELETE", headers: ["If-Match: \(first.tag)"]).status == 412)
            #expect(try await server.ask(path, method: "DELETE", headers: ["If-Match: \(changed.tag)"]).status == 200)
            #expect(try await server.ask(path, method: "DELETE", headers: ["If-Match: *"]).status == 404)
            #expect(try await Self.listed(server).isEmpty)
        }
    }

    @Test func `What is no view is refused with a reason`() async throws {
        try await RunningServer.run { server in
            #expect(try await server.ask("/api/v1/views", method: "POST", body: try Self.view("Edge")).status == 200)
            let taken = try await server.ask("/api/v1/views", method: "POST", body: try Self.view(" Edge "))
            #expect(taken.status == 409 && taken.text.contains("another name"))
            let bodies = [
                "", "{}", "{\"name\":\"a\"}", "{\"name\":\"a\",\"search\":7}", try Self.view(""), try Self.view("a\nb"),
                try Self.view(String(repeating: "x", count: 81)), try Self.view("a", "q=a b"), try Self.view("a", "#x"),
                try Self.view("a", String(repeating: "x", count: 8193)),
            ]
            for body in bodies {
                let answer = try await server.ask("/api/v1/views", method: "POST", body: body)
                #expect(answer.status == 400 && answer.text.contains("\"detail\""), "\(body.prefix(80))")
            }
            #expect(try await server.ask("/api/v1/views", method: "POST", body: String(repeating: " ", count: 70_000)).status == 413)
            #expect(try await server.ask("/api/v1/views/x", method: "DELETE", headers: ["If-Match: *"]).status == 400)
            #expect(
                try await server.ask("/api/v1/views", method: "POST", headers: ["Sec-Fetch-Site: cross-site"], body: try Self.view("b"))
                    .status == 403)
            #expect(try await Self.listed(server).map(\.name) == ["Edge"])
        }
    }
}
