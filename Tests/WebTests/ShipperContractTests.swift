import Foundation
import Journal
import Model
import TestKit
import Testing

@testable import Pipeline
@testable import Web

/// The promises that every source keeps, for log shippers: they are the ones who connect, so what holds is said from their side.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ShipperContractTests {
    private static func document(_ number: Int, text: String = "x") -> String {
        #"{"@timestamp":"2026-01-01T00:00:00Z","event":{"kind":"alert","dataset":"lab","sequence":\#(number)},"message":"\#(text)","#
            + #""source":{"ip":"198.51.100.7"}}"#
    }

    private static func bulk(_ numbers: some Sequence<Int>, ids: Bool = true) -> String {
        numbers.map { "{\"create\":{\"_index\":\"logs\"\(ids ? ",\"_id\":\"\($0)\"" : "")}}\n\(document($0))\n" }.joined()
    }

    private static func collected(_ numbers: some Sequence<Int>) -> String { numbers.map { "{\"event\":\(document($0))}" }.joined() }

    private static func request(_ path: String, _ body: String, length: Int? = nil) -> String {
        "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: \(length ?? body.utf8.count)\r\n\r\n\(body)"
    }

    private static func statuses(_ text: String) -> [Int] {
        text.matches(of: #/"status":(\d+)/#).compactMap { Int($0.output.1) }
    }

    /// The numbers of the stored events, rising.
    private static func stored(_ server: RunningServer) async throws -> [Int64] {
        var found: [Int64] = []
        var cursor = EventID.zero
        while let block = try await server.journal.next(after: cursor) {
            for row in block.firstIndex(after: cursor)..<block.events.count {
                if let number = block.events[row].integer(.eventSequence) { found.append(number) }
            }
            cursor = block.lastID
        }
        return found.sorted()
    }

    /// Without room everybody is told to come again, and nothing of the request is taken.
    @Test func backPressure() async throws {
        try await RunningServer.run(inFlightBytes: 1000) { server in
            #expect(server.pipeline.gate.tryEnter(1000))
            let bulk = try await server.ask("/_bulk", method: "POST", body: Self.bulk(0..<3))
            #expect(bulk.status == 429 && bulk.text.lowercased().contains("retry-after: 1"))
            let collected = try await server.ask("/services/collector", method: "POST", body: Self.collected(3..<5))
            #expect(collected.status == 503 && collected.text.contains(#""code":9"#))
            #expect(server.journal.ledgers["bulk"] == nil && server.journal.ledgers["hec"] == nil)
            server.pipeline.gate.leave(1000)
            #expect(try await server.ask("/_bulk", method: "POST", body: Self.bulk(0..<3)).status == 200)
            #expect(try await server.ask("/services/collector", method: "POST", body: Self.collected(3..<5)).status == 200)
            #expect(try await Self.stored(server) == [0, 1, 2, 3, 4])
        }
    }

    /// A shipper that never saw the answer sends again: what has an id is stored once.
    @Test func resumeWithoutLoss() async throws {
        try await RunningServer.run { server in
            var random = SeededGenerator(seed: 31)
            for round in 0..<10 {
                let numbers = round * 10..<round * 10 + 10
                let text = Self.request("/_bulk", Self.bulk(numbers))
                let client = try RawClient(port: server.port)
                client.send(String(text.prefix(Int.random(in: 1...text.utf8.count, using: &random))))
                _ = consume client
                let again = try await server.ask("/_bulk", method: "POST", body: Self.bulk(numbers))
                #expect(again.status == 200 && Self.statuses(again.text).allSatisfy { [201, 409].contains($0) })
            }
            #expect(try await Self.stored(server) == Array(0..<100))
            let ledger = try #require(server.journal.ledgers["bulk"])
            #expect(ledger.isBalanced && ledger.stored == 100)
        }
    }

    /// A connection serves request after request, and one that broke in the middle of a body leaves nothing.
    @Test func reconnect() async throws {
        try await RunningServer.run { server in
            let client = try RawClient(port: server.port)
            for round in 0..<3 {
                client.send(Self.request("/_bulk", Self.bulk([round])))
                let answer = await client.read { String(decoding: $0, as: UTF8.self).contains(#""status":201"#) }
                #expect(String(decoding: answer, as: UTF8.self).contains("200 OK"))
            }
            let body = Self.bulk(10..<20)
            let broken = try RawClient(port: server.port)
            broken.send(Self.request("/_bulk", String(body.dropLast(30)), length: body.utf8.count))
            _ = consume broken
            #expect(try await server.ask("/_bulk", method: "POST", body: Self.bulk([3])).status == 200)
            #expect(try await Self.stored(server) == [0, 1, 2, 3])
        }
    }

    @Test func malformedMessage() async throws {
        try await RunningServer.run { server in
            let body = Self.bulk([0]) + "{\"create\":{\"_index\":\"logs\"}}\n{\"broken\":\n" + Self.bulk([1])
            let answer = try await server.ask("/_bulk", method: "POST", body: body)
            #expect(answer.status == 200 && Self.statuses(answer.text) == [201, 400, 201])
            #expect(try await server.ask("/_bulk", method: "POST", body: "rubbish\n").status == 400)
            #expect(try await server.ask("/services/collector", method: "POST", body: "{\"event\":{},,}").status == 400)
            let ledger = try #require(server.journal.ledgers["bulk"])
            #expect(ledger.isBalanced && ledger.stored == 2 && ledger.deadLettered == 1)
        }
    }

    @Test func hugeMessage() async throws {
        try await RunningServer.run {
            $0.maximumBodyBytes = 300_000
        } _: { server in
            let many = Self.bulk(0..<2000)
            #expect(many.utf8.count > 300_000)
            for path in ["/_bulk", "/services/collector"] {
                let refused = try await server.ask(path, method: "POST", body: many)
                #expect(refused.status == 413)
            }
            #expect(server.journal.ledgers["bulk"] == nil)
            let large = Self.document(1, text: String(repeating: "h", count: 200_000))
            let answer = try await server.ask("/_bulk", method: "POST", body: "{\"create\":{\"_index\":\"logs\"}}\n\(large)\n")
            #expect(Self.statuses(answer.text) == [201])
        }
    }

    /// One that stops in the middle of its request holds up nobody.
    @Test func halfOpenPeer() async throws {
        try await RunningServer.run { server in
            let body = Self.bulk(0..<10)
            let silent = try RawClient(port: server.port)
            silent.send(Self.request("/_bulk", String(body.prefix(100)), length: body.utf8.count))
            for number in 100..<105 {
                #expect(try await server.ask("/_bulk", method: "POST", body: Self.bulk([number])).status == 200)
            }
            #expect(try await Self.stored(server) == Array(100..<105))
            _ = consume silent
        }
    }

    /// What was answered is stored, also when the server was asked to stop meanwhile.
    @Test func shutdown() async throws {
        for _ in 0..<5 {
            let (clients, giving) = AsyncStream<(RawClient, EventJournal)>.makeStream()
            try await RunningServer.run { server in
                let client = try RawClient(port: server.port)
                client.send(Self.request("/_bulk", Self.bulk(0..<50)))
                giving.yield((client, server.journal))
            }
            giving.finish()
            for await (client, journal) in clients {
                let answer = String(decoding: await client.read(), as: UTF8.self)
                let isAnswered = answer.contains("200 OK")
                #expect(Self.statuses(answer).count(where: { $0 == 201 }) == (isAnswered ? 50 : 0))
                if isAnswered { #expect(journal.ledgers["bulk"]?.stored == 50) }
            }
        }
    }
}
