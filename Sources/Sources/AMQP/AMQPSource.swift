public import Model

/// Consumes a queue of an AMQP 0-9-1 broker such as RabbitMQ.
///
/// A message is acknowledged after its commit, and not before all that were delivered earlier. What is not acknowledged when the connection
/// ends is delivered again; messages with a `message-id` are recognised then, others are stored again.
public struct AMQPSource: Source {
    let options: AMQPSourceOptions
    let now: @Sendable () -> Timestamp

    /// A source with the given options; the clock is replaced in tests.
    public init(_ options: AMQPSourceOptions, now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }) {
        self.options = options
        self.now = now
    }

    /// Runs until the connection ends, which is an error, or the task is cancelled.
    public func run(into intake: any Intake) async throws {
        let session = try AMQPSession(options)
        do {
            try await withThrowingDiscardingTaskGroup { group in
                var lanes = MessageLanes(intake: intake, peer: options.peer, formats: options.formats, now: now)
                try await session.connected()
                try await lanes.connect()
                while true {
                    let deliveries = try await session.next()
                    let tickets = try await lanes.deliver(deliveries.map(message))
                    guard let last = deliveries.last?.tag else { continue }
                    group.addTask {
                        for ticket in tickets { _ = try await ticket.committed }
                        session.noteDurable(last)
                    }
                }
            }
        } catch {
            await session.close()
            throw error
        }
    }

    private func message(_ delivery: AMQPDelivery) -> Message {
        var message = Message(
            stream: options.separatesRoutingKeys ? delivery.routingKey : options.queue, payload: delivery.payload, length: delivery.length)
        message.key = delivery.key
        return message
    }
}
