import TestKit
import Testing
import Wire

struct NumberTextTests {
    @Test(
        arguments: [
            ("0", 0), ("445", 445), ("-1", -1), ("+5", 5), ("3389.0", 3389), ("1e3", 1000), ("9223372036854775807", Int64.max),
            ("-9223372036854775808", Int64.min), ("9223372036854775808", nil), ("123456789012345678901234567890", nil), ("1.5", nil),
            ("", nil), ("-", nil),
            ("0x10", nil), ("1 ", nil), ("nan", nil), ("inf", nil),
        ] as [(String, Int64?)])
    func readsWholeNumbers(text: String, expected: Int64?) {
        let value = NumberText.integer(Array(text.utf8).span)
        #expect(value == expected)
    }

    @Test(arguments: [
        "1", "-0.5", "28.55", "115.9333", "1e300", "1e400", "NaN", "infinity", "0x1p3", "", ".", "1.2.3", "123456789.123456789",
    ])
    func readsNumbersAsTheLibraryDoes(text: String) {
        let library = text.contains { "nixNI".contains($0) } ? nil : Double(text).flatMap { $0.isFinite ? $0 : nil }
        let value = NumberText.double(Array(text.utf8).span)
        #expect(value == library)
    }

    @Test func roundsAsTheLibraryDoes() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            let value = Double.random(in: -1_000_000...1_000_000, using: &random)
            for text in ["\(value)", "\(Float(value))", "\((value * 10_000).rounded() / 10_000)"] {
                let read = NumberText.double(Array(text.utf8).span)
                #expect(read == Double(text))
            }
        }
    }

    @Test func tablesFindTheirNames() {
        let names = [
            "a", "src_ip", "src_port", "a_name_of_exactly", "a_name_longer_than_sixteen", "a_name_shorter_tha_sixteen", "", "abcdefgh",
        ]
        let table = NameTable(names)
        for (i, name) in names.enumerated() {
            let number = table.number(Array(name.utf8).span)
            #expect(number == i)
        }
        for other in ["b", "src_ipx", "a_name_longer_thaN_sixteen", "abcdefg"] {
            let number = table.number(Array(other.utf8).span)
            #expect(number == nil)
        }
    }
}
