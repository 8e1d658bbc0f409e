import Model
import TestKit
import Testing

@testable import Journal

@Suite struct NoteBookTests {
    static func subject(_ kind: String, _ value: String) throws -> NoteSubject { try #require(NoteSubject(kind: kind, value: value)) }

    @Test func `Notes are there after a restart, newest first`() async throws {
        let folder = TemporaryFolder()
        let clock = WallClock { Timestamp(milliseconds: 1_780_000_000_000) }
        let address = try Self.subject("ip", "203.0.113.9")
        do {
            let book = try NoteBook(path: folder.file("notes.sqlite"), clock: clock)
            for text in ["first", "second"] { _ = try await book.add(text, about: address) }
            _ = try await book.add("other", about: try Self.subject("port", "22"))
        }
        let book = try NoteBook(path: folder.file("notes.sqlite"), clock: clock)
        let found = try await book.notes(kind: "ip", value: address.value, limit: 10)
        #expect(found.map(\.text) == ["second", "first"])
        #expect(found.allSatisfy { $0.created == clock.now && $0.changed == nil && $0.revision == 1 })
        #expect(try await book.notes(limit: 2).map(\.text) == ["other", "second"])
        #expect(try await book.notes(before: found[0].id, limit: 2).map(\.text) == ["first"])
        #expect(try await book.notes(kind: "port", limit: 2).map(\.text) == ["other"])
    }

    @Test func `Who has read an older revision changes nothing`() async throws {
        let folder = TemporaryFolder()
        let book = try NoteBook(path: folder.file("notes.sqlite"))
        let note = try await book.add("first", about: try Self.subject("rule", "ET SCAN"))
        guard case .done(let changed) = try await book.change(note.id, revision: 1, to: "second") else {
            Issue.record("not changed")
            return
        }
        #expect(changed.text == "second" && changed.revision == 2 && changed.changed != nil && changed.created == note.created)
        #expect(try await book.change(note.id, revision: 1, to: "third") == .conflict(changed))
        #expect(try await book.remove(note.id, revision: 1) == .conflict(changed))
        #expect(try await book.notes(limit: 10) == [changed])
        #expect(try await book.remove(note.id, revision: 2) == .done(changed))
        #expect(try await book.remove(note.id, revision: nil) == .gone)
        #expect(try await book.add("fourth", about: note.subject).id > note.id, "an id is given once")
    }

    @Test func `One thing has a bounded number of notes`() async throws {
        let folder = TemporaryFolder()
        let book = try NoteBook(path: folder.file("notes.sqlite"))
        let subject = try Self.subject("sensor", "lab")
        for number in 0..<NoteBook.maximumOfOne { _ = try await book.add("\(number)", about: subject) }
        await #expect(throws: NoteBook.Refusal.self) { try await book.add("one more", about: subject) }
        _ = try await book.add("another's", about: try Self.subject("sensor", "lab-2"))
    }

    @Test(
        arguments: [
            ("ip", "2001:DB8:0::1", "2001:db8::1"), ("ip", "203.0.113.9", "203.0.113.9"), ("ip", "203.0.113", nil),
            ("network", "203.0.113.0/24", "203.0.113.0/24"), ("network", "203.0.113.0", nil),
            ("asn", "064500", "64500"),
            ("asn", "AS1", nil), ("port", "22", "22"), ("port", "", nil), ("country", "de", "DE"), ("cve", "cve-2024-1", "CVE-2024-1"),
            ("domain", "Example.ORG", "example.org"), ("rule", "ET a/b?c#d <b>", "ET a/b?c#d <b>"), ("rule", "a\u{0}b", nil),
            ("planet", "mars", nil),
            ("sensor", String(repeating: "x", count: 513), nil),
        ] as [(String, String, String?)])
    func `A thing has one spelling`(kind: String, value: String, kept: String?) {
        #expect(NoteSubject(kind: kind, value: value)?.value == kept)
    }

    @Test(
        arguments: [
            (" a \r\n", "a"), ("<script>alert(1)</script>", "<script>alert(1)</script>"), ("a\r\nb\tc", "a\nb\tc"), ("", nil),
            (" \n\t ", nil), ("a\u{0}", nil),
            ("a\u{1b}[31m", nil), ("a\u{85}b", nil), (String(repeating: "é", count: 4000), String(repeating: "é", count: 4000)),
            (String(repeating: "x", count: 4001), nil),
        ] as [(String, String?)])
    func `A text is plain and bounded`(text: String, kept: String?) {
        #expect(Note.plain(text) == kept)
    }

    @Test func `A file of a newer version is left alone`() async throws {
        let folder = TemporaryFolder()
        let path = folder.file("notes.sqlite")
        try SQLiteConnection(path: path, mode: .create).execute("PRAGMA user_version=2")
        #expect(throws: JournalError.self) { try NoteBook(path: path) }
    }
}
