public import Journal
import Model
internal import Synchronization

/// Measures one source: a count per second over the last ten, the newest event time, and what state follows from both.
public final class SourceMeter: Sendable {
    private struct State {
        var state = SourceStatus.State.starting
        var since: Timestamp
        var reason: String?
        var events = RateRing()
        var watermark: Timestamp?
        var lastEvent: Timestamp?
        /// When the lag of what was stored went beyond the threshold, and how large it was last; nil while it is below.
        var lagging: (since: Timestamp, seconds: Double)?
        var lastError: SourceStatus.Failure?
        var retryAt: Timestamp?
        var isSupervised = false
        var spill: SourceStatus.Spill?
        var settings: SourceSettings
        var future = 0
    }

    /// The source's name.
    public let name: String
    private let clock: WallClock
    private let state: Mutex<State>

    /// A meter of a source that is starting.
    public init(settings: SourceSettings, clock: WallClock) {
        name = settings.name
        self.clock = clock
        state = Mutex(State(since: clock.now, settings: settings))
    }

    /// What the configuration says of the source, as last told.
    var settings: SourceSettings {
        get { state.withLock { $0.settings } }
        set { state.withLock { $0.settings = newValue } }
    }

    /// Notes committed events, the newest of their times, and how many of them had a time too far ahead.
    func note(_ events: Int, newest: Timestamp?, future: Int = 0) {
        let now = clock.now
        state.withLock { state in
            state.events.add(events, at: now)
            if events > 0 { state.lastEvent = now }
            state.future += future
            guard let newest else { return }
            state.watermark = max(state.watermark ?? newest, newest)
            guard let limit = state.settings.thresholds.lagAfterSeconds, let watermark = state.watermark else { return }
            let lag = now.seconds(since: watermark)
            state.lagging = lag > limit ? (state.lagging?.since ?? now, lag) : nil
        }
    }

    /// Notes a change of state and its reason.
    public func note(_ new: SourceStatus.State, detail: String? = nil) {
        let now = clock.now
        state.withLock { state in
            if state.state != new { state.since = now }
            state.state = new
            state.reason = detail
            state.retryAt = nil
        }
    }

    /// Notes an error after which the source is tried again in that many seconds.
    func note(failure: String, retryInSeconds seconds: Double) {
        note(.failing, detail: failure)
        let now = clock.now
        state.withLock { state in
            state.lastError = SourceStatus.Failure(text: failure, time: now)
            state.retryAt = now.adding(seconds: seconds)
        }
    }

    /// Notes something the operator should know, leaving the state as it is.
    public func note(detail: String) {
        let now = clock.now
        state.withLock { state in
            state.reason = detail
            state.lastError = SourceStatus.Failure(text: detail, time: now)
        }
    }

    /// Notes that a supervisor runs the source.
    func noteSupervised() { state.withLock { $0.isSupervised = true } }

    /// Notes what waits on disk.
    func note(_ spill: SourceStatus.Spill?) { state.withLock { $0.spill = spill } }

    /// What the source is doing now.
    public var status: SourceStatus {
        let now = clock.now
        return state.withLock { state in
            let shown = Self.shown(state, at: now)
            return SourceStatus(
                name: name, state: shown.state, since: shown.since, reason: shown.reason,
                rate: state.events.perSecond(at: now), lag: state.watermark.map { max(0, now.seconds(since: $0)) },
                watermark: state.watermark, lastEvent: state.lastEvent, lastError: state.lastError, retryAt: state.retryAt,
                overload: state.settings.overload, spill: state.spill, isSupervised: state.isSupervised,
                isSimulated: state.settings.isSimulated, future: state.future)
        }
    }

    /// The state with what follows from the events: a live source may be idle or lagging.
    private static func shown(_ state: State, at now: Timestamp) -> (state: SourceStatus.State, since: Timestamp, reason: String?) {
        guard state.state == .live else { return (state.state, state.since, state.reason) }
        let seen = max(state.lastEvent ?? state.since, state.since)
        if let limit = state.settings.thresholds.idleAfterSeconds, now.seconds(since: seen) > limit {
            let what = state.lastEvent == nil ? "no event yet" : "no event since \(seen.iso8601)"
            return (.idle, seen.adding(seconds: limit), state.reason ?? what)
        }
        if let lagging = state.lagging {
            let what = "what was stored last was \(Int(lagging.seconds.rounded())) s behind the clock"
            return (.lagging, max(lagging.since, state.since), state.reason ?? what)
        }
        return (.live, state.since, state.reason)
    }
}
