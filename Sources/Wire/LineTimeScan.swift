import Model

/// Recognises the forms in which lines begin with a time.
struct LineTimeScan {
    var at: Int
    var time = CivilTime()
    var form = LineTime.Form.other

    /// Reads the time at ``at``; true when there is one, and ``at`` then stands behind it.
    mutating func read(_ text: Span<UInt8>) -> Bool {
        guard at < text.count else { return false }
        let first = text[at]
        if first &- UInt8(ascii: "0") < 10 { return readDigits(text) }
        if first == UInt8(ascii: "@") { return readTAI64(text) }
        return readLetters(text)
    }

    // MARK: Forms that begin with letters

    /// `Jan  9 [2024] 15:55:17`, `Sun Dec 04 04:47:44 2005`, `Fri, 24 Sep 2021 10:04:52`, `Apr-07-13 07:08:36`, `apr 15, 2013 8:34:08 PM`.
    private mutating func readLetters(_ text: Span<UInt8>) -> Bool {
        var hasWeekday = false
        if month(text, at) == nil {
            // A weekday or a zone's name before the date.
            let word = text.wordEnd(from: at)
            guard word - at <= 5, word > at + 2 else { return false }
            for i in at..<word where text[i] | 0x20 < UInt8(ascii: "a") && text[i] != UInt8(ascii: ",") { return false }
            if let number = Self.zones.number(text.extracting(at..<word)) { time.zoneMinutes = Self.zoneMinutes[number].minutes }
            at = text.skippingBlanks(from: word)
            hasWeekday = true
            if at < text.count, text[at] &- UInt8(ascii: "0") < 10 { return readDigits(text) }
        }
        guard let number = month(text, at) else { return false }
        time.month = number
        at += 3
        guard at < text.count else { return false }
        if text[at] == UInt8(ascii: "-") {
            at += 1
            guard let day = digits(text, 1...2), take(text, "-"), let year = digits(text, 2...4) else { return false }
            time.day = day
            time.year = year < 100 ? 2000 + year : year
            at = text.skippingBlanks(from: at)
            return clock(text)
        }
        guard text[at] == 0x20 else { return false }
        at = text.skippingBlanks(from: at)
        guard let day = digits(text, 1...2) else { return false }
        time.day = day
        _ = take(text, ",")
        guard at < text.count, text[at] == 0x20 else { return false }
        at = text.skippingBlanks(from: at)
        let year = at
        if let value = digits(text, 4...4), at < text.count, text[at] == 0x20 {
            time.year = value
            at = text.skippingBlanks(from: at)
        } else {
            at = year
        }
        guard clock(text) else { return false }
        form = .syslog
        let beforeYear = at
        at = text.skippingBlanks(from: at)
        if time.year == nil, hasWeekday, let value = digits(text, 4...4), value > 1970 {
            time.year = value
            form = .other
        } else {
            at = beforeYear
        }
        return true
    }

    // MARK: Forms that begin with digits

    private mutating func readDigits(_ text: Span<UInt8>) -> Bool {
        let start = at
        guard let first = digits(text, 1...10) else { return false }
        let width = at - start
        let separator = at < text.count ? text[at] : 0
        switch (width, separator) {
        case (4, UInt8(ascii: "-")), (4, UInt8(ascii: "/")), (4, UInt8(ascii: ".")):
            at += 1
            guard let month = digits(text, 1...2), at < text.count, text[at] == separator else { return false }
            at += 1
            guard let day = digits(text, 1...2), at < text.count else { return false }
            (time.year, time.month, time.day) = (first, month, day)
            form = separator == UInt8(ascii: "-") && text[at] | 0x20 == UInt8(ascii: "t") ? .iso : .other
            guard text[at] | 0x20 == UInt8(ascii: "t") || text[at] == 0x20 || text[at] == UInt8(ascii: "_") else { return false }
            at = text.skippingBlanks(from: at + 1)
            guard clock(text) else { return false }
            zone(text)
            return true
        case (8, UInt8(ascii: "-")), (8, 0x20), (8, UInt8(ascii: "T")), (6, 0x20):
            let date = width == 6 ? first + 20_000_000 : first
            (time.year, time.month, time.day) = (date / 10_000, date / 100 % 100, date % 100)
            at = text.skippingBlanks(from: at + 1)
            return clock(text)
        case (1...2, UInt8(ascii: "-")), (1...2, UInt8(ascii: "/")), (1...2, 0x20):
            at += 1
            return readDayFirst(text, first, separator)
        case (10, _): return readEpoch(text, from: start, seconds: first)
        default: return false
        }
    }

    /// `19-Oct-2022 05:34:02.425`, `15/Sep/2021:16:13:46 +0000`, `24 Sep 2021 10:04:52`, `01/14/2026-22:34:37.8`, `02/08-12:24:08.9`,
    /// `03-07-2005 23:07:20` (day first, as those who write dashes and a year do).
    private mutating func readDayFirst(_ text: Span<UInt8>, _ first: Int, _ separator: UInt8) -> Bool {
        if let number = month(text, at) {
            (time.day, time.month) = (first, number)
            at += 3
            guard at < text.count, text[at] == separator else { return false }
            at += 1
            guard let year = digits(text, 2...4) else { return false }
            time.year = year < 100 ? 2000 + year : year
            guard at < text.count, text[at] == UInt8(ascii: ":") || text[at] == 0x20 else { return false }
            at = text.skippingBlanks(from: at + 1)
            guard clock(text) else { return false }
            zone(text)
            return true
        }
        guard separator != 0x20, let second = digits(text, 1...2), at < text.count else { return false }
        (time.month, time.day) = (first, second)
        if text[at] == separator, at + 1 < text.count, text[at + 1] != 0x20 {
            at += 1
            if separator == UInt8(ascii: "-") { (time.month, time.day) = (second, first) }
            guard let year = digits(text, 2...4), at < text.count else { return false }
            time.year = year < 69 ? 2000 + year : year < 100 ? 1900 + year : year
        }
        guard text[at] == UInt8(ascii: "-") || text[at] == 0x20 else { return false }
        at = text.skippingBlanks(from: at + 1)
        return clock(text)
    }

