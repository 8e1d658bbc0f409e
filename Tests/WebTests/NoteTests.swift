import Foundation
import Testing

@testable import Web

/// Notes over HTTP.
@Suite(.serialized, .timeLimit(.minutes(5))) struct NoteTests {
    struct Listed: Decodable {
        struct Note: Decodable, Equatable {
            var id, kind, value, text, created, tag: String
            var changed: String?
        }
        var notes: [Note]
        var next: String?
    }

    static func body<Value: Decodable>(_ answer: (status: Int, text: String), _ type: Value.Type = Value.self) throws -> Value {
        let text = try #require(answer.text.components(separatedBy: "\r\n\r\n").dropFirst().first)
        return try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    static func json(_ members: [String: String]) throws -> String { String(decoding: try JSONEncoder().encode(members), as: UTF8.self) }

    static func note(_ text: String, kind: String = "ip", value: String = "203.0.113.9") throws -> String {
        try json(["kind": kind, "value": value, "text": text])
    }

    @Test func `A note is written, changed by whoever has read it, and removed`() async throws {
        try await RunningServer.run { server in
            let hostile = "<img src=x onerror=alert(1)>\n\u{202e}\"}]"
            let written = try await server.ask("/api/v1/notes", method: "POST", body: try Self.note(hostile))
            #expect(written.status == 200)
            let first: Listed.Note = try Self.body(written)
            #expect(first.text == hostile && first.kind == "ip" && first.value == "203.0.113.9" && first.changed == nil)
            #expect(written.text.contains("ETag: \(first.tag)") || written.text.contains("etag: \(first.tag)"))
            #expect(!written.text.contains("<img"), "markup stands escaped in the answer")
            let path = "/api/v1/notes/\(first.id)"
            let text = try Self.json(["text": "second"])
            #expect(try await server.ask(path, method: "PUT", body: text).status == 428)
            #expect(try await server.ask(path, method: "PUT", headers: ["If-Match: \"x\""], body: text).status == 412)
            let changed: Listed.Note = try Self.body(
                try await server.ask(path, method: "PUT", headers: ["If-Match: \(first.tag)"], body: text))
            #expect(changed.text == "second" && changed.changed != nil && changed.tag != first.tag && changed.created == first.created)
            let late = try await server.ask(
                path, method: "PUT", headers: ["If-Match: \(first.tag)"], body: try Self.json(["text": "third"]))
            #expect(late.status == 412 && late.text.contains(changed.tag))
            #expect(try Self.body(try await server.ask("/api/v1/notes"), Listed.self).notes == [changed])
            #expect(try await server.ask(path, method: "DELETE", headers: ["If-Match: \(first.tag)"]).status == 412)
            #expect(try await server.ask(path, method: "DELETE", headers: ["If-Match: \(changed.tag)"]).status == 200)
            #expect(try await server.ask(path, method: "DELETE", headers: ["If-Match: *"]).status == 404)
            #expect(try Self.body(try await server.ask("/api/v1/notes"), Listed.self).notes.isEmpty)
        }
    }

    @Test func `Notes are found by their thing, in any spelling of it, page by page`() async throws {
        try await RunningServer.run { server in
            for number in 1...3 {
                #expect(
                    try await server.ask("/api/v1/notes", method: "POST", body: try Self.note("\(number)", value: "2001:DB8::1")).status
                        == 200)
            }
            #expect(
                try await server.ask("/api/v1/notes", method: "POST", body: try Self.note("r", kind: "rule", value: "a/b c")).status == 200)
            let path = "/api/v1/notes?kind=ip&value=2001:db8:0::1&limit=2"
            let page = try Self.body(try await server.ask(path), Listed.self)
            #expect(page.notes.map(\.text) == ["3", "2"])
            let rest = try Self.body(try await server.ask("\(path)&before=\(try #require(page.next))"), Listed.self)
            #expect(rest.notes.map(\.text) == ["1"] && rest.next == nil)
            #expect(try Self.body(try await server.ask("/api/v1/notes?kind=rule&value=a%2Fb%20c"), Listed.self).notes.map(\.text) == ["r"])
            #expect(try Self.body(try await server.ask("/api/v1/notes?kind=cve"), Listed.self).notes.isEmpty)
        }
    }

    @Test func `What is no note is refused with a reason`() async throws {
        try await RunningServer.run { server in
            let bodies = [
                "", "{", "[]", "{\"text\":\"a\"}", "{\"kind\":\"ip\",\"value\":\"203.0.113.9\",\"text\":7}", try Self.note(""),
                try Self.note(" \n "),
                try Self.note("a\u{0}b"), try Self.note(String(repeating: "x", count: 4001)), try Self.note("a", kind: "planet"),
                try Self.note("a", value: "nobody"), try Self.json(["kind": "ip", "value": "203.0.113.9", "text": "a", "more": "b"]),
            ]
            for body in bodies {
                let answer = try await server.ask("/api/v1/notes", method: "POST", body: body)
                #expect(answer.status == 400 && answer.text.contains("\"detail\""), "\(body.prefix(80))")
            }
            #expect(try await server.ask("/api/v1/notes", method: "POST", body: String(repeating: " ", count: 70_000)).status == 413)
            for query in ["value=1", "kind=planet", "kind=ip&value=x", "limit=0", "before=x"] {
                #expect(try await server.ask("/api/v1/notes?\(query)").status == 400, "\(query)")
            }
            #expect(try await server.ask("/api/v1/notes/x", method: "DELETE", headers: ["If-Match: *"]).status == 400)
            #expect(
                try await server.ask("/api/v1/notes", method: "POST", headers: ["Sec-Fetch-Site: cross-site"], body: try Self.note("a"))
                    .status == 403)
            #expect(try Self.body(try await server.ask("/api/v1/notes"), Listed.self).notes.isEmpty)
        }
    }
}
