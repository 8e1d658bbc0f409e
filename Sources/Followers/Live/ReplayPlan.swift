public import Model

/// What one screen plays: a stored window, from where, how fast, and which events of it.
public struct ReplayPlan: Sendable, Equatable {
    /// Time of playing that a frame covers.
    public static let framePeriod = Duration.milliseconds(100)
    /// Frames in a second of playing.
    static let framesPerSecond = 10
    /// Slowest and fastest playing, as original time against real time.
    public static let speeds = 1.0...100_000_000.0

    /// Event times that are played; whole milliseconds.
    public let window: Range<Timestamp>
    /// Where playing begins; totals count from the window's start.
    public let start: Timestamp
    /// Original time that passes while one second is played, in seconds.
    public let speed: Double
    /// Most frames that are played; nil for all.
    public let frames: Int?
    /// Families and types choose arcs and rows, the query everything.
    public let filter: LiveFilter
    /// The last event that is played, by commit; nil for the newest at the start.
    public let upTo: EventID?
    /// Event time in a frame: whole milliseconds, so that every frame's evidence can be asked for exactly.
    let frameLength: Int64

    /// A plan of checked parts: `start` lies in the window or at its end, `speed` in ``speeds``.
    public init(
        window: Range<Timestamp>, start: Timestamp, speed: Double, frames: Int? = nil, filter: LiveFilter = .standard, upTo: EventID? = nil
    ) {
        self.window = window
        self.start = start
        self.speed = speed
        self.frames = frames
        self.filter = filter
        self.upTo = upTo
        frameLength = max(1, Int64((speed * 1000 / Double(Self.framesPerSecond)).rounded())) * 1000
    }

    /// Frames from the start to the window's end.
    var frameCount: Int {
        let left = window.upperBound.microseconds - start.microseconds
        return Int((left + frameLength - 1) / frameLength)
    }

    /// Where a frame begins.
    func time(of frame: Int) -> Timestamp {
        let (offset, overflow) = Int64(frame).multipliedReportingOverflow(by: frameLength)
        return overflow ? window.upperBound : min(Timestamp(microseconds: start.microseconds + offset), window.upperBound)
    }

    /// The frame in which a time lies; nil for times before the start and behind the window.
    func frame(of time: Timestamp) -> Int? {
        guard time >= start, time < window.upperBound else { return nil }
        return Int((time.microseconds - start.microseconds) / frameLength)
    }
}
