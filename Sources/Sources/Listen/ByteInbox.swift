import NIOCore
import Synchronization

/// Why a conversation ended.
public enum ConversationEnd: Equatable, Sendable {
    /// The peer closed it.
    case peer
    /// The peer said nothing for too long.
    case idle
    /// It lasted too long.
    case lifetime
    /// We closed it.
    case closed
    /// The connection broke, or TLS was refused.
    case failed(String)
}

/// What a peer has sent and nobody has read yet.
///
/// Bounded: the channel's handler stops reading from the socket when more than ``limit`` bytes wait, and the reader that empties it lets it
/// go on. So one slow reader holds back its own peer, and many small packets become one batch.
final class ByteInbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var end: ConversationEnd?
        var isPaused = false
        var isCancelled = false
        var reader: CheckedContinuation<Void, Never>?
    }

    /// Bytes that may wait before reading stops; one more read of the socket may come on top.
    let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Why nothing more comes; nil while it may.
    var end: ConversationEnd? { state.withLock { $0.end } }

    /// Whether the socket is not being read because bytes wait here.
    var isPaused: Bool { state.withLock { $0.isPaused } }

    /// Adds bytes; true when reading must stop.
    func append(_ buffer: ByteBuffer) -> Bool {
        let (reader, isFull) = state.withLock { state in
            state.bytes.append(contentsOf: buffer.readableBytesView)
            if state.bytes.count > limit { state.isPaused = true }
            defer { state.reader = nil }
            return (state.reader, state.isPaused)
        }
        reader?.resume()
        return isFull
    }

    /// Tells that nothing more comes; the first reason counts.
    func finish(_ end: ConversationEnd) {
        let reader = state.withLock { state in
            state.end = state.end ?? end
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// Waits for bytes and takes all there are; nil at the end or when the task is cancelled, but never before the last bytes.
    ///
    /// The flag says that reading had stopped and must go on.
    func take() async -> (bytes: [UInt8], mustResume: Bool)? {
        await withTaskCancellationHandler {
            while true {
                let found: (bytes: [UInt8], mustResume: Bool)?? = state.withLock { state in
                    if !state.bytes.isEmpty {
                        defer { state.bytes = [] }
                        defer { state.isPaused = false }
                        return .some((state.bytes, state.isPaused))
                    }
                    return state.end != nil || state.isCancelled ? .some(nil) : nil
                }
                if let found { return found }
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        if !state.bytes.isEmpty || state.end != nil || state.isCancelled { return true }
                        state.reader = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            }
        } onCancel: {
            let reader = state.withLock { state in
                state.isCancelled = true
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume()
        }
    }
}
