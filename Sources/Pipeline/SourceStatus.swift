public import Model

/// What a source is doing, for the screens: state, rate, lag, last error.
public struct SourceStatus: Sendable {
    /// What a source is doing.
    public enum State: String, Sendable, CaseIterable {
        /// Runs, but nothing was opened yet.
        case starting
        /// Events come, and not late.
        case live
        /// Runs, but nothing came for ``SourceThresholds/idleAfterSeconds``.
        case idle
        /// Events come, but older than ``SourceThresholds/lagAfterSeconds`` when they are stored.
        case lagging
        /// Ended with an error; it is tried again.
        case failing
        /// Held by an operator.
        case paused
        /// At its end.
        case finished
        /// Ended by shutdown, or not configured any more.
        case stopped
    }

    /// An error, and when it was.
    public struct Failure: Sendable, Equatable {
        /// What went wrong.
        public var text: String
        /// When.
        public var time: Timestamp
    }

    /// What waits on disk for the journal to have room.
    public struct Spill: Sendable, Equatable {
        /// Batches that wait.
        public var batches: Int
        /// Bytes on disk.
        public var bytes: Int64
        /// Most bytes on disk; beyond it the source waits.
        public var limit: Int64
    }

    /// The source's name.
    public var name: String
    /// What it is doing.
    public var state: State
    /// Since when.
    public var since: Timestamp
    /// Why it is in this state, or a notice.
    public var reason: String?
    /// Events a second over the last ten seconds.
    public var rate: Double
    /// Seconds by which its newest event time is behind the clock; nil before its first event.
    public var lag: Double?
    /// Newest event time.
    public var watermark: Timestamp?
    /// When its newest events were stored; nil before its first event.
    public var lastEvent: Timestamp?
    /// The last error, also when it is over.
    public var lastError: Failure?
    /// When a failing source is tried again.
    public var retryAt: Timestamp?
    /// What is done when the journal has no room.
    public var overload: OverloadPolicy
    /// What waits on disk; nil unless the policy is to spill.
    public var spill: Spill?
    /// Whether it can be paused: whether a supervisor runs it.
    public var isSupervised: Bool
    /// Whether what it sends is invented.
    public var isSimulated: Bool
    /// Events since the start whose time was too far ahead of the clock and was set to their arrival.
    public var future: Int
}

/// When a source counts as idle or lagging.
public struct SourceThresholds: Sendable, Equatable {
    /// Seconds without an event after which a running source is idle; nil for never.
    public var idleAfterSeconds: Double?
    /// Seconds by which events may be behind the clock when they are stored; nil for any.
    public var lagAfterSeconds: Double?

    /// Thresholds; five minutes without events, and one minute of lag.
    public init(idleAfterSeconds: Double? = 300, lagAfterSeconds: Double? = 60) {
        self.idleAfterSeconds = idleAfterSeconds
        self.lagAfterSeconds = lagAfterSeconds
    }
}

/// What a source does with records for which the pipeline has no room.
public enum OverloadPolicy: Sendable, Equatable {
    /// Waits, and lets whoever sends wait.
    case block
    /// Writes them to a queue on disk of at most so many bytes, from which they go to the journal in order; waits when that is full.
    case spill(bytes: Int64)
    /// Gives them up and counts them as shed.
    case shed

    /// The word for it in configuration and API.
    public var name: String {
        switch self {
        case .block: "block"
        case .spill: "spill"
        case .shed: "shed"
        }
    }
}
