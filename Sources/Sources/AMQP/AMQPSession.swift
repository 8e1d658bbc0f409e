import CRabbitMQ
import Dispatch
import Glibc
import Synchronization

/// Runs a connection on a thread of its own, because the library blocks, and hands batches of deliveries to a task.
///
/// While the deliveries that wait have no room the socket is not read, and only heartbeats are sent.
final class AMQPSession: Sendable {
    /// Deliveries read before acknowledgements are looked at again.
    private static let round = 500

    private struct State {
        var window = AMQPWindow()
        var isConnected = false
        var isClosing = false
        var isEnded = false
        var closer: CheckedContinuation<Void, Never>?
    }

    private let options: AMQPSourceOptions
    private let handover = Handover<AMQPDelivery>()
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "petrel.amqp")
    /// Wakes the thread from its wait on the socket.
    private let alarm: Int32

    /// A session that connects in the background.
    init(_ options: AMQPSourceOptions) throws(PeerError) {
        self.options = options
        alarm = rabbitmq_alarm()
        guard alarm >= 0 else { throw PeerError(.unreachable, "\(options.peer): no descriptor is left (errno \(errno)); raise the limit") }
        queue.async { [self] in serve() }
    }

    deinit { Glibc.close(alarm) }

    // MARK: For tasks

    /// Waits until the broker delivers; throws why it does not.
    func connected() async throws { try await handover.connected() }

    /// The deliveries that have come, at least one; throws when the connection is lost or the task is cancelled.
    func next() async throws -> [AMQPDelivery] {
        let (deliveries, wasFull) = try await handover.take { deliveries in
            guard let last = deliveries.last?.tag else { return }
            state.withLock { $0.window.take(upTo: last) }
        }
        if wasFull { wake() }
        return deliveries
    }

    /// Notes that the batch which ends with that delivery is durable; it is acknowledged as soon as those before it are.
    func noteDurable(_ tag: UInt64) {
        if state.withLock({ $0.window.noteDurable(tag) }) { wake() }
    }

    /// Acknowledges what is durable and takes leave of the broker; a connection that is not there yet is left to itself.
    func close() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                state.isClosing = true
                guard state.isConnected, !state.isEnded else { return false }
                state.closer = continuation
                return true
            }
            if mustWait { wake() } else { continuation.resume() }
        }
    }

    private func wake() {
        var one: UInt64 = 1
        // It fails only when the counter is full, and then the thread is awake.
        _ = write(alarm, &one, 8)
    }

    // MARK: The thread

    private func serve() {
        var failure = PeerError(.lost, "\(options.peer): closed")
        do {
            let connection = try AMQPConnection(options)
            defer { connection.close() }
            state.withLock { $0.isConnected = true }
            handover.noteConnected()
            try serve(connection)
        } catch {
            failure = error
        }
        handover.end(failure)
        state.withLock { state in
            state.isEnded = true
            return state.closer.take()
        }?.resume()
    }

    private func serve(_ connection: AMQPConnection) throws(PeerError) {
        var acknowledged: UInt64 = 0
        while true {
            let (durable, isClosing) = state.withLock { ($0.window.durable, $0.isClosing) }
            if durable > acknowledged {
                try connection.acknowledge(upTo: durable)
                acknowledged = durable
            }
            if isClosing { return }
            let hasRoom = handover.hasRoom
            if hasRoom {
                if try read(connection) { continue }
            } else {
                try connection.sendHeartbeat()
            }
            wait(hasRoom ? [alarm, connection.descriptor] : [alarm])
        }
    }

    /// Reads what has come; false when there was nothing.
    private func read(_ connection: AMQPConnection) throws(PeerError) -> Bool {
        var deliveries: [AMQPDelivery] = []
        var bytes = 0
        defer { handover.put(deliveries, bytes: bytes) }
        while deliveries.count < Self.round, bytes < handover.bound, let delivery = try connection.next() {
            bytes += delivery.payload.count
            deliveries.append(delivery)
        }
        return !deliveries.isEmpty
    }

    /// Waits for the descriptors, or until a heartbeat may be due.
    private func wait(_ descriptors: [Int32]) {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&polled, nfds_t(polled.count), Int32(max(1, options.heartbeatSeconds) * 1000 / 4))
        var count: UInt64 = 0
        // Nothing to read is no fault: the descriptor only wakes.
        _ = Glibc.read(alarm, &count, 8)
    }
}

/// Which deliveries may be acknowledged: those up to which all are durable, however their commits come in.
struct AMQPWindow {
    /// Last tags of the batches that were taken, oldest first, and whether they are durable.
    private var taken: [(tag: UInt64, isDurable: Bool)] = []
    /// Everything up to here may be acknowledged; 0 when nothing may.
    private(set) var durable: UInt64 = 0

    /// Notes that a batch was taken that ends with that delivery.
    mutating func take(upTo tag: UInt64) { taken.append((tag, false)) }

    /// Notes that the batch is durable; tells whether more may be acknowledged now.
    mutating func noteDurable(_ tag: UInt64) -> Bool {
        let before = durable
        if let index = taken.firstIndex(where: { $0.tag == tag }) { taken[index].isDurable = true }
        while let first = taken.first, first.isDurable {
            durable = first.tag
            taken.removeFirst()
        }
        return durable != before
    }
}
