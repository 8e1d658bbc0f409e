import Columns
import Model
import TestKit
import Testing

@testable import Web

@Suite struct PageCursorTests {
    static let key = PageCursor.Key(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210)

    static func cursor(_ random: inout SeededGenerator) -> PageCursor {
        PageCursor(
            position: EventPosition(
                time: Timestamp(microseconds: Int64.random(in: .min ... .max, using: &random)),
                id: EventID(Int64.random(in: 0 ... .max, using: &random))),
            upTo: EventID(Int64.random(in: 0 ... .max, using: &random)))
    }

    @Test func `A cursor comes back as it was given`() {
        var random = SeededGenerator(seed: 71)
        for _ in 0..<200 {
            let cursor = Self.cursor(&random)
            let text = cursor.text(for: "q=1:a", key: Self.key)
            #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
            #expect(PageCursor(text, for: "q=1:a", key: Self.key) == cursor)
        }
    }

    @Test func `What was changed, cut or given out for something else is refused`() {
        var random = SeededGenerator(seed: 72)
        let letters = Array("ABCXYZabcxyz0189-_+/=.")
        let text = Self.cursor(&random).text(for: "q=1:a", key: Self.key)
        for index in text.indices {
            for letter in letters where letter != text[index] {
                var changed = text
                changed.replaceSubrange(index...index, with: [letter])
                #expect(PageCursor(changed, for: "q=1:a", key: Self.key) == nil, "\(changed)")
            }
            #expect(PageCursor(String(text[..<index]), for: "q=1:a", key: Self.key) == nil)
        }
        #expect(PageCursor(text + "A", for: "q=1:a", key: Self.key) == nil)
        #expect(PageCursor(text, for: "q=1:b", key: Self.key) == nil, "another question")
        #expect(PageCursor(text, for: "q=1:a", key: PageCursor.Key(1, 2)) == nil, "another server")
        #expect(PageCursor("", for: "", key: Self.key) == nil)
    }
}
