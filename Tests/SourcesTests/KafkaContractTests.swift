import Model
import NIOCore
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

/// The promises that every source keeps, for the Kafka consumer against librdkafka's own mock of a cluster.
@Suite(.timeLimit(.minutes(4))) struct KafkaContractTests {
    private static func source(_ cluster: MockCluster, limit: Int = 1 << 20, properties: [String: String] = [:]) -> KafkaSource {
        var options = KafkaSourceOptions(brokers: cluster.brokers, topics: ["eve"], group: "petrel")
        options.maxRecordBytes = limit
        options.properties = properties
        return KafkaSource(options)
    }

    /// Runs the source until the store holds that many records, then cancels it.
    private static func run(_ source: KafkaSource, _ intake: RecordingIntake, until count: Int) async throws {
        let run = Task { try await source.run(into: intake) }
        defer { run.cancel() }
        try await eventually { intake.store.state.withLock { $0.records.count } >= count }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    /// More than the hand-over holds, in as many partitions as the mock needs, which keeps 5 MiB of each.
    @Test func backPressure() async throws {
        let cluster = try MockCluster(["eve": 4])
        let text = String(repeating: "x", count: 60_000)
        let perPartition = Handover<KafkaMessage>().bound / 2 / text.utf8.count
        for partition in 0..<4 { try cluster.publish("eve", Int32(partition), (0..<perPartition).map { "\(partition).\($0) \(text)" }) }
        let store = RecordingStore()
        let intake = GatedIntake(RecordingIntake(store: store))
        let run = Task { try await Self.source(cluster).run(into: intake) }
        defer { run.cancel() }
        try await eventually { intake.waiting == 1 }
        for _ in 0..<200 { await Task.yield() }
        #expect(intake.waiting == 1)
        #expect(store.texts.isEmpty)
        intake.release()
        try await eventually { store.state.withLock { $0.records.count } >= 4 * perPartition }
        run.cancel()
        _ = await run.result
        let names = store.texts.map { String($0.prefix { $0 != " " }) }
        for partition in 0..<4 {
            #expect(names.filter { $0.hasPrefix("\(partition).") } == (0..<perPartition).map { "\(partition).\($0)" })
        }
    }

    @Test func resumeWithoutLoss() async throws {
        let cluster = try MockCluster(["eve": 2])
        let store = RecordingStore()
        var published: [String] = []
        for round in 0..<3 {
            for part in 0..<4 {
                let texts = (0..<50).map { "\(round) \(part) \($0)" }
                try cluster.publish("eve", Int32(part % 2), texts)
                published += texts
            }
            // Commits are late, and the intake dies in the middle: what was taken and not committed comes again.
            let intake = RecordingIntake(store: store, lag: 1, killAt: 2)
            await #expect(throws: (any Error).self) { try await Self.source(cluster).run(into: intake) }
        }
        try await Self.run(Self.source(cluster), RecordingIntake(store: store), until: published.count)
        #expect(store.texts.sorted() == published.sorted())
        #expect(store.cursors.map(\.stream).sorted() == ["eve/0", "eve/1"])
        #expect(store.cursors.allSatisfy { KafkaPosition.offset(in: $0) == 300 })
    }

    @Test func reconnect() async throws {
        let cluster = try MockCluster(["eve": 1])
        try cluster.publish("eve", 0, ["before"])
        let store = RecordingStore()
        let run = Task { try await Self.source(cluster).run(into: RecordingIntake(store: store)) }
        defer { run.cancel() }
        try await eventually { store.texts.count == 1 }
        cluster.setUp(false)
        let failure = await #expect(throws: PeerError.self) { try await run.value }
        #expect(failure?.code == .unreachable)
        cluster.setUp(true)
        try cluster.publish("eve", 0, ["after"])
        try await Self.run(Self.source(cluster), RecordingIntake(store: store), until: 2)
        #expect(store.texts == ["before", "after"])
    }

    @Test func malformedMessage() async throws {
        let cluster = try MockCluster(["eve": 1])
        try cluster.publish("eve", 0, ["\u{0}\u{1}not a record", nil, "", "good"])
        let store = RecordingStore()
        try await Self.run(Self.source(cluster), RecordingIntake(store: store), until: 4)
        #expect(store.texts == ["\u{0}\u{1}not a record", "", "", "good"])
    }

    @Test func hugeMessage() async throws {
        let cluster = try MockCluster(["eve": 1])
        try cluster.publish("eve", 0, [String(repeating: "h", count: 500_000), "small"])
        let store = RecordingStore()
        try await Self.run(Self.source(cluster, limit: 10_000), RecordingIntake(store: store), until: 2)
        #expect(store.state.withLock { $0.oversized } == [500_000])
        #expect(store.texts.map(\.utf8.count) == [4096, 5])
    }

    @Test func halfOpenPeer() async throws {
        try await LoopbackPeer.serving { _, inbound, _ in
            while await inbound.next() != nil {}
        } _: { port in
            var options = KafkaSourceOptions(brokers: ["127.0.0.1:\(port)"], topics: ["eve"], group: "petrel")
            options.properties = ["api.version.request.timeout.ms": "100", "socket.timeout.ms": "1000", "session.timeout.ms": "1000"]
            let source = KafkaSource(options)
            let error = await #expect(throws: PeerError.self) { try await source.run(into: RecordingIntake(store: RecordingStore())) }
            #expect(error?.isTransient == true)
        }
    }

    /// The group knows what is durable, so that one who has no cursor goes on there.
    @Test func shutdown() async throws {
        let cluster = try MockCluster(["eve": 1])
        try cluster.publish("eve", 0, ["one", "two"])
        let store = RecordingStore()
        let intake = RecordingIntake(store: store, lag: .max)
        let run = Task { try await Self.source(cluster).run(into: intake) }
        defer { run.cancel() }
        try await eventually { intake.run.withLock { $0.waiting.reduce(0) { $0 + $1.0.records.count } } == 2 }
        run.cancel()
        let committing = Task { await intake.commitLate() }
        defer { committing.cancel() }
        await #expect(throws: CancellationError.self) { try await run.value }
        committing.cancel()
        #expect(store.texts == ["one", "two"])
        try cluster.publish("eve", 0, ["three"])
        let other = RecordingStore()
        try await Self.run(Self.source(cluster), RecordingIntake(store: other), until: 1)
        #expect(other.texts == ["three"])
    }

    @Test func `Partitions change hands without loss`() async throws {
        let cluster = try MockCluster(["eve": 4])
        let intakes = [RecordingIntake(store: RecordingStore()), RecordingIntake(store: RecordingStore())]
        var published: [String] = []
        func publish(_ name: String) throws {
            for partition in 0..<4 {
                let texts = (0..<100).map { "\(name) \(partition) \($0)" }
                try cluster.publish("eve", Int32(partition), texts)
                published += texts
            }
        }
        /// Everything is stored by one of the two.
        func settle() async throws {
            let wanted = Set(published)
            try await eventually { wanted.isSubset(of: intakes.flatMap(\.store.texts)) }
        }
        try publish("first")
        let one = Task { try await Self.source(cluster).run(into: intakes[0]) }
        defer { one.cancel() }
        try await settle()
        let two = Task { try await Self.source(cluster).run(into: intakes[1]) }
        defer { two.cancel() }
        // The second joins at some time; then some partitions are its own.
        var round = 0
        while intakes[1].store.texts.isEmpty {
            round += 1
            try publish("second \(round)")
            try await settle()
        }
        one.cancel()
        _ = await one.result
        try publish("third")
        try await settle()
        two.cancel()
        _ = await two.result
        // What the group was not told before a partition moved comes to both journals, but to each once.
        for intake in intakes { #expect(Set(intake.store.texts).count == intake.store.texts.count) }
        #expect(Set(intakes.flatMap(\.store.texts)) == Set(published))
    }

    @Test(arguments: [
        (["no.such.setting": "1"], "no.such.setting"), (["security.protocol": "carrier-pigeon"], "security.protocol"),
        (["ssl.ca.location": "/nowhere/ca.pem", "security.protocol": "ssl"], "ssl.ca.location"),
    ]) func `A setting that cannot be is told by name`(properties: [String: String], name: String) async throws {
        let cluster = try MockCluster(["eve": 1])
        let source = Self.source(cluster, properties: properties)
        let error = await #expect(throws: PeerError.self) { try await source.run(into: RecordingIntake(store: RecordingStore())) }
        #expect(error?.code == .misconfigured)
        #expect(error?.detail.contains(name) == true)
    }
}
