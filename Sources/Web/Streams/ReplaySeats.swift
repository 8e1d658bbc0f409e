import Synchronization

/// How many screens may play windows of their own at the same time.
final class ReplaySeats: Sendable {
    /// A place for one screen; it is free again when the seat is let go.
    final class Seat: Sendable {
        private let seats: ReplaySeats

        fileprivate init(_ seats: ReplaySeats) { self.seats = seats }

        deinit { seats.taken.subtract(1, ordering: .relaxed) }
    }

    private let limit: Int
    private let taken = Atomic(0)

    /// - Parameter limit: how many seats there are.
    init(_ limit: Int) { self.limit = limit }

    /// A seat; nil when none is free.
    func take() -> Seat? {
        let before = taken.add(1, ordering: .relaxed).oldValue
        let seat = Seat(self)
        return before < limit ? seat : nil
    }
}

/// By which clock replays run.
struct ReplayPace: Sendable {
    /// Time since any moment, never set back.
    var now: @Sendable () -> Duration
    /// Waits so long.
    var sleep: @Sendable (Duration) async throws -> Void

    /// The time that passes for everybody.
    static let real = ReplayPace(now: RateLimits.steadyClock) { try await Task.sleep(for: $0) }
}
