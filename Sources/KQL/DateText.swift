import Model
import Wire

/// The span of time that a date in a query names: a day for `2026-03-01`, an instant for a whole time.
struct DateText: Equatable {
    /// The first microsecond of it.
    var first: Int64
    /// The last microsecond of it.
    var last: Int64
    /// Whether it depends on the clock.
    var usesNow = false

    /// Reads `2026`, `2026-03`, `2026-03-01`, `2026-03-01T10`, … , `…T10:00:00.123Z`, milliseconds since 1970 (5 digits or more),
    /// `now`, and arithmetic behind `now` or behind `||`: `now-1d/d`, `2026-03-01||+1M`. Nil when it is none of these.
    init?(_ text: String, now: Timestamp, zoneMinutes: Int) {
        let utf8 = Array(text.utf8)
        var arithmetic = utf8[...]
        if text.hasPrefix("now") {
            self.init(first: now.microseconds, last: now.microseconds, usesNow: true)
            arithmetic = utf8[3...]
        } else {
            let bar = UInt8(ascii: "|")
            let end = utf8.indices.first { utf8[$0] == bar && $0 + 1 < utf8.count && utf8[$0 + 1] == bar } ?? utf8.count
            guard let span = Self.span(utf8[..<end], zoneMinutes) else { return nil }
            self = span
            arithmetic = end < utf8.count ? utf8[(end + 2)...] : []
        }
        guard apply(arithmetic, zoneMinutes: zoneMinutes) else { return nil }
    }

    init(first: Int64, last: Int64, usesNow: Bool = false) {
        self.first = first
        self.last = last
        self.usesNow = usesNow
    }

    // MARK: Dates

    private static func span(_ text: ArraySlice<UInt8>, _ zoneMinutes: Int) -> DateText? {
        let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
        if !digits.isEmpty, digits.allSatisfy(isDigit), digits.count != 4 || digits.count != text.count {
            // Beyond 14 digits no date of four-digit years is meant.
            guard digits.count <= 14, let milliseconds = Int64(String(decoding: text, as: UTF8.self)) else { return nil }
            return DateText(first: milliseconds * 1000, last: milliseconds * 1000 + 999)
        }
        func whole(_ suffix: String, _ unit: DateStep.Unit) -> DateText? {
            let full = Array(text) + Array(suffix.utf8)
            guard let time = TimestampReader.iso8601.read(full.span, zoneMinutes: zoneMinutes) else { return nil }
            let next = DateStep.adding(1, unit, to: time.microseconds, zoneMinutes: zoneMinutes)
            return next.map { DateText(first: time.microseconds, last: $0 - 1) }
        }
        switch text.count {
        case 4: return whole("-01-01", .year)
        case 7: return whole("-01", .month)
        case 10: return whole("", .day)
        case 13: return whole(":00", .hour)
        case 16: return whole("", .minute)
        case 19 where text[text.startIndex + 16] == UInt8(ascii: ":"): return whole("", .second)
        default: return moment(text, zoneMinutes)
        }
    }

    /// A time with a zone or a fraction of a second.
    private static func moment(_ text: ArraySlice<UInt8>, _ zoneMinutes: Int) -> DateText? {
        let bytes = Array(text)
        guard bytes.count > 16, let time = TimestampReader.iso8601.read(bytes.span, zoneMinutes: zoneMinutes)?.microseconds else {
            return nil
        }
        if let dot = bytes.firstIndex(of: UInt8(ascii: ".")) {
            let isMilliseconds = bytes[(dot + 1)...].prefix(while: isDigit).count <= 3
            return DateText(first: time, last: isMilliseconds ? time + 999 : time)
        }
        return DateText(first: time, last: time + (bytes[16] == UInt8(ascii: ":") ? 999_999 : 59_999_999))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    // MARK: Arithmetic

    /// Applies `+1d`, `-2h`, `/M` one after another; false where that is not the form or leaves the calendar.
    private mutating func apply(_ text: ArraySlice<UInt8>, zoneMinutes: Int) -> Bool {
        var rest = text
        while let sign = rest.popFirst() {
            var amount: Int64 = 0
            var digits = 0
            while let byte = rest.first, Self.isDigit(byte), digits < 9 {
                amount = amount * 10 + Int64(byte - UInt8(ascii: "0"))
                digits += 1
                rest.removeFirst()
            }
            guard let letter = rest.popFirst(), let unit = DateStep.Unit(letter) else { return false }
            if sign == UInt8(ascii: "/") {
                guard digits == 0, let floor = DateStep.floor(first, unit, zoneMinutes: zoneMinutes),
                    let top = DateStep.floor(last, unit, zoneMinutes: zoneMinutes),
                    let next = DateStep.adding(1, unit, to: top, zoneMinutes: zoneMinutes)
                else { return false }
                first = floor
                last = next - 1
                continue
            }
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
            let signed = (digits == 0 ? 1 : amount) * (sign == UInt8(ascii: "-") ? -1 : 1)
            guard let from = DateStep.adding(signed, unit, to: first, zoneMinutes: zoneMinutes),
                let to = DateStep.adding(signed, unit, to: last, zoneMinutes: zoneMinutes)
            else { return false }
            first = from
            last = to
        }
        return true
    }
}

/// Calendar steps of microseconds since 1970, in a zone of fixed offset.
enum DateStep {
    enum Unit {
        case year, month, week, day, hour, minute, second

