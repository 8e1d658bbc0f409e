import Model
import Testing
import Wire

struct TimestampReaderTests {
    private func read(
        _ text: String, _ reader: TimestampReader = .any, zoneMinutes: Int = 0, reference: Timestamp? = nil
    ) -> String? {
        reader.read(Array(text.utf8).span, zoneMinutes: zoneMinutes, reference: reference)?.iso8601
    }

    static let good: [(String, String)] = [
        ("2021-06-06T15:59:46.457984+0200", "2021-06-06T13:59:46.457984Z"),
        ("2021-06-06T15:59:46.457984+02:00", "2021-06-06T13:59:46.457984Z"),
        ("2021-06-06T15:59:46-06", "2021-06-06T21:59:46Z"),
        ("2018-06-16T00:00:15.863799Z", "2018-06-16T00:00:15.863799Z"),
        ("2018-06-16t00:00:15z", "2018-06-16T00:00:15Z"),
        ("2018-06-16 00:00:15 UTC", "2018-06-16T00:00:15Z"),
        ("2013-03-03 21:53:59", "2013-03-03T21:53:59Z"),
        ("2013/03/03 21:53:59", "2013-03-03T21:53:59Z"),
        ("2019-01-02T03:50:11.3", "2019-01-02T03:50:11.300Z"),
        ("2019-01-02T03:50:11.123456789", "2019-01-02T03:50:11.123456Z"),
        ("2019-01-02T03:50", "2019-01-02T03:50:00Z"),
        ("2019-01-02", "2019-01-02T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("1767225604.25", "2026-01-01T00:00:04.250Z"),
        ("1767225604", "2026-01-01T00:00:04Z"),
        ("1767225604250", "2026-01-01T00:00:04.250Z"),
        ("1767225604250123", "2026-01-01T00:00:04.250123Z"),
        ("1767225604250123456", "2026-01-01T00:00:04.250123Z"),
        ("Sat Jul 13 02:27:22 +0000 2019", "2019-07-13T02:27:22Z"),
        ("Sat, 13 Jul 2019 02:27:22 +0200", "2019-07-13T00:27:22Z"),
        ("13/Jul/2019:02:27:22 +0000", "2019-07-13T02:27:22Z"),
        ("02/08-12:24:08.909466", "2019-02-08T12:24:08.909466Z"),
        ("12/31-23:00:00.000000", "2018-12-31T23:00:00Z"),
        ("02/29-01:00:00", "2016-02-29T01:00:00Z"),
        ("3/3/13 21:53", "2013-03-03T21:53:00Z"),
        ("12/31/1999 21:53:01", "1999-12-31T21:53:01Z"),
        ("01/14/2026-22:38:37", "2026-01-14T22:38:37Z"),
        ("01/14/2026-22:38:37.444986", "2026-01-14T22:38:37.444986Z"),
    ]

    @Test(arguments: good) func readsEveryFormThatTheDataHolds(text: String, expected: String) {
        let reference = TimestampReader.iso8601.read(Array("2019-03-01T00:00:00Z".utf8).span)
        #expect(read(text, reference: reference) == expected)
    }

    @Test(arguments: [
        "", "2026-13-45T99:00:00Z", "2023-02-29T00:00:00Z", "2023-04-31", "2023-01-01T24:00:00Z", "2023-01-01T00:60:00Z",
        "2023-01-01T00:00:61Z",
        "2023-01-01T00:00:00+25:00", "2023-01-01T00:00:00Zjunk", "2023-01-01T", "22.335", "-1", "NaN", "99999999999999999999",
        "13/32/2020 10:00",
        "yesterday", "2023-1-1", "0000-01-01",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(read(text, reference: Timestamp(microseconds: 0)) == nil)
    }

    @Test func addsTheZoneWhereTheTextHasNone() {
        #expect(read("2013-03-03 21:53:59", zoneMinutes: 120) == "2013-03-03T19:53:59Z")
        #expect(read("2013-03-03T21:53:59Z", zoneMinutes: 120) == "2013-03-03T21:53:59Z")
    }

    @Test func aDateWithoutYearNeedsAReference() {
        #expect(read("02/08-12:24:08") == nil)
    }

    @Test(arguments: [
        ("epoch", "22.5", "1970-01-01T00:00:22.500Z"), ("epoch_ms", "1500", "1970-01-01T00:00:01.500Z"),
        ("epoch_us", "1500", "1970-01-01T00:00:00.001500Z"), ("iso8601", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
        ("%d.%m.%Y %H:%M:%S", "31.12.2020 01:02:03", "2020-12-31T01:02:03Z"),
        ("%b %d %Y %H:%M:%S.%f %z", "Jan  9 2023 15:55:17.5 -0600", "2023-01-09T21:55:17.500Z"),
        ("[%y%m%d]", "[691231]", "1969-12-31T00:00:00Z"),
    ])
    func readsNamedFormsAndPatterns(format: String, text: String, expected: String) throws {
        let reader = try #require(TimestampReader(named: format))
        #expect(read(text, reader) == expected)
    }

    @Test(arguments: ["", "%Q", "iso", "%H:%M", "%Y"]) func refusesPatternsThatMakeNoTime(pattern: String) {
        #expect(TimestampReader(named: pattern) == nil)
    }
}
