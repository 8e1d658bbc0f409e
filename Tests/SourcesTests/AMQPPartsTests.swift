import Testing

@testable import Sources

/// The parts of the AMQP consumer that need no broker; `Tests/system/test_amqp.py` shows the rest against RabbitMQ.
@Suite struct AMQPPartsTests {
    private func body(_ text: String, _ assembly: inout AMQPAssembly) throws -> AMQPDelivery? {
        try Array(text.utf8).withUnsafeBytes { bytes throws in try assembly.body(bytes) }
    }

    @Test func `A delivery is put together from its frames`() throws {
        var assembly = AMQPAssembly(limit: 100)
        try assembly.begin(tag: 7, routingKey: "cowrie.login")
        #expect(try assembly.header(length: 6, messageID: "m1") == nil)
        #expect(try body("abc", &assembly) == nil)
        let delivery = try #require(try body("def", &assembly))
        #expect(delivery.tag == 7 && delivery.routingKey == "cowrie.login" && delivery.messageID == "m1")
        #expect(delivery.payload == Array("abcdef".utf8) && delivery.length == 6)
    }

    @Test func `A message without a body is whole with its header`() throws {
        var assembly = AMQPAssembly(limit: 100)
        try assembly.begin(tag: 1, routingKey: "")
        let delivery = try #require(try assembly.header(length: 0, messageID: nil))
        #expect(delivery.payload.isEmpty && delivery.key == nil)
    }

    @Test func `Of a body beyond the limit the beginning is kept`() throws {
        var assembly = AMQPAssembly(limit: 10, keptOfOversized: 4)
        try assembly.begin(tag: 1, routingKey: "k")
        #expect(try assembly.header(length: 11, messageID: nil) == nil)
        #expect(try body("abc", &assembly) == nil)
        let delivery = try #require(try body("defghijk", &assembly))
        #expect(delivery.payload == Array("abcd".utf8) && delivery.length == 11)
        try assembly.begin(tag: 2, routingKey: "k")
        _ = try assembly.header(length: 10, messageID: nil)
        #expect(try body("0123456789", &assembly)?.payload.count == 10)
    }

    @Test func `Frames out of order are an error`() throws {
        var assembly = AMQPAssembly(limit: 10)
        #expect(throws: PeerError.self) { try assembly.header(length: 1, messageID: nil) }
        #expect(throws: PeerError.self) { try body("a", &assembly) }
        try assembly.begin(tag: 1, routingKey: "k")
        #expect(throws: PeerError.self) { try body("a", &assembly) }
        #expect(throws: PeerError.self) { try assembly.begin(tag: 2, routingKey: "k") }
        _ = try assembly.header(length: 1, messageID: nil)
        #expect(throws: PeerError.self) { try assembly.header(length: 1, messageID: nil) }
        #expect(throws: PeerError.self) { try body("ab", &assembly) }
    }

    @Test func `The same id with another body is another message`() {
        func key(_ id: String?, _ text: String) -> String? {
            AMQPDelivery(tag: 1, routingKey: "", messageID: id, payload: Array(text.utf8), length: UInt64(text.utf8.count)).key
        }
        #expect(key("1", "a") == key("1", "a"))
        #expect(key("1", "a") != key("1", "b"))
        #expect(key("1", "a") != key("2", "a"))
        #expect(key(nil, "a") == nil)
    }

    @Test func `Nothing is acknowledged before what came earlier is durable`() {
        var window = AMQPWindow()
        for tag in [UInt64(3), 5, 9] { window.take(upTo: tag) }
        let steps = [5, 3, 9, 9].map { tag in (window.noteDurable(tag), window.durable) }
        #expect(steps.map(\.0) == [false, true, true, false])
        #expect(steps.map(\.1) == [0, 5, 9, 9])
    }
}

@Suite struct PeerURLTests {
    private static let ports = ["amqp": 5672, "amqps": 5671]

    @Test(
        arguments: [
            ("amqp://rabbit", "amqp", nil, "rabbit", 5672, nil),
            ("amqps://petrel@rabbit.example.org/", "amqps", "petrel", "rabbit.example.org", 5671, ""),
            ("amqp://a%40b@[2001:db8::1]:99/%2Flab", "amqp", "a@b", "2001:db8::1", 99, "/lab"),
            ("amqp://192.0.2.1:1/x/y", "amqp", nil, "192.0.2.1", 1, "x/y"),
        ] as [(String, String, String?, String, Int, String?)])
    func `Parts are read`(text: String, scheme: String, user: String?, host: String, port: Int, path: String?) throws {
        let url = try PeerURL(text, ports: Self.ports)
        #expect(url.scheme == scheme && url.user == user && url.password == nil && url.host == host && url.port == port && url.path == path)
    }

    @Test func `A password is told apart`() throws {
        let url = try PeerURL("amqp://u:p%3A:q@h", ports: Self.ports)
        #expect(url.user == "u" && url.password == "p::q")
    }

    @Test(arguments: [
        ("http://h", "must begin with amqp:// or amqps://"), ("rabbit", "must begin with"), ("amqp://", "no host"),
        ("amqp://:1", "no host"),
        ("amqp://h:0", "no port"), ("amqp://h:65536", "no port"), ("amqp://h:", "no port"), ("amqp://2001:db8::1", "brackets"),
        ("amqp://[::1]x", "behind ]"), ("amqp://h/%4", "hexadecimal"), ("amqp://h/%ff", "UTF-8"),
    ]) func `What is wrong is told`(text: String, reason: String) {
        let error = #expect(throws: PeerError.self) { try PeerURL(text, ports: Self.ports) }
        #expect(error?.detail.contains(reason) == true)
    }
}

@Suite(.timeLimit(.minutes(5))) struct HandoverTests {
    @Test func `What was put is taken, in order, and failure comes last`() async throws {
        let handover = Handover<Int>(bound: 10)
        handover.put([1, 2], bytes: 4)
        handover.put([3], bytes: 6)
        #expect(!handover.hasRoom)
        handover.end(PeerError(.lost, "gone"))
        let taken = try await handover.take { _ in }
        #expect(taken.elements == [1, 2, 3] && taken.wasFull)
        #expect(handover.hasRoom)
        await #expect(throws: PeerError(.lost, "gone")) { try await handover.take { _ in } }
        await #expect(throws: PeerError(.lost, "gone")) { try await handover.connected() }
    }

    @Test func `A task waits until something comes`() async throws {
        let handover = Handover<Int>()
        let taking = Task { try await handover.take { _ in }.elements }
        await Task.yield()
        handover.noteConnected()
        try await handover.connected()
        handover.put([5], bytes: 1)
        #expect(try await taking.value == [5])
    }

    @Test func `Cancellation ends the wait`() async {
        let handover = Handover<Int>()
        let taking = Task { try await handover.take { _ in }.elements }
        let connecting = Task { try await Handover<Int>().connected() }
        taking.cancel()
        connecting.cancel()
        await #expect(throws: CancellationError.self) { try await taking.value }
        await #expect(throws: CancellationError.self) { try await connecting.value }
    }

    @Test func `What is dropped is not taken`() async throws {
        let handover = Handover<Int>(bound: 2)
        handover.put([1, 2, 3], bytes: 3)
        handover.drop { $0 != 2 }
        #expect(try await handover.take { _ in }.elements == [2])
        handover.put([1], bytes: 2)
        handover.drop { _ in true }
        #expect(handover.hasRoom)
    }
}
