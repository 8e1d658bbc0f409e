import Formats
import Model
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

/// An intake that knows formats by the beginning of the first message, and keeps what its lanes get.
private final class ChoosyIntake: Intake {
    struct Opened: Sendable {
        let stream: StreamDescription
        var batches: [RawBatch] = []
    }
    let opened = Mutex<[Opened]>([])

    func cursors() async throws -> [StreamCursor] { [] }

    func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane {
        guard stream.format != nil || stream.head.first == UInt8(ascii: "{") else { throw IntakeError(.unknownFormat, "no format") }
        return opened.withLock { opened in
            opened.append(Opened(stream: stream))
            return ChoosyLane(intake: self, number: opened.count - 1)
        }
    }

    /// What the lanes of that name got.
    func batches(_ name: String) -> [RawBatch] { opened.withLock { $0.filter { $0.stream.name == name }.flatMap(\.batches) } }
}

private struct ChoosyLane: Lane {
    let intake: ChoosyIntake
    let number: Int
    var framing: Framing { .json }

    func accept(_ batch: RawBatch) async throws(IntakeError) -> Ticket {
        intake.opened.withLock { $0[number].batches.append(batch) }
        return Ticket()
    }

    func tryAccept(_ batch: RawBatch) async throws(IntakeError) -> Ticket? { try await accept(batch) }
}

@Suite struct MessageLanesTests {
    private static func message(_ stream: String, _ text: String, sensor: String? = nil, key: String? = nil) -> Message {
        var message = Message(stream: stream, payload: Array(text.utf8), sensor: sensor)
        message.key = key
        return message
    }

    private static func texts(_ batches: [RawBatch]) -> [[String]] {
        batches.map { batch in batch.records.map { String(decoding: batch.bytes[$0], as: UTF8.self) } }
    }

    @Test func `Messages of a stream and sensor go together, in order`() async throws {
        let intake = ChoosyIntake()
        var lanes = MessageLanes(intake: intake, peer: "peer", formats: [:])
        let tickets = try await lanes.deliver([
            Self.message("a", "{1}", sensor: "x"), Self.message("b", "{2}", sensor: "x"), Self.message("a", "{3}", sensor: "y"),
            Self.message("a", "{4}", sensor: "x"),
        ])
        #expect(tickets.count == 3)
        #expect(Self.texts(intake.batches("peer a")) == [["{1}", "{4}"], ["{3}"]])
        #expect(intake.batches("peer a").map(\.sensor) == ["x", "y"])
        #expect(intake.batches("peer a").map(\.startOffset) == [0, 6])
        #expect(Self.texts(intake.batches("peer b")) == [["{2}"]])
    }

    @Test func `A message with a key is a batch of its own`() async throws {
        let intake = ChoosyIntake()
        var lanes = MessageLanes(intake: intake, peer: "peer", formats: [:])
        _ = try await lanes.deliver([
            Self.message("a", "{1}"), Self.message("a", "{2}", key: "k2"), Self.message("a", "{3}", key: "k3"), Self.message("a", "{4}"),
            Self.message("a", "{5}"),
        ])
        #expect(Self.texts(intake.batches("peer a")) == [["{1}"], ["{2}"], ["{3}"], ["{4}", "{5}"]])
        #expect(intake.batches("peer a").map(\.originKey) == [nil, "k2", "k3", nil])
    }

    @Test func `What no format claims is refused, until a message tells the format`() async throws {
        let intake = ChoosyIntake()
        var lanes = MessageLanes(intake: intake, peer: "peer", formats: [:])
        _ = try await lanes.deliver([Self.message("a", "??"), Self.message("b", "{}"), Self.message("a", "{1}"), Self.message("a", "!!")])
        let buried = intake.batches("peer")
        #expect(Self.texts(buried) == [["??"]])
        #expect(buried[0].refused[0]?.description == "unknown_format: no format claims this message of a; name one below formats:")
        #expect(Self.texts(intake.batches("peer a")) == [["{1}", "!!"]])
        #expect(intake.batches("peer a")[0].refused.isEmpty)
    }

    @Test func `Looking for a format becomes rarer with every failure`() async throws {
        let intake = ChoosyIntake()
        var lanes = MessageLanes(intake: intake, peer: "peer", formats: [:])
        for _ in 0..<5 { _ = try await lanes.deliver([Self.message("a", "?")]) }
        _ = try await lanes.deliver([Self.message("a", "{}"), Self.message("a", "{}"), Self.message("a", "{}"), Self.message("a", "{}")])
        #expect(intake.batches("peer").count == 8)
        #expect(intake.batches("peer a").flatMap(\.records).count == 1)
    }

    @Test(arguments: [("cowrie.sessions", "one"), ("cowrie.x", "two"), ("cow", "three"), ("dog", nil)] as [(String, String?)])
    func `The longest name that fits gives the format`(channel: String, format: String?) async throws {
        let intake = ChoosyIntake()
        var lanes = MessageLanes(
            intake: intake, peer: "peer", formats: ["cowrie.sessions": "one", "cowrie.*": "two", "c*": "three"])
        _ = try await lanes.deliver([Self.message(channel, "{}")])
        #expect(intake.opened.withLock { $0.map(\.stream.format) } == [format])
    }

    @Test func `Streams named by the peer are bounded`() async throws {
        let intake = ChoosyIntake()
        var lanes = MessageLanes(intake: intake, peer: "peer", formats: [:])
        for number in 0...MessageLanes.limit { _ = try await lanes.deliver([Self.message("\(number)", "{}")]) }
        _ = try await lanes.deliver([Self.message("0", "{}")])
        #expect(intake.opened.withLock { $0.filter { $0.stream.name == "peer 0" }.count } == 2)
    }

    @Test func `Streams with cursors have names and positions`() async throws {
        let intake = ChoosyIntake()
        let cursor = StreamCursor(stream: "a", name: "a", format: "test", offset: 100)
        var lanes = MessageLanes(intake: intake, peer: "peer", formats: [:], cursors: ["a": cursor])
        var message = Self.message("a", "{1}")
        message.identity = [7]
        _ = try await lanes.deliver([message])
        #expect(intake.opened.withLock { $0[0].stream.id } == "a")
        #expect(intake.opened.withLock { $0[0].stream.cursor } == cursor)
        let batch = try #require(intake.batches("peer a").first)
        #expect(batch.startOffset == 100 && batch.endOffset == 103 && batch.identity == [7])
    }
}
