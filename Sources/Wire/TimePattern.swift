import Model

/// Times by a pattern in the manner of C's `strptime`.
enum TimePattern {
    enum Part: Sendable, Equatable {
        case text(UInt8)
        case year, shortYear, month, monthName, day, hour, minute, second, fraction, zone, weekday
    }

    /// The forms tried by ``TimestampReader/any``, most specific first.
    static let known: [[Part]] = [
        "%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z", "%d %b %Y %H:%M:%S %z", "%d/%b/%Y:%H:%M:%S %z",
        "%m/%d/%Y-%H:%M:%S.%f", "%m/%d/%Y-%H:%M:%S", "%m/%d-%H:%M:%S.%f", "%m/%d-%H:%M:%S",
        "%m/%d/%y-%H:%M:%S.%f", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M:%S", "%m/%d/%y %H:%M",
    ].compactMap(parts)

    /// The parts of a pattern; nil when a letter is unknown or the parts make no time.
    static func parts(of pattern: String) -> [Part]? {
        var parts: [Part] = []
        var bytes = Array(pattern.utf8)[...]
        while let byte = bytes.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                parts.append(.text(byte))
                continue
            }
            switch bytes.popFirst() {
            case UInt8(ascii: "Y"): parts.append(.year)
            case UInt8(ascii: "y"): parts.append(.shortYear)
            case UInt8(ascii: "m"): parts.append(.month)
            case UInt8(ascii: "b"): parts.append(.monthName)
            case UInt8(ascii: "d"): parts.append(.day)
            case UInt8(ascii: "H"): parts.append(.hour)
            case UInt8(ascii: "M"): parts.append(.minute)
            case UInt8(ascii: "S"): parts.append(.second)
            case UInt8(ascii: "f"): parts.append(.fraction)
            case UInt8(ascii: "z"): parts.append(.zone)
            case UInt8(ascii: "a"): parts.append(.weekday)
            case UInt8(ascii: "%"): parts.append(.text(UInt8(ascii: "%")))
            default: return nil
            }
        }
        let hasMonth = parts.contains(.month) || parts.contains(.monthName)
        return hasMonth && parts.contains(.day) ? parts : nil
    }

    /// Reads a time of that pattern; nil when the text does not fit it. One blank of a pattern stands for any run of blanks.
    static func read(_ text: Span<UInt8>, _ parts: [Part], zoneMinutes: Int, reference: Timestamp?) -> Timestamp? {
        var time = CivilTime()
        var at = 0
        func number(_ width: Int) -> Int? {
            var value = 0
            let start = at
            while at < text.count, at - start < width, text[at] &- UInt8(ascii: "0") < 10 {
                value = value * 10 + Int(text[at] &- UInt8(ascii: "0"))
                at += 1
            }
            return at > start ? value : nil
        }
        func letters() -> UInt32? {
            guard at + 3 <= text.count else { return nil }
            var word: UInt32 = 0
            for i in at..<at + 3 { word = word << 8 | UInt32(text[i] | 0x20) }
            at += 3
            return word
        }
        for part in parts {
            switch part {
            case .text(let byte):
                guard at < text.count, text[at] == byte else { return nil }
                at += 1
                while byte == UInt8(ascii: " "), at < text.count, text[at] == byte { at += 1 }
            case .year:
                let start = at
                guard let value = number(4), at - start == 4 else { return nil }
                time.year = value
            case .shortYear:
                let start = at
                guard let value = number(2), at - start == 2 else { return nil }
                time.year = value < 69 ? 2000 + value : 1900 + value
            case .month:
                guard let value = number(2) else { return nil }
                time.month = value
            case .monthName:
                guard let word = letters(), let index = months.firstIndex(of: word) else { return nil }
                time.month = index + 1
            case .weekday:
                guard letters() != nil else { return nil }
            case .day:
                guard let value = number(2) else { return nil }
                time.day = value
            case .hour:
                guard let value = number(2) else { return nil }
                time.hour = value
            case .minute:
                guard let value = number(2) else { return nil }
                time.minute = value
            case .second:
                guard let value = number(2) else { return nil }
                time.second = value
            case .fraction:
                guard let value = ISOTime.fraction(text, &at) else { return nil }
                time.microsecond = value
            case .zone:
                guard let value = ISOTime.zone(text, &at) else { return nil }
                time.zoneMinutes = value
            }
        }
        guard at == text.count else { return nil }
        return time.timestamp(zoneMinutes: zoneMinutes, reference: reference)
    }

    /// The first three letters of the English months, in lower case, as numbers.
    static let months: [UInt32] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        .map { $0.utf8.reduce(0) { $0 << 8 | UInt32($1) } }
}
