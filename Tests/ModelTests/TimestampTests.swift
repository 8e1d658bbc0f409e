import Foundation
import Model
import TestKit
import Testing

@Suite struct TimestampTests {
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    @Test func `Random instants have the date and time that Foundation says`() {
        var random = SeededGenerator(seed: 3)
        // 1600 to 9999: before that Foundation's calendar is Julian.
        for _ in 0..<3000 {
            let microseconds = Int64.random(in: -11_676_096_000_000_000...253_402_300_799_999_999, using: &random)
            let instant = Timestamp(microseconds: microseconds)
            var seconds = microseconds / 1_000_000
            if microseconds % 1_000_000 < 0 { seconds -= 1 }
            let parts = Self.calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds)))
            let fraction = microseconds - seconds * 1_000_000
            var expected = String(
                format: "%04d-%02d-%02dT%02d:%02d:%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0, parts.hour ?? 0,
                parts.minute ?? 0, parts.second ?? 0)
            if fraction != 0 {
                expected += fraction % 1000 == 0 ? String(format: ".%03d", fraction / 1000) : String(format: ".%06d", fraction)
            }
            #expect(instant.iso8601 == expected + "Z")
            let date = CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0)
            #expect(instant.day == date)
            #expect(date.isValid)
            #expect(CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date)
        }
    }

    @Test func `Days and dates are each other's inverse over all of 4,000 years`() {
        var last = CivilDate(daysSinceEpoch: -800_001)
        for days in -800_000..<700_000 {
            let date = CivilDate(daysSinceEpoch: days)
            guard date.daysSinceEpoch == days, last < date, date.isValid else {
                Issue.record("\(date) is not day \(days)")
                return
            }
            last = date
        }
    }

    @Test(arguments: [(2023, 2, 29), (2100, 2, 29), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1), (2024, 1, 0), (2024, 1, 32)])
    func `Dates that do not exist are not valid`(year: Int, month: Int, day: Int) {
        #expect(!CivilDate(year: year, month: month, day: day).isValid)
    }

    @Test(
        arguments: [
            (0, 0, 0), (-1, -1, -1), (-1000, -1, -1), (-1001, -2, -1), (999, 0, 0), (1000, 1, 0), (59_999_999, 59_999, 0),
            (60_000_000, 60_000, 1), (-60_000_000, -60_000, -1), (-60_000_001, -60_001, -2),
        ] as [(Int64, Int64, Int64)])
    func `Milliseconds and minutes are rounded down`(microseconds: Int64, milliseconds: Int64, minute: Int64) {
        #expect(Timestamp(microseconds: microseconds).milliseconds == milliseconds)
        #expect(Timestamp(microseconds: microseconds).minute == minute)
    }

    @Test func `The least and the greatest instant are printed without a trap`() {
        #expect(Timestamp(microseconds: .max).iso8601.hasSuffix("Z"))
        #expect(Timestamp(microseconds: .min + 86_400_000_000).iso8601.hasPrefix("-"))
    }

    @Test(arguments: [
        (0, 1, "0"), (7, 3, "007"), (1234, 2, "1234"), (-5, 1, "-5"), (-5, 2, "-05"), (Int.max, 1, "9223372036854775807"),
        (Int.min, 1, "-9223372036854775808"), (10, 1, "10"), (9, 1, "9"), (100, 4, "0100"),
    ])
    func `Decimals are padded with zeros`(value: Int, width: Int, text: String) {
        var out: [UInt8] = []
        out.appendDecimal(value, width: width)
        #expect(String(decoding: out, as: UTF8.self) == text)
    }
}
