public import Model

/// Reads the times of logs.
///
/// Impossible dates and hours are refused; a leap second `:60` counts as the last microsecond of its minute; fractions beyond
/// microseconds are cut.
public struct TimestampReader: Sendable, Equatable {
    private enum Form: Sendable, Equatable {
        case any, iso8601
        case epoch(unitsPerSecond: Int64)
        case pattern([TimePattern.Part])
    }

    private let form: Form

    /// Reads any of the known forms, recognised by their looks:
    /// ISO 8601, epochs by magnitude, `M/D/YY H:MM`, `MM/DD/YYYY-HH:MM:SS`, `MM/DD-HH:MM:SS`, and dates with an English month.
    public static let any = TimestampReader(form: .any)
    /// Reads ISO 8601 only.
    public static let iso8601 = TimestampReader(form: .iso8601)

    /// The names that ``init(named:)`` knows besides patterns.
    public static let names = ["iso8601", "epoch", "epoch_ms", "epoch_us"]

    private init(form: Form) { self.form = form }

    /// A reader for a configuration's `format:`: one of ``names``, or a pattern of `%Y %y %m %b %d %H %M %S %f %z %%` and other text.
    ///
    /// Nil when it is neither, or when the pattern lacks month, day or hour or has an unknown letter.
    public init?(named name: String) {
        switch name {
        case "iso8601": form = .iso8601
        case "epoch": form = .epoch(unitsPerSecond: 1)
        case "epoch_ms": form = .epoch(unitsPerSecond: 1000)
        case "epoch_us": form = .epoch(unitsPerSecond: 1_000_000)
        default:
            guard let parts = TimePattern.parts(of: name) else { return nil }
            form = .pattern(parts)
        }
    }

    /// Reads a time; nil when the text is none.
    ///
    /// - Parameters:
    ///   - zoneMinutes: minutes east of UTC for texts without a zone.
    ///   - reference: the instant near which dates without a year lie (at most a day after it).
    public func read(_ text: Span<UInt8>, zoneMinutes: Int = 0, reference: Timestamp? = nil) -> Timestamp? {
        switch form {
        case .iso8601: return ISOTime.read(text, zoneMinutes: zoneMinutes)
        case .epoch(let unitsPerSecond): return EpochTime.read(text, unitsPerSecond: unitsPerSecond)
        case .pattern(let parts): return TimePattern.read(text, parts, zoneMinutes: zoneMinutes, reference: reference)
        case .any:
            if let time = ISOTime.read(text, zoneMinutes: zoneMinutes) { return time }
            if let time = EpochTime.read(text, unitsPerSecond: nil) { return time }
            for parts in TimePattern.known {
                if let time = TimePattern.read(text, parts, zoneMinutes: zoneMinutes, reference: reference) { return time }
            }
            return nil
        }
    }
}

/// Date and time of day as they stand in a text.
struct CivilTime {
    var year: Int?
    var month = 0
    var day = 0
    var hour = 0
    var minute = 0
    var second = 0
    var microsecond = 0
    var zoneMinutes: Int?
    /// The instant itself, where the text is a number of seconds.
    var instant: Timestamp?

    /// The instant, or nil when the parts name none.
    func timestamp(zoneMinutes defaultZone: Int, reference: Timestamp? = nil) -> Timestamp? {
        guard hour >= 0, hour < 24, minute >= 0, minute < 60, second >= 0, second <= 60, abs(zoneMinutes ?? 0) < 24 * 60 else { return nil }
        func instant(_ year: Int) -> Timestamp? {
            let date = CivilDate(year: year, month: month, day: day)
            guard year >= 1, year <= 9999, date.isValid else { return nil }
            let minutes = (date.daysSinceEpoch * 24 + hour) * 60 + minute - (zoneMinutes ?? defaultZone)
            let rest = second == 60 ? 59_999_999 : second * 1_000_000 + microsecond
            return Timestamp(microseconds: Int64(minutes) * 60_000_000 + Int64(rest))
        }
        if let year { return instant(year) }
        guard let reference else { return nil }
        let latest = reference.adding(seconds: 86_400)
        let thisYear = latest.day.year
        // 29 February may be four (around 1900 and 2100: eight) years back.
        for year in stride(from: thisYear, through: thisYear - 8, by: -1) {
            if let time = instant(year), time <= latest { return time }
        }
        return nil
    }
}