    private mutating func readEpoch(_ text: Span<UInt8>, from start: Int, seconds: Int) -> Bool {
        guard seconds >= 100_000_000 else { return false }
        var microseconds = 0
        if at < text.count, text[at] == UInt8(ascii: ".") {
            at += 1
            guard let fraction = ISOTime.fraction(text, &at) else { return false }
            microseconds = fraction
        }
        time.instant = Timestamp(microseconds: Int64(seconds) * 1_000_000 + Int64(microseconds))
        return true
    }

    /// TAI64N labels of daemontools: `@` and 24 hexadecimal digits; ten seconds ahead of UTC as its libraries count.
    private mutating func readTAI64(_ text: Span<UInt8>) -> Bool {
        guard at + 25 <= text.count else { return false }
        func hex(_ range: Range<Int>) -> UInt64? {
            var value: UInt64 = 0
            for i in range {
                guard let digit = Character(UnicodeScalar(text[i])).hexDigitValue else { return nil }
                value = value << 4 | UInt64(digit)
            }
            return value
        }
        guard let label = hex(at + 1..<at + 17), let nanoseconds = hex(at + 17..<at + 25), label >= 1 << 62, label < 1 << 62 + 1 << 36
        else { return false }
        let seconds = Int64(label - 1 << 62) - 10
        time.instant = Timestamp(microseconds: seconds * 1_000_000 + Int64(nanoseconds / 1000))
        at += 25
        return true
    }

    // MARK: Parts

    /// `H[H]:MM:SS[.f|,f][ AM|PM]`.
    private mutating func clock(_ text: Span<UInt8>) -> Bool {
        guard let hour = digits(text, 1...2), take(text, ":"), let minute = digits(text, 2...2), take(text, ":"),
            let second = digits(text, 2...2)
        else { return false }
        (time.hour, time.minute, time.second) = (hour, minute, second)
        if at + 1 < text.count, text[at] == UInt8(ascii: ".") || text[at] == UInt8(ascii: ","), text[at + 1] &- UInt8(ascii: "0") < 10 {
            at += 1
            guard let fraction = ISOTime.fraction(text, &at) else { return false }
            time.microsecond = fraction
        }
        if at + 3 <= text.count, text[at] == 0x20, text[at + 2] == UInt8(ascii: "M"), hour <= 12 {
            if text[at + 1] == UInt8(ascii: "P") {
                time.hour = hour % 12 + 12
                at += 3
            } else if text[at + 1] == UInt8(ascii: "A") {
                time.hour = hour % 12
                at += 3
            }
        }
        return true
    }

    /// A zone behind the time, if there is one; a blank before it only when it is numeric or says UTC.
    private mutating func zone(_ text: Span<UInt8>) {
        var end = at
        guard end < text.count else { return }
        if text[end] == 0x20 {
            guard end + 3 < text.count else { return }
            let word = end + 1..<text.wordEnd(from: end + 1)
            if let number = Self.zones.number(text.extracting(word)) {
                time.zoneMinutes = Self.zoneMinutes[number].minutes
                at = word.upperBound
                return
            }
            let next = text[end + 1]
            let isNumeric = (next == UInt8(ascii: "+") || next == UInt8(ascii: "-")) && text[end + 2] &- UInt8(ascii: "0") < 10
            guard isNumeric else { return }
        }
        if let minutes = ISOTime.zone(text, &end) {
            time.zoneMinutes = minutes
            at = end
        }
    }

    /// Names of zones that mean one zone only.
    private static let zoneMinutes: [(name: String, minutes: Int)] = [
        ("UTC", 0), ("GMT", 0), ("PST", -480), ("PDT", -420), ("MDT", -360), ("EST", -300), ("EDT", -240), ("CET", 60), ("CEST", 120),
        ("EET", 120), ("EEST", 180), ("MSK", 180), ("JST", 540), ("KST", 540), ("NZST", 720), ("NZDT", 780),
    ]
    private static let zones = NameTable(zoneMinutes.map(\.name))

    private mutating func take(_ text: Span<UInt8>, _ byte: Unicode.Scalar) -> Bool {
        guard at < text.count, text[at] == UInt8(ascii: byte) else { return false }
        at += 1
        return true
    }

    private mutating func digits(_ text: Span<UInt8>, _ width: ClosedRange<Int>) -> Int? {
        var value = 0
        let start = at
        while at < text.count, at - start < width.upperBound, text[at] &- UInt8(ascii: "0") < 10 {
            value = value * 10 + Int(text[at] &- UInt8(ascii: "0"))
            at += 1
        }
        guard at - start >= width.lowerBound else {
            at = start
            return nil
        }
        return value
    }

    /// The month that three letters at an offset name.
    private func month(_ text: Span<UInt8>, _ at: Int) -> Int? {
        guard at + 3 < text.count else { return nil }
        var word: UInt32 = 0
        for i in at..<at + 3 { word = word << 8 | UInt32(text[i] | 0x20) }
        return TimePattern.months.firstIndex(of: word).map { $0 + 1 }
    }
}
