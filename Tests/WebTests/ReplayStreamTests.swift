import Foundation
import Journal
import Model
import Synchronization
import TestKit
import Testing

@testable import Web

/// The stream of a stored window, as a client reads it. The clock is the test's own, so that nothing waits.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ReplayStreamTests {
    /// A clock that jumps wherever somebody wants to wait, and knows how long that was.
    final class JumpingClock: Sendable {
        private let state = Mutex((now: Duration.zero, slept: [Duration]()))

        var slept: [Duration] { state.withLock { $0.slept } }

        var pace: ReplayPace {
            ReplayPace {
                self.state.withLock { $0.now }
            } sleep: { length in
                self.state.withLock { state in
                    state.now += length
                    state.slept.append(length)
                }
            }
        }
    }

    /// The messages of an answer.
    static func messages(_ text: String) throws -> [(name: String, data: [String: Any])] {
        let body = text.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
        // Chunks end between messages. A carriage return and a line feed are one character of Swift's.
        let lines = body.replacing("\r\n", with: "\n").split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        var found: [(String, [String: Any])] = []
        var name = ""
        for line in lines {
            if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
            guard line.hasPrefix("data: ") else { continue }
            let object = try JSONSerialization.jsonObject(with: Data(line.dropFirst(6).utf8)) as? [String: Any]
            found.append((name, try #require(object)))
        }
        return found
    }

    /// Where the events of `RunningServer.append` begin: one each second.
    static let start = 1_780_000_000_000

    @Test func `A window is played at its pace, and its totals are the query's`() async throws {
        let clock = JumpingClock()
        try await RunningServer.run {
            $0.replayPace = clock.pace
        } _: { server in
            try await server.append(0..<600)
            let window = "from=\(Self.start + 60_000)&to=\(Self.start + 540_500)"
            let answer = try await server.ask("/api/v1/live/replay?\(window)&speed=60&at=\(Self.start + 120_000)")
            #expect(answer.status == 200 && answer.text.lowercased().contains("content-type: text/event-stream"))
            let messages = try Self.messages(answer.text)
            #expect(messages.first?.name == "snapshot" && messages.last?.name == "end")
            #expect((messages.first?.data["totals"] as? [String: Int])?["events"] == 60)
            let frames = messages.filter { $0.name == "frame" }
            // Six seconds of the window in a tenth of a second.
            #expect(frames.count == 71)
            #expect(clock.slept.count == 71 && clock.slept.allSatisfy { $0 == .milliseconds(100) })
            for (index, frame) in frames.dropLast().enumerated() {
                #expect((frame.data["totals"] as? [String: Int])?["events"] == 60 + 6 * (index + 1))
                #expect(frame.data["n"] as? Int == 6)
            }
            #expect((frames.last?.data["totals"] as? [String: Int])?["events"] == 481)
            #expect(messages.last?.data["state"] as? String == "finished")
            #expect(messages.last?.data["clock"] as? Int == Self.start + 540_500)
            let counted = try await server.ask("/api/v1/count?\(window)")
            #expect(counted.text.contains("\"count\":481"))
        }
    }

    @Test func `Steps are sent at once, and the whole window in the seconds that were asked for`() async throws {
        let clock = JumpingClock()
        try await RunningServer.run {
            $0.replayPace = clock.pace
        } _: { server in
            try await server.append(0..<100)
            let window = "from=\(Self.start)&to=\(Self.start + 100_000)"
            let step = try Self.messages(
                try await server.ask("/api/v1/live/replay?\(window)&speed=10&frames=10&at=\(Self.start + 20_000)").text)
            #expect(step.map(\.name) == ["snapshot"] + Array(repeating: "frame", count: 10) + ["end"])
            #expect((step.dropLast().last?.data["totals"] as? [String: Int])?["events"] == 30)
            #expect(step.last?.data["state"] as? String == "paused" && clock.slept.isEmpty)
            let still = try Self.messages(try await server.ask("/api/v1/live/replay?\(window)&frames=0&at=\(Self.start + 50_000)").text)
            #expect(still.map(\.name) == ["snapshot", "end"])
            let whole = try Self.messages(try await server.ask("/api/v1/live/replay?\(window)&seconds=2").text)
            #expect(whole.count { $0.name == "frame" } == 20)
            #expect(clock.slept.reduce(.zero, +) == .seconds(2))
        }
    }

    @Test func `The query and the last event bound what is played`() async throws {
        try await RunningServer.run { server in
            try await server.append(0..<50)
            let head = server.journal.head
            try await server.append(50..<60)
            let window = "from=\(Self.start)&to=\(Self.start + 100_000)&frames=100000&speed=600"
            func total(_ more: String) async throws -> Int? {
                let messages = try Self.messages(try await server.ask("/api/v1/live/replay?\(window)\(more)").text)
                return (messages.dropLast().last?.data["totals"] as? [String: Int])?["attacks"]
            }
            #expect(try await total("") == 60)
            #expect(try await total("&upTo=\(head)") == 50)
            #expect(try await total("&q=source.ip%3A+8.8.0.0/28") == 16)
            #expect(try await total("&q=source.ip%3A+8.8.0.0/28&types=dos") == 16, "types choose what is drawn")
        }
    }

    @Test(arguments: [
        ("", "from and to"), ("from=0", "from and to"), ("from=5&to=5", "from must be before to"), ("from=x&to=5", "from:"),
        ("from=0&to=1000&at=1001", "at:"), ("from=0&to=1000&at=y", "at:"), ("from=0&to=1000&speed=0", "speed: a number from 1 to 600"),
        ("from=0&to=1000&speed=601", "speed:"), ("from=0&to=1000&speed=nan", "speed:"), ("from=0&to=1000&seconds=0", "seconds:"),
        ("from=0&to=1000&speed=2&seconds=2", "not both"), ("from=0&to=1000&frames=-1", "frames:"), ("from=0&to=1000&upTo=x", "upTo:"),
        ("from=0&to=1000&families=x", "families:"), ("from=0&to=1000&pace=2", "there is no parameter pace"),
        ("from=0&to=1000&q=source.port%3A+(", "\"position\":14"),
    ])
    func `What cannot be played is refused, and said why`(query: String, says: String) async throws {
        try await RunningServer.run { server in
            let answer = try await server.ask("/api/v1/live/replay?\(query)")
            #expect(answer.status == 400 && answer.text.contains("application/problem+json"))
            #expect(answer.text.contains(says), "\(answer.text)")
        }
    }

    @Test func `Live screens are refused a query with a fault, and told its place`() async throws {
        try await RunningServer.run { server in
            for path in ["live", "live/snapshot"] {
                let answer = try await server.ask("/api/v1/\(path)?q=source.port%3A+(")
                #expect(answer.status == 400 && answer.text.contains("\"position\":14"), "\(answer.text)")
            }
            try await server.append(0..<30)
            let snapshot = try await server.ask("/api/v1/live/snapshot?q=source.ip%3A+8.8.0.0/30")
            #expect(snapshot.text.contains("\"attacks\":0") || snapshot.text.contains("\"stored\":30"))
            #expect(snapshot.text.components(separatedBy: "\"attack\",").count == 5, "four rows match")
        }
    }

    @Test func `A screen more than there are seats for is refused until one leaves`() throws {
        let seats = ReplaySeats(2)
        var first = seats.take()
        let second = seats.take()
        #expect(first != nil && second != nil && seats.take() == nil)
        first = nil
        #expect(first == nil && seats.take() != nil)
        withExtendedLifetime(second) {}
    }
}
