public import Journal
public import Model
import Synchronization

/// A clock that moves only when told to.
public final class ManualClock: Sendable {
    private let state: Mutex<Timestamp>

    /// A clock that stands at that instant.
    public init(_ start: Timestamp = Timestamp(milliseconds: 1_780_000_000_000)) { state = Mutex(start) }

    /// The instant at which it stands.
    public var now: Timestamp { state.withLock { $0 } }

    /// Moves on by that many seconds; back when negative.
    public func advance(seconds: Double) { state.withLock { $0 = $0.adding(seconds: seconds) } }

    /// The clock as the product takes it.
    public var wallClock: WallClock { WallClock { self.now } }
}
