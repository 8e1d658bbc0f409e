import Foundation
import Journal
import Model
import TestKit
import Testing

@testable import Web

/// What a program is told when retention has removed events that it asks for.
@Suite(.serialized, .timeLimit(.minutes(5))) struct StreamGapTests {
    /// Ten events on each of three days, the first of which retention has removed; `body` gets the last id of each day.
    static func run(_ body: @escaping @Sendable (RunningServer, [EventID]) async throws -> Void) async throws {
        let clock = ManualClock()
        try await RunningServer.run(clock: clock.wallClock, keepingDays: 1) { server in
            var ends: [EventID] = []
            for day in 0..<3 {
                try await server.append(day * 10..<day * 10 + 10)
                ends.append(server.journal.head)
                if day < 2 { clock.advance(seconds: 86_400) }
            }
            #expect(try await server.journal.applyRetention().count == 1)
            try await body(server, ends)
        }
    }

    /// The stream up to and with the event of that id.
    static func read(_ server: RunningServer, after: EventID, to last: EventID, headers: String = "") async throws -> String {
        let client = try server.stream("/api/v1/stream?after=\(after)", headers: headers)
        let mark = "\"id\":\"\(last)\""
        return String(decoding: await client.read { String(decoding: $0, as: UTF8.self).contains(mark) }, as: UTF8.self)
    }

    @Test func `Who knows the last event that was removed has missed nothing`() async throws {
        try await Self.run { server, ends in
            let text = try await Self.read(server, after: ends[0], to: ends[2])
            #expect(!text.contains("event: gap"))
            #expect(RawClient.ids(Array(text.utf8)).count == 20)
        }
    }

    @Test func `Who lacks one removed event is told, in both forms, once`() async throws {
        try await Self.run { server, ends in
            let after = EventID(ends[0].value - 1)
            let first = EventID(ends[1].value - 9)
            let gap =
                "{\"after\":\"\(after)\",\"first\":\"\(first)\",\"upTo\":\"\(ends[0])\",\"classes\":[\"attacks\",\"posts\",\"records\"]}"
            let text = try await Self.read(server, after: after, to: ends[2])
            #expect(text.components(separatedBy: "event: gap\ndata: \(gap)\n\n").count == 2)
            #expect(RawClient.ids(Array(text.utf8)).count == 20)
            let lines = try await Self.read(server, after: after, to: ends[2], headers: "Accept: application/x-ndjson\r\n")
            #expect(lines.components(separatedBy: "{\"gap\":\(gap)}\n").count == 2)
        }
    }

    @Test func `Whoever asks for the oldest that is kept is told of no gap`() async throws {
        try await Self.run { server, ends in
            let text = try await Self.read(server, after: .zero, to: ends[2])
            #expect(!text.contains("event: gap") && RawClient.ids(Array(text.utf8)).count == 20)
        }
    }
}
