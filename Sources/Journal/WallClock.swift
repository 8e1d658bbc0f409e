internal import Glibc
public import Model

/// Tells the time; tests give one that stands still or steps.
public struct WallClock: Sendable {
    private let read: @Sendable () -> Timestamp

    /// A clock that reads from the closure.
    public init(_ read: @escaping @Sendable () -> Timestamp) { self.read = read }

    /// The instant.
    public var now: Timestamp { read() }

    /// The system's real-time clock.
    public static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
