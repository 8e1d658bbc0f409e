import Testing
import Wire

struct CSVReaderTests {
    private func values(_ bytes: [UInt8], delimiter: UInt8 = UInt8(ascii: ",")) throws(CSVError) -> [String] {
        var reader = CSVReader(delimiter: delimiter)
        try reader.read(bytes.span)
        return reader.values.map { reader.string($0, in: bytes.span) }
    }

    @Test(arguments: [
        ("a,b,c", ["a", "b", "c"]), ("", [""]), (",", ["", ""]), ("a,,", ["a", "", ""]), ("\"a,b\",c", ["a,b", "c"]),
        ("\"say \"\"hi\"\"\",x", ["say \"hi\"", "x"]), ("\"\"", [""]), ("\"\"\"\"", ["\""]), ("a\"b,c", ["a\"b", "c"]),
        ("\"two\nlines\",1", ["two\nlines", "1"]),
        ("\u{feff}a,é", ["a", "é"]), ("\"é\"\"\"", ["é\""]),
    ])
    func splitsRecords(record: String, expected: [String]) throws {
        let bytes = Array(record.utf8)
        #expect(try values(bytes) == expected)
    }

    @Test(arguments: ["\"a", "\"a\"b,c", "x,\"", "\"a\"\"", "\"a\" ,b"]) func refusesBrokenQuotes(record: String) {
        var reader = CSVReader()
        #expect(throws: CSVError.self) { try reader.read(Array(record.utf8).span) }
    }

    @Test func takesAnotherDelimiter() throws {
        let bytes = Array("a,b;c".utf8)
        #expect(try values(bytes, delimiter: UInt8(ascii: ";")) == ["a,b", "c"])
    }

    @Test func repairsUTF8() throws {
        let bytes: [UInt8] = [0x61, 0xff, 0x2c, 0x62]
        #expect(try values(bytes) == ["a\u{fffd}", "b"])
    }
}
