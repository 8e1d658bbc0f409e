import Synchronization

/// Bounds the bytes of request bodies that are held at the same time.
final class BodyBudget: Sendable {
    /// Most bytes together; a single body may be larger only when it is alone.
    static let limit = 256 << 20

    private let used = Mutex(0)

    /// Takes room for a body; false when there is none.
    func take(_ bytes: Int) -> Bool {
        used.withLock { used in
            guard used == 0 || used + bytes <= Self.limit else { return false }
            used += bytes
            return true
        }
    }

    /// Gives the room back.
    func give(_ bytes: Int) { used.withLock { $0 -= bytes } }
}
