public import Journal
public import Model
internal import Synchronization

/// What a source is doing, for the screens: rate, lag, state, last error.
public struct SourceStatus: Sendable {
    /// What a source is doing.
    public enum State: String, Sendable {
        case starting
        case live
        case failing
        case finished
        case stopped
    }

    /// The source's name.
    public var name: String
    /// What it is doing.
    public var state: State
    /// Since when.
    public var since: Timestamp
    /// Why it is failing, or a notice.
    public var detail: String?
    /// Events a second over the last ten seconds.
    public var rate: Double
    /// Seconds by which its newest event time is behind the clock; nil before its first event.
    public var lag: Double?
    /// Newest event time.
    public var watermark: Timestamp?
    /// Whether what it sends is invented.
    public var isSimulated: Bool
    /// Events since the start whose time was too far ahead of the clock and was set to their arrival.
    public var future: Int
}

/// Measures one source: a count per second over the last ten, and the newest event time.
public final class SourceMeter: Sendable {
    private struct State {
        var state = SourceStatus.State.starting
        var since: Timestamp
        var detail: String?
        var events = RateRing()
        var watermark: Timestamp?
        var future = 0
    }

    /// The source's name.
    public let name: String
    private let clock: WallClock
    private let isSimulated: Bool
    private let state: Mutex<State>

    /// A meter of a source that is starting.
    public init(name: String, isSimulated: Bool = false, clock: WallClock) {
        self.name = name
        self.clock = clock
        self.isSimulated = isSimulated
        state = Mutex(State(since: clock.now))
    }

    /// Notes committed events, the newest of their times, and how many of them had a time too far ahead.
    func note(_ events: Int, newest: Timestamp?, future: Int = 0) {
        let now = clock.now
        state.withLock { state in
            state.events.add(events, at: now)
            state.future += future
            if let newest { state.watermark = max(state.watermark ?? newest, newest) }
        }
    }

    /// Notes a change of state.
    public func note(_ new: SourceStatus.State, detail: String? = nil) {
        let now = clock.now
        state.withLock { state in
            if state.state != new { state.since = now }
            state.state = new
            state.detail = detail
        }
    }

    /// Notes something the operator should know, leaving the state as it is.
    public func note(detail: String) { state.withLock { $0.detail = detail } }

    /// What the source is doing now.
    public var status: SourceStatus {
        let now = clock.now
        return state.withLock { state in
            return SourceStatus(
                name: name, state: state.state, since: state.since, detail: state.detail,
                rate: state.events.perSecond(at: now), lag: state.watermark.map { max(0, now.seconds(since: $0)) },
                watermark: state.watermark, isSimulated: isSimulated, future: state.future)
        }
    }
}
