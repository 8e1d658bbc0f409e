/// An instant: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970 UTC; negative before.
    public var microseconds: Int64

    /// An instant from microseconds since 1970 UTC.
    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }

    /// An instant from milliseconds since 1970 UTC.
    @inlinable public init(milliseconds: Int64) { microseconds = milliseconds &* 1000 }

    /// Milliseconds since 1970 UTC, rounded down.
    @inlinable public var milliseconds: Int64 { microseconds / 1000 - (microseconds % 1000 < 0 ? 1 : 0) }

    /// Whole minutes since 1970 UTC, rounded down.
    @inlinable public var minute: Int64 { microseconds / 60_000_000 - (microseconds % 60_000_000 < 0 ? 1 : 0) }

    @inlinable public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

    /// The instant that many seconds later (earlier when negative).
    @inlinable public func adding(seconds: Double) -> Timestamp {
        Timestamp(microseconds: microseconds + Int64(seconds * 1_000_000))
    }

    /// Seconds from `other` to this instant.
    @inlinable public func seconds(since other: Timestamp) -> Double {
        Double(microseconds - other.microseconds) / 1_000_000
    }
}

/// A date in the proleptic Gregorian calendar, UTC.
///
/// Both directions follow Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms"; exact for all of Int32's years.
public struct CivilDate: Hashable, Comparable, Sendable {
    public var year: Int
    public var month: Int
    public var day: Int

    /// A date from its parts; they are not checked.
    @inlinable public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date that many days after 1970-01-01.
    @inlinable public init(daysSinceEpoch days: Int) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    @inlinable public var daysSinceEpoch: Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Whether the parts name a day that exists.
    @inlinable public var isValid: Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let days = month == 2 ? (leap ? 29 : 28) : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31)
        return day <= days
    }

    public static func < (a: CivilDate, b: CivilDate) -> Bool { (a.year, a.month, a.day) < (b.year, b.month, b.day) }
}

extension Timestamp {
    /// The UTC day of this instant.
    public var day: CivilDate { CivilDate(daysSinceEpoch: Int(floorDivide(microseconds, 86_400_000_000))) }

    /// `2013-03-03T21:53:59.000000Z`: ISO 8601 in UTC with as many fraction digits (0, 3 or 6) as the value needs.
    public var iso8601: String {
        var out: [UInt8] = []
        appendISO8601(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends ``iso8601`` without making a String.
    public func appendISO8601(to out: inout [UInt8]) {
        let days = floorDivide(microseconds, 86_400_000_000)
        let date = CivilDate(daysSinceEpoch: Int(days))
        var rest = microseconds &- days &* 86_400_000_000
        let fraction = Int(rest % 1_000_000)
        rest /= 1_000_000
        out.appendDecimal(date.year, width: 4)
        out.append(UInt8(ascii: "-"))
        out.appendDecimal(date.month, width: 2)
        out.append(UInt8(ascii: "-"))
        out.appendDecimal(date.day, width: 2)
        out.append(UInt8(ascii: "T"))
        out.appendDecimal(Int(rest / 3600), width: 2)
        out.append(UInt8(ascii: ":"))
        out.appendDecimal(Int(rest / 60 % 60), width: 2)
        out.append(UInt8(ascii: ":"))
        out.appendDecimal(Int(rest % 60), width: 2)
        if fraction != 0 {
            out.append(UInt8(ascii: "."))
            if fraction % 1000 == 0 { out.appendDecimal(fraction / 1000, width: 3) } else { out.appendDecimal(fraction, width: 6) }
        }
        out.append(UInt8(ascii: "Z"))
    }
}

private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a % b < 0 ? a / b - 1 : a / b }

extension [UInt8] {
    /// Appends a whole number in decimal, padded with zeros to at least `width` digits.
    public mutating func appendDecimal(_ value: Int, width: Int = 1) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var magnitude = value.magnitude
        var digits = 1
        var power: UInt = 1
        while digits < width || magnitude / power >= 10 {
            digits += 1
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            if overflow { break }
            power = next
        }
        while power > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / power))
            magnitude %= power
            power /= 10
        }
    }
}
