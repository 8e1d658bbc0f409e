public import Model

/// Consumes topics of a Kafka cluster as a member of a consumer group.
///
/// Where each partition goes on stands in the journal, in the transaction of its events, so that every message is stored once. The group
/// is told afterwards.
public struct KafkaSource: Source {
    let options: KafkaSourceOptions
    let now: @Sendable () -> Timestamp

    /// A source with the given options; the clock is replaced in tests.
    public init(_ options: KafkaSourceOptions, now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }) {
        self.options = options
        self.now = now
    }

    /// Runs until the cluster is lost, which is an error, or the task is cancelled.
    public func run(into intake: any Intake) async throws {
        let cursors = Dictionary(try await intake.cursors().map { ($0.stream, $0) }) { $1 }
        let session = KafkaSession(options, cursors: cursors)
        do {
            try await withThrowingDiscardingTaskGroup { group in
                var lanes = MessageLanes(intake: intake, peer: options.peer, formats: options.formats, cursors: cursors, now: now)
                try await session.connected()
                try await lanes.connect()
                while true {
                    let messages = try await session.next()
                    let ends = KafkaSession.ends(messages)
                    let tickets = try await lanes.deliver(messages.map(\.message))
                    group.addTask {
                        for ticket in tickets { _ = try await ticket.committed }
                        session.noteDurable(ends)
                    }
                }
            }
        } catch {
            await session.close()
            throw error
        }
    }
}
