import Foundation
import Journal
import Model
import TestKit
import Testing

@testable import Web

@Suite(.serialized, .timeLimit(.minutes(5))) struct ServerTests {
    @Test func `Errors are told, no parameter crashes the server, and pages are safe`() async throws {
        try await RunningServer.run { server in
            try await server.append(0..<10)
            let id = server.journal.head
            for (target, status) in [
                ("/", 200), ("/js/main.js", 200), ("/healthz", 200), ("/metrics", 200), ("/api/v1/sources", 200),
                ("/api/v1/live/snapshot", 200),
                ("/api/v1/events/\(id)", 200), ("/api/v1/evidence", 200), ("/api/v1/dead-letters", 200), ("/no-such", 404),
                ("/js/../index.html", 404),
                ("/%2e%2e/etc/passwd", 404), ("/api/v1/events/5", 404), ("/api/v1/events/x", 400),
                ("/api/v1/events/99999999999999999999", 400),
                ("/api/v1/events/\(Int64.max)", 404), ("/api/v1/dead-letters?limit=0", 400), ("/api/v1/live?families=x", 400),
                ("/api/v1/stream?x=1", 400),
                ("/api/v1/evidence?from=1.2&to=1.7", 400), ("/api/v1/evidence?from=5&to=1", 400), ("/api/v1/evidence?from=nan&to=1", 400),
                ("/api/v1/evidence?from=-1e300&to=1e300", 400), ("/api/v1/evidence?after=\(id)&upTo=1", 400),
                ("/api/v1/evidence?after=\(id.value - 3)&upTo=\(id.value - 5)", 400), ("/api/v1/evidence?after=\(Int64.max)", 400),
                ("/api/v1/evidence?upTo=\(Int64.max)", 200), ("/api/v1/evidence?port=1e300", 400), ("/api/v1/evidence?port=70000", 400),
                ("/api/v1/evidence?lat=1e300&lon=1", 400), ("/api/v1/evidence?lat=1", 400), ("/api/v1/evidence?from=1", 400),
                ("/api/v1/evidence?type=nope", 400), ("/api/v1/evidence?sensr=x", 400), ("/api/v1/count?q=a&q=b", 400),
                ("/api/v1/sources?x=1", 400), ("/api/v1/ingest/suricata", 405), ("/api/v1/openapi.json", 200),
                ("/api/v1/evidence?address=x", 400),
                ("/api/v1/evidence?from=-0.5&to=0.5", 400), ("/api/v1/evidence?types=nope", 400), ("/api/v1/stream?after=x", 400),
            ] {
                let answer = try await server.ask(target)
                #expect(answer.status == status, "\(target)")
                if status == 400 {
                    #expect(answer.text.contains("application/problem+json") && answer.text.contains("\"detail\""), "\(target)")
                }
                if status == 200 { #expect(answer.text.lowercased().contains("content-security-policy: default-src 'none'"), "\(target)") }
            }
            #expect(try await server.ask("/api/v1/evidence").text.contains("\"total\":10"))
            #expect(try await server.ask("/api/v1/evidence?after=\(id.value - 4)&upTo=\(id.value - 1)").text.contains("\"total\":3"))
            #expect(try await server.ask("/api/v1/sources", host: "evil.example").status == 421)
            #expect(try await server.ask("/api/v1/stream", host: "evil.example").status == 421, "streams are guarded as well")
            #expect(try await server.ask("/api/v1/replay", method: "POST", headers: ["Sec-Fetch-Site: cross-site"]).status == 403)
            let refused = try await server.ask("/api/v1/count", method: "DELETE")
            #expect(refused.status == 405 && refused.text.contains("Allow: GET, HEAD"))
            #expect(try await server.ask("/api/v1/stream", method: "POST").text.contains("Allow: GET\r\n"))
            #expect(try await server.ask("/api/v1/ingest/suricata", method: "POST", headers: ["Idempotency-Key: a b"]).status == 400)
            #expect(try await server.ask("/api/v1/replay", method: "POST", body: "{").status == 400)
            #expect(try await server.ask("/api/v1/ingest/none", method: "POST").status == 404)
        }
    }

    @Test func `A token is needed, however the path is written`() async throws {
        try await RunningServer.run {
            $0.token = "0123456789abcdef"
            $0.pathPrefix = "/petrel"
        } _: { server in
            for target in [
                "/api/v1/sources", "//api/v1/sources", "/api//v1/sources", "/petrel/api/v1/sources", "/petrel//api/v1/sources", "/metrics",
                "//metrics",
                "http://localhost/api/v1/sources", "/api/v1/stream", "/petrel/api/v1/live",
            ] {
                let answer = try await server.ask(target)
                #expect(answer.status == 401 || answer.status == 404, "\(target) is answered: \(answer.text.prefix(300))")
                #expect(!answer.text.contains("\"sources\"") && !answer.text.contains("petrel_streams"), "\(target)")
            }
            let bearer = ["Authorization: Bearer 0123456789abcdef"]
            #expect(try await server.ask("/api/v1/sources", headers: bearer).status == 200)
            #expect(try await server.ask("/petrel/api/v1/sources", headers: bearer).status == 200)
            #expect(try await server.ask("/api/v1/session", method: "POST", body: #"{"token":"wrong"}"#).status == 401)
            let session = try await server.ask("/api/v1/session", method: "POST", body: #"{"token":"0123456789abcdef"}"#)
            let cookie = try #require(session.text.firstMatch(of: /petrel_session=([0-9a-f]+); HttpOnly; SameSite=Strict/))
            #expect(try await server.ask("/api/v1/sources", headers: ["Cookie: petrel_session=\(cookie.1)"]).status == 200)
        }
    }

    @Test func `Beyond loopback without a token the server does not start`() async throws {
        await #expect(throws: WebError.self) {
            try await RunningServer.run {
                $0.host = "0.0.0.0"
            } _: { _ in
            }
        }
    }

    @Test func `A program that comes back with its last id has every event once, in order`() async throws {
        try await RunningServer.run { server in
            try await server.append(0..<3000)
            let first = server.journal.head.value - 2999
            let all = (0..<9000).map { "\(first + Int64($0))" }
            var seen: [String] = []
            var cursor = "\(first - 1)"
            var written = 3000
            while seen.count < 3000 {
                let client = try server.stream(headers: "Last-Event-ID: \(cursor)\r\n")
                let answer = await client.read { $0.count > 200_000 }
                let ids = RawClient.ids(answer)
                try #require(!ids.isEmpty)
                // The last event may be cut off.
                seen += ids.dropLast()
                cursor = seen.last ?? cursor
                if written < 6000 {
                    try await server.append(written..<written + 500)
                    written += 500
                }
            }
            #expect(Set(seen).count == seen.count)
            #expect(seen == seen.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) })
            #expect(Array(seen.prefix(3000)) == Array(all.prefix(3000)))
        }
    }

    @Test func `One that does not read holds up nobody and gets everything later`() async throws {
        try await RunningServer.run { server in
            try await server.append(0..<1)
            let cursor = server.journal.head
            let frozen = try server.stream("/api/v1/stream?after=\(cursor)")
            let healthy = try server.stream("/api/v1/stream?after=\(cursor)")
            let total = 12_000
            for start in stride(from: 1, to: total, by: 1000) { try await server.append(start..<min(start + 1000, total + 1)) }
            let last = Array("id: \(server.journal.head)\n".utf8)
            let isDone: @Sendable ([UInt8]) -> Bool = { all in
                String(decoding: all.suffix(4096), as: UTF8.self).contains(String(decoding: last, as: UTF8.self))
            }
            let read = await healthy.read(until: isDone)
            #expect(isDone(read), "the healthy one is served while the other does not read")
            let late = await frozen.read(until: isDone)
            #expect(isDone(late))
            #expect(RawClient.ids(late).count == total)
        }
    }

    @Test func `A screen gets a snapshot and then frames`() async throws {
        try await RunningServer.run { server in
            try await server.append(0..<5)
            let screen = try server.stream("/api/v1/live")
            let first = String(
                decoding: await screen.read { String(decoding: $0, as: UTF8.self).contains("event: snapshot") }, as: UTF8.self)
            #expect(first.contains("text/event-stream") && first.contains("retry: 2000"))
            try await server.append(5..<9)
            let head = server.journal.head
            let frame = String(
                decoding: await screen.read { String(decoding: $0, as: UTF8.self).contains("{\"upTo\":\"\(head)\"") }, as: UTF8.self)
            #expect(frame.contains("event: frame"))
        }
    }

    @Test func `Ingested records are stored before they are answered, once per key`() async throws {
        try await RunningServer.run { server in
            let line =
                #"{"timestamp":"2024-05-01T00:00:00.000000+0000","event_type":"alert","src_ip":"8.8.8.8","dest_ip":"9.9.9.9","alert":{"signature":"<x>"}}"#
            let body = line + "\nnot json\n" + line + "\n"
            let answer = try await server.ask("/api/v1/ingest/suricata", method: "POST", headers: ["Idempotency-Key: k"], body: body)
            #expect(
                answer.status == 200 && answer.text.contains(#""received":3,"stored":2,"duplicate":0,"filtered":0,"dead_lettered":1"#),
                "\(answer.text)")
            #expect(server.journal.storedCount == 2)
            let again = try await server.ask("/api/v1/ingest/suricata", method: "POST", headers: ["Idempotency-Key: k"], body: body)
            #expect(again.status == 200 && again.text.contains(#""duplicate":3"#))
            #expect(
                try await server.ask("/api/v1/ingest/suricata", method: "POST", headers: ["Idempotency-Key: k"], body: line).status == 409)
            #expect(server.journal.storedCount == 2 && server.journal.ledgers["http"]?.isBalanced == true)
            #expect(
                try await server.ask("/api/v1/ingest/suricata", method: "POST", headers: ["Content-Encoding: br"], body: "x").status == 415)
            #expect(
                try await server.ask("/api/v1/ingest/suricata", method: "POST", headers: ["Content-Encoding: gzip"], body: "x").status
                    == 400)
        }
    }
}
