import Dispatch
import Model
import Synchronization

/// Polls a consumer on a thread of its own, because the library blocks, and hands batches of messages to a task.
final class KafkaSession: Sendable {
    /// Milliseconds that a poll waits.
    private static let patience: Int32 = 100
    /// Messages read before the rest is looked at.
    private static let round = 1000
    /// Seconds for which the group waits for our commits when it takes partitions away.
    private static let revocationSeconds = 30

    private struct State {
        var positions: KafkaPositions
        var isClosing = false
        var isEnded = false
        var closer: CheckedContinuation<Void, Never>?
    }

    private let options: KafkaSourceOptions
    private let handover = Handover<KafkaMessage>()
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "petrel.kafka")
    /// Signalled when something became durable.
    private let progress = DispatchSemaphore(value: 0)

    /// A session that goes on at these cursors, by the names of their streams.
    init(_ options: KafkaSourceOptions, cursors: [String: StreamCursor]) {
        self.options = options
        state = Mutex(State(positions: KafkaPositions(cursors: cursors)))
        queue.async { [self] in serve() }
    }

    // MARK: For tasks

    /// Waits until the group has given us our share of partitions, which may be none; throws why it does not.
    func connected() async throws { try await handover.connected() }

    /// The messages that have come, at least one; throws when the cluster is lost or the task is cancelled.
    func next() async throws -> [KafkaMessage] {
        try await handover.take { messages in
            guard !messages.isEmpty else { return }
            state.withLock { state in
                for (partition, next) in Self.ends(messages) { state.positions.take(partition, next: next) }
            }
        }.elements
    }

    /// Notes that a batch is durable.
    func noteDurable(_ ends: [KafkaPartition: Int64]) {
        state.withLock { state in
            for (partition, next) in ends { state.positions.noteDurable(partition, next: next) }
        }
        progress.signal()
    }

    /// Tells the group what is durable, leaves it, and returns when that is done.
    func close() async {
        await withCheckedContinuation { continuation in
            let isEnded = state.withLock { state in
                state.isClosing = true
                if !state.isEnded { state.closer = continuation }
                return state.isEnded
            }
            if isEnded { continuation.resume() }
        }
    }

    /// Where each partition goes on behind these messages.
    static func ends(_ messages: [KafkaMessage]) -> [KafkaPartition: Int64] {
        messages.reduce(into: [:]) { $0[$1.partition] = $1.offset + 1 }
    }

    // MARK: The thread

    private func serve() {
        var failure = PeerError(.lost, "\(options.peer): closed")
        do {
            let consumer = try KafkaConsumer(options)
            try serve(consumer)
        } catch {
            failure = error
        }
        handover.end(failure)
        state.withLock { state in
            state.isEnded = true
            return state.closer.take()
        }?.resume()
    }

    private func serve(_ consumer: KafkaConsumer) throws(PeerError) {
        var told = ContinuousClock.now
        while !state.withLock({ $0.isClosing }) {
            try consumer.pause(!handover.hasRoom)
            try read(consumer)
            guard ContinuousClock.now - told > .seconds(1) else { continue }
            told = .now
            try tell(consumer, isWaiting: false)
        }
        try tell(consumer, isWaiting: true)
        try consumer.close()
    }

    private func tell(_ consumer: KafkaConsumer, isWaiting: Bool) throws(PeerError) {
        let untold = state.withLock { $0.positions.untold() }
        guard try !consumer.tell(untold, isWaiting: isWaiting) else { return }
        state.withLock { $0.positions.noteUntold() }
    }

    private func read(_ consumer: KafkaConsumer) throws(PeerError) {
        var messages: [KafkaMessage] = []
        var bytes = 0
        defer { handover.put(messages, bytes: bytes) }
        var patience = Self.patience
        while messages.count < Self.round, bytes < handover.bound, let event = try consumer.poll(milliseconds: patience) {
            patience = 0
            switch event {
            case .message(let message):
                messages.append(message)
                bytes += message.payload.count
            case .assigned(let partitions):
                try consumer.assign(partitions) { partition in state.withLock { $0.positions.start(of: partition) } }
                handover.noteConnected()
            case .revoked(let partitions):
                let gone = Set(partitions)
                messages.removeAll { gone.contains($0.partition) }
                handover.drop { gone.contains($0.partition) }
                try release(partitions, of: consumer)
            case .untold: state.withLock { $0.positions.noteUntold() }
            case .nothing: break
            }
        }
    }

    /// Gives partitions to the next consumer when what we took of them is durable, so that it begins behind that.
    private func release(_ partitions: [KafkaPartition], of consumer: KafkaConsumer) throws(PeerError) {
        let deadline = DispatchTime.now() + .seconds(Self.revocationSeconds)
        while state.withLock({ $0.positions.hasPending && !$0.isClosing }), progress.wait(timeout: deadline) == .success {}
        try tell(consumer, isWaiting: true)
        try consumer.release(partitions)
    }
}
