import Model

/// ISO 8601 as logs write it.
enum ISOTime {
    /// Reads `YYYY-MM-DD`, then perhaps `T`, `t` or a blank and `HH:MM[:SS[.f…]]`, then perhaps `Z`, `z`, ` UTC`, `±HH`, `±HHMM` or `±HH:MM`.
    static func read(_ text: Span<UInt8>, zoneMinutes: Int) -> Timestamp? {
        let count = text.count
        guard count >= 10, count <= 48, let century = pair(text, 0), let rest = pair(text, 2), let month = pair(text, 5),
            let day = pair(text, 8)
        else { return nil }
        guard text[4] == text[7], text[4] == UInt8(ascii: "-") || text[4] == UInt8(ascii: "/") else { return nil }
        var time = CivilTime(year: century * 100 + rest, month: month, day: day)
        var at = 10
        if at < count {
            guard text[at] | 0x20 == UInt8(ascii: "t") || text[at] == UInt8(ascii: " ") else { return nil }
            guard let hour = pair(text, 11), count > 13, text[13] == UInt8(ascii: ":"), let minute = pair(text, 14) else { return nil }
            time.hour = hour
            time.minute = minute
            at = 16
            if at < count, text[at] == UInt8(ascii: ":") {
                guard let second = pair(text, 17) else { return nil }
                time.second = second
                at = 19
                if at < count, text[at] == UInt8(ascii: ".") || text[at] == UInt8(ascii: ",") {
                    at += 1
                    guard let fraction = fraction(text, &at) else { return nil }
                    time.microsecond = fraction
                }
            }
            if at < count {
                guard let zone = zone(text, &at), at == count else { return nil }
                time.zoneMinutes = zone
            }
        }
        return time.timestamp(zoneMinutes: zoneMinutes)
    }

    /// The number that two digits at an offset give.
    @inline(__always) static func pair(_ text: Span<UInt8>, _ at: Int) -> Int? {
        guard at + 1 < text.count else { return nil }
        let tens = text[at] &- UInt8(ascii: "0")
        let ones = text[at + 1] &- UInt8(ascii: "0")
        return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
    }

    /// Microseconds from the digits of a fraction; `at` then stands behind them. Nil without a digit.
    @inline(__always) static func fraction(_ text: Span<UInt8>, _ at: inout Int) -> Int? {
        var value = 0
        var digits = 0
        while at < text.count, text[at] &- UInt8(ascii: "0") < 10 {
            if digits < 6 { value = value * 10 + Int(text[at] &- UInt8(ascii: "0")) }
            digits += 1
            at += 1
        }
        guard digits > 0 else { return nil }
        while digits < 6 {
            value *= 10
            digits += 1
        }
        return value
    }

    /// Minutes east of UTC from a zone; `at` then stands behind it.
    static func zone(_ text: Span<UInt8>, _ at: inout Int) -> Int? {
        if at < text.count, text[at] == UInt8(ascii: " ") { at += 1 }
        guard at < text.count else { return nil }
        if text[at] | 0x20 == UInt8(ascii: "z") {
            at += 1
            return 0
        }
        if at + 3 <= text.count, text[at] == UInt8(ascii: "U") || text[at] == UInt8(ascii: "G") {
            let isUTC = text[at + 1] == UInt8(ascii: "T") && text[at + 2] == UInt8(ascii: "C")
            guard isUTC || text[at + 1] == UInt8(ascii: "M") && text[at + 2] == UInt8(ascii: "T") else { return nil }
            at += 3
            return 0
        }
        let sign = text[at] == UInt8(ascii: "-") ? -1 : 1
        guard sign < 0 || text[at] == UInt8(ascii: "+"), let hours = pair(text, at + 1), hours < 24 else { return nil }
        at += 3
        guard at < text.count else { return sign * hours * 60 }
        let afterColon = text[at] == UInt8(ascii: ":") ? at + 1 : at
        guard let minutes = pair(text, afterColon) else { return sign * hours * 60 }
        guard minutes < 60 else { return nil }
        at = afterColon + 2
        return sign * (hours * 60 + minutes)
    }
}
