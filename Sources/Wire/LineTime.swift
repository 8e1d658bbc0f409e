public import Model

/// The time at the beginning of a line, and where it ends.
public struct LineTime: Sendable, Equatable {
    /// How a time is written.
    public enum Form: Sendable {
        /// `Jan  9 15:55:17`, with or without a year.
        case syslog
        /// `2024-05-01T12:00:00Z`.
        case iso
        /// Any other.
        case other
    }

    /// The instant.
    public let time: Timestamp
    /// Offset behind the time and its zone.
    public let end: Int
    /// How it is written.
    public let form: Form
}

/// Reads times at the beginning of lines, and remembers the last one without a year, so that the turn of a year is noticed.
///
/// A date without a year is the latest one that is at most a day after the reference (the file's date, else the arrival). When that
/// lies half a year or more before the line before it, and the same date a year later is not in the future, the year has turned.
public struct LineTimeReader: Sendable {
    /// The last time that had no year; nil when there was none.
    public private(set) var last: Timestamp?

    /// A reader that has seen nothing.
    public init() {}

    /// A reader that goes on from a ``state``; nil when it is none.
    public init?(state: [UInt8]) {
        guard state.isEmpty || state.count == 8 else { return nil }
        guard !state.isEmpty else { return }
        last = Timestamp(microseconds: state.reversed().reduce(0) { $0 << 8 | Int64($1) })
    }

    /// What must be remembered: the last time without a year as eight bytes, or nothing.
    public var state: [UInt8] {
        guard let last else { return [] }
        return (0..<8).map { UInt8(truncatingIfNeeded: last.microseconds >> (8 * $0)) }
    }

    /// Reads the time that begins at an offset; nil when none does.
    ///
    /// - Parameters:
    ///   - zoneMinutes: minutes east of UTC for times without a zone.
    ///   - reference: the instant near which dates without a year lie.
    ///   - arrival: no date without a year is more than a day after it.
    public mutating func read(
        _ text: Span<UInt8>, from start: Int, zoneMinutes: Int, reference: Timestamp, arrival: Timestamp
    ) -> LineTime? {
        var scan = LineTimeScan(at: start)
        guard scan.read(text) else { return nil }
        guard let time = resolve(scan.time, zoneMinutes: zoneMinutes, reference: reference, arrival: arrival) else { return nil }
        return LineTime(time: time, end: scan.at, form: scan.form)
    }

    private mutating func resolve(_ civil: CivilTime, zoneMinutes: Int, reference: Timestamp, arrival: Timestamp) -> Timestamp? {
        if let instant = civil.instant { return instant }
        guard var time = civil.timestamp(zoneMinutes: zoneMinutes, reference: reference) else { return nil }
        guard civil.year == nil else { return time }
        if let last, last.seconds(since: time) > Self.halfYear {
            var later = civil
            later.year = time.day.year + 1
            if let turned = later.timestamp(zoneMinutes: zoneMinutes), turned <= arrival.adding(seconds: 86_400) { time = turned }
        }
        last = time
        return time
    }

    private static let halfYear = 183.0 * 86_400
}
