import Testing

@testable import KQL

/// What a word is.
@Suite struct WordsTests {
    private static func lowered(_ bytes: [UInt8]) -> [String] {
        var words: [String] = []
        Words.forEachLowered(in: bytes.span) { word in
            words.append(word.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
            return true
        }
        return words
    }

    @Test(arguments: [
        ("", []), (" .,-", []), ("Login FAILED", ["login", "failed"]), ("wp-login.php", ["wp", "login.php"]),
        ("It's 1,000", ["it's", "1,000"]),
        ("漢字", ["漢", "字"]), ("カタカナ", ["カタカナ"]), ("ÜNLÜ", ["ünlü"]), ("e\u{301}A", ["e\u{301}a"]), ("_a_B_", ["_a_b_"]),
        ("🙂🙂", ["🙂", "🙂"]), ("x86_64", ["x86_64"]),
    ]) func `Texts are cut into words in lower case`(text: String, words: [String]) {
        #expect(Self.lowered(Array(text.utf8)) == words)
        #expect(Words.all(in: text).map { String(decoding: $0, as: UTF8.self) } == words)
    }

    @Test func `A word ends where the text is damaged`() {
        #expect(Self.lowered([0x61, 0xff, 0x62]) == ["a", "b"])
        #expect(Self.lowered([0x41, 0xc3]) == ["a"])
    }

    /// Files with indexed words are made again when ``Words/revision`` has grown. When this fails, words have changed: raise the revision
    /// and put the new sum here.
    @Test func `The words of all characters are those of this revision`() {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // Of long rows of like signs some are enough.
        let alike: [ClosedRange<UInt32>] = [
            0x3400...0x9fff, 0xac00...0xd7a3, 0x1_2000...0x1_48ff, 0x1_7000...0x1_aeff, 0x1_fc00...0x3_ffff,
        ]
        for value in Array(UInt32(0)...0x3_ffff) + Array(0xe_0000...0xe_01ff) {
            guard value % 256 == 0 || !alike.contains(where: { $0.contains(value) }), let scalar = Unicode.Scalar(value) else { continue }
            let sign = Array(String(Character(scalar)).utf8)
            let text = [0x61] + sign + [0x61, 0x20, 0x31] + sign + [0x31, 0x20] + sign + sign
            Words.forEachLowered(in: text.span) { word in
                for index in word.indices { add(word[index]) }
                add(0xff)
                return true
            }
        }
        #expect(Words.revision == 1 && sum == 0xb00b_0c87_9898_6dc0, "\(String(sum, radix: 16))")
    }
}
