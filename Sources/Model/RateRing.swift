/// Counts per second over the last ten seconds.
///
/// A clock that steps back begins anew: a rate over seconds that lie ahead would be no rate.
public struct RateRing: Sendable {
    private static let seconds = 10
    private var counts = [Int](repeating: 0, count: RateRing.seconds)
    private var newest: Int64 = 0

    /// A ring that has counted nothing.
    public init() {}

    /// Counts events at an instant.
    public mutating func add(_ events: Int, at now: Timestamp) {
        advance(to: now)
        counts[Int(newest % Int64(Self.seconds))] += events
    }

    /// Events a second over the ten seconds that end at the instant.
    public mutating func perSecond(at now: Timestamp) -> Double {
        advance(to: now)
        return Double(counts.reduce(0, +)) / Double(Self.seconds)
    }

    private mutating func advance(to now: Timestamp) {
        let second = max(0, now.microseconds / 1_000_000)
        if second < newest {
            counts = [Int](repeating: 0, count: Self.seconds)
        } else {
            for step in 0..<min(second - newest, Int64(Self.seconds)) { counts[Int((second - step) % Int64(Self.seconds))] = 0 }
        }
        newest = second
    }
}