        /// The unit of a letter of date arithmetic: `y M w d h H m s`.
        init?(_ letter: UInt8) {
            switch Unicode.Scalar(letter) {
            case "y": self = .year
            case "M": self = .month
            case "w": self = .week
            case "d": self = .day
            case "h", "H": self = .hour
            case "m": self = .minute
            case "s": self = .second
            default: return nil
            }
        }

        /// Its length where it always has the same.
        var microseconds: Int64? {
            switch self {
            case .year, .month: nil
            case .week: 604_800_000_000
            case .day: 86_400_000_000
            case .hour: 3_600_000_000
            case .minute: 60_000_000
            case .second: 1_000_000
            }
        }
    }

    /// About the year 9999 either way, so that no sum overflows.
    private static let furthest: Int64 = 253_402_300_800_000_000

    /// The time that many units later; a day of month that does not exist becomes the month's last. Nil beyond the year 9999.
    static func adding(_ amount: Int64, _ unit: Unit, to time: Int64, zoneMinutes: Int) -> Int64? {
        guard time.magnitude <= furthest.magnitude else { return nil }
        if let length = unit.microseconds {
            let (step, overflow) = amount.multipliedReportingOverflow(by: length)
            guard !overflow, step.magnitude <= furthest.magnitude else { return nil }
            return (time + step).magnitude <= furthest.magnitude ? time + step : nil
        }
        let (date, rest) = parts(time, zoneMinutes)
        guard amount.magnitude < 1_000_000 else { return nil }
        let months = date.year * 12 + date.month - 1 + Int(amount) * (unit == .year ? 12 : 1)
        guard months >= 12, months < 120_000 else { return nil }
        var moved = CivilDate(year: months / 12, month: months % 12 + 1, day: date.day)
        while !moved.isValid, moved.day > 28 { moved.day -= 1 }
        return Int64(moved.daysSinceEpoch) * 86_400_000_000 + rest - Int64(zoneMinutes) * 60_000_000
    }

    /// The start of the unit that the time lies in; weeks begin on Monday.
    static func floor(_ time: Int64, _ unit: Unit, zoneMinutes: Int) -> Int64? {
        guard time.magnitude <= furthest.magnitude else { return nil }
        let offset = Int64(zoneMinutes) * 60_000_000
        var (date, rest) = parts(time, zoneMinutes)
        switch unit {
        case .year: date = CivilDate(year: date.year, month: 1, day: 1)
        case .month: date.day = 1
        case .week:
            // 1970-01-01 was a Thursday.
            let days = date.daysSinceEpoch
            date = CivilDate(daysSinceEpoch: days - ((days + 3) % 7 + 7) % 7)
        case .day: break
        case .hour, .minute, .second:
            rest -= rest % (unit.microseconds ?? 1)
            return Int64(date.daysSinceEpoch) * 86_400_000_000 + rest - offset
        }
        return Int64(date.daysSinceEpoch) * 86_400_000_000 - offset
    }

    private static func parts(_ time: Int64, _ zoneMinutes: Int) -> (date: CivilDate, rest: Int64) {
        let local = Timestamp(microseconds: time + Int64(zoneMinutes) * 60_000_000)
        let date = local.day
        return (date, local.microseconds - Int64(date.daysSinceEpoch) * 86_400_000_000)
    }
}
