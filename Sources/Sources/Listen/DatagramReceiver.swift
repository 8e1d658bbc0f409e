import CGlibc
import Dispatch
import Glibc
import Model
import Synchronization

/// Datagrams that came together.
struct DatagramRun: Sendable {
    var bytes: [UInt8] = []
    /// The datagrams without line ends at their ends, as ranges of ``bytes``.
    var records: [Range<Int>] = []
    /// Who sent each.
    var peers: [DatagramPeer] = []
    /// How many came from addresses that are not allowed.
    var refused = 0
    /// How many the kernel dropped since the last run.
    var dropped = 0

    var isEmpty: Bool { records.isEmpty && refused == 0 && dropped == 0 }
}

/// Receives datagrams as fast as they come, while their reader is busy with those before.
///
/// When more than ``maximumBytes`` or ``maximumRecords`` wait, the socket is left alone: the kernel's buffer fills, and what it then drops is
/// counted. Nothing grows without bound.
final class DatagramReceiver: Sendable {
    /// Datagrams that may wait.
    static let maximumRecords = 5000
    /// Bytes that may wait.
    static let maximumBytes = 8 << 20
    private static let slot = 65_536
    private static let together = 32

    private struct State {
        var run = DatagramRun()
        var isPaused = false
        var isEnded = false
        var failure: String?
        var reader: CheckedContinuation<Void, Never>?
        var droppedBefore: Int64 = 0
    }

    private let socket: DatagramSocket
    private let allow: AllowList
    private let state = Mutex(State())
    // Dispatch's sources may be used from any thread, but are not marked so.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    private let queue = DispatchQueue(label: "petrel.datagrams")

    /// Takes over the socket, and closes it after ``cancel()``.
    init(_ socket: DatagramSocket, allow: AllowList) {
        self.socket = socket
        self.allow = allow
        source = DispatchSource.makeReadSource(fileDescriptor: socket.descriptor, queue: queue)
    }

    /// Begins to receive.
    func start() {
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.slot * Self.together)
        source.setEventHandler { [weak self] in
            self?.receive(UnsafeMutableRawBufferPointer(start: buffer, count: Self.slot * Self.together))
        }
        source.setCancelHandler { [socket] in
            buffer.deallocate()
            close(socket.descriptor)
        }
        source.resume()
    }

    /// Waits for datagrams, or for word that some were dropped; nil after ``cancel()`` or when the task is cancelled.
    func take() async throws(ListenError) -> DatagramRun? {
        let taken = await withTaskCancellationHandler {
            await wait()
        } onCancel: {
            end(nil)
        }
        if let failure = state.withLock({ $0.failure }) { throw ListenError(.unavailable, failure) }
        return taken
    }

    /// Stops receiving and closes the socket.
    func cancel() {
        end(nil)
        source.cancel()
        let isPaused = state.withLock { state in
            defer { state.isPaused = false }
            return state.isPaused
        }
        // A source that is suspended would never see that it is cancelled.
        if isPaused { source.resume() }
    }

    private func wait() async -> DatagramRun? {
        while true {
            let found: DatagramRun?? = state.withLock { state in
                state.run.dropped += takeDropped(&state)
                if !state.run.isEmpty {
                    defer { state.run = DatagramRun() }
                    if state.isPaused {
                        state.isPaused = false
                        source.resume()
                    }
                    return .some(state.run)
                }
                return state.isEnded ? .some(nil) : nil
            }
            if let found { return found }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if !state.run.isEmpty || state.isEnded { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// What the kernel dropped since it was last asked. Its counter has 32 bits and wraps.
    private func takeDropped(_ state: inout State) -> Int {
        guard !state.isEnded, let now = socket.dropped else { return 0 }
        defer { state.droppedBefore = now }
        return Int(UInt32(truncatingIfNeeded: now) &- UInt32(truncatingIfNeeded: state.droppedBefore))
    }

    private func end(_ failure: String?) {
        let reader = state.withLock { state in
            state.isEnded = true
            state.failure = state.failure ?? failure
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// Receives until nothing is left or enough waits. Runs on the queue.
    private func receive(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var peers = [glibc_peer](repeating: glibc_peer(), count: Self.together)
        var lengths = [UInt32](repeating: 0, count: Self.together)
        let count = glibc_receive_datagrams(socket.descriptor, base, Self.slot, UInt32(Self.together), &peers, &lengths)
        guard count > 0 else {
            if count < 0, errno != EAGAIN, errno != EINTR { end("\(socket.port): \(String(cString: strerror(errno)))") }
            return
        }
        let reader: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.isEnded else { return nil }
            for i in 0..<Int(count) {
                let address = peers[i].high | peers[i].low == 0 ? nil : IPAddress(high: peers[i].high, low: peers[i].low)
                guard allow.allows(address) else {
                    state.run.refused += 1
                    continue
                }
                let bytes = UnsafeBufferPointer(start: base + i * Self.slot, count: Int(lengths[i]))
                var end = bytes.count
                while end > 0, bytes[end - 1] == 10 || bytes[end - 1] == 13 || bytes[end - 1] == 0 { end -= 1 }
                guard end > 0 else { continue }
                let start = state.run.bytes.count
                state.run.bytes.append(contentsOf: bytes[..<end])
                state.run.records.append(start..<start + end)
                state.run.peers.append(DatagramPeer(address: address, port: Int(peers[i].port)))
            }
            if state.run.records.count + Self.together > Self.maximumRecords || state.run.bytes.count > Self.maximumBytes, !state.isPaused,
                !state.isEnded
            {
                state.isPaused = true
                source.suspend()
            }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
