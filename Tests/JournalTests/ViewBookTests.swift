import Model
import TestKit
import Testing

@testable import Journal

@Suite struct ViewBookTests {
    static func saved(_ outcome: ViewBook.Outcome) throws -> SavedView {
        guard case .done(let view) = outcome else {
            Issue.record("\(outcome)")
            throw CancellationError()
        }
        return view
    }

    @Test func `Views are there after a restart, by name`() async throws {
        let folder = TemporaryFolder()
        let clock = WallClock { Timestamp(milliseconds: 1_780_000_000_000) }
        do {
            let book = try ViewBook(path: folder.file("views.sqlite"), clock: clock)
            for name in ["beta", "Alpha", "gamma"] { _ = try Self.saved(try await book.add(name, search: "q=\(name)")) }
        }
        let book = try ViewBook(path: folder.file("views.sqlite"), clock: clock)
        let found = try await book.views()
        #expect(found.map(\.name) == ["Alpha", "beta", "gamma"] && found.map(\.search) == ["q=Alpha", "q=beta", "q=gamma"])
        #expect(found.allSatisfy { $0.created == clock.now && $0.changed == nil && $0.revision == 1 })
    }

    @Test func `A name is one view's`() async throws {
        let folder = TemporaryFolder()
        let book = try ViewBook(path: folder.file("views.sqlite"))
        let first = try Self.saved(try await book.add("edge", search: "q=a"))
        let second = try Self.saved(try await book.add("core", search: "q=b"))
        #expect(try await book.add("edge", search: "q=c") == .taken(first))
        #expect(try await book.change(second.id, revision: 1, name: "edge", search: "q=b") == .taken(first))
        let renamed = try Self.saved(try await book.change(first.id, revision: 1, name: "rim", search: "q=a"))
        #expect(renamed.revision == 2 && renamed.changed != nil && renamed.created == first.created)
        _ = try Self.saved(try await book.change(second.id, revision: 1, name: "edge", search: "q=b"))
        #expect(try await book.views().map(\.name) == ["edge", "rim"])
    }

    @Test func `Who has read an older revision changes nothing`() async throws {
        let folder = TemporaryFolder()
        let book = try ViewBook(path: folder.file("views.sqlite"))
        let first = try Self.saved(try await book.add("edge", search: "q=a"))
        let changed = try Self.saved(try await book.change(first.id, revision: 1, name: "edge", search: "q=b"))
        #expect(try await book.change(first.id, revision: 1, name: "edge", search: "q=c") == .conflict(changed))
        #expect(try await book.remove(first.id, revision: 1) == .conflict(changed))
        #expect(try await book.views() == [changed])
        #expect(try await book.remove(first.id, revision: 2) == .done(changed))
        #expect(try await book.remove(first.id, revision: nil) == .gone)
        #expect(try Self.saved(try await book.add("edge", search: "")).id > first.id, "an id is given once")
    }

    @Test func `Their number is bounded`() async throws {
        let folder = TemporaryFolder()
        let path = folder.file("views.sqlite")
        let book = try ViewBook(path: path)
        try SQLiteConnection(path: path, mode: .readWrite).execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(ViewBook.maximum))
            INSERT INTO view(name, search, created, revision) SELECT 'view ' || i, '', 0, 1 FROM n
            """)
        #expect(try await book.add("one more", search: "") == .full)
        #expect(try await book.views().count == ViewBook.maximum)
    }

    @Test func `A file of a newer version is left alone`() async throws {
        let folder = TemporaryFolder()
        let path = folder.file("views.sqlite")
        try SQLiteConnection(path: path, mode: .create).execute("PRAGMA user_version=2")
        #expect(throws: JournalError.self) { try ViewBook(path: path) }
    }

    @Test(
        arguments: [
            (" Edge, critical ", "Edge, critical"), ("<b>", "<b>"), ("Überblick 🛰", "Überblick 🛰"), ("", nil), (" \t ", nil), ("a\nb", nil),
            ("a\u{0}", nil), ("a\u{202e}b", nil), ("a\u{2028}b", nil), ("a\u{200b}b", nil),
            (String(repeating: "é", count: 80), String(repeating: "é", count: 80)), (String(repeating: "x", count: 81), nil),
        ] as [(String, String?)])
    func `A name is one line that is seen`(name: String, kept: String?) {
        #expect(SavedView.plain(name) == kept)
    }

    @Test(
        arguments: [
            ("", true), ("q=source.ip:+203.0.113.9&range=7d&split=attack.type", true), ("q=%22a%22&columns=@timestamp,summary", true),
            ("q=a#event=1", false), ("q=<b>", false), ("q=\"", false), ("q=a b", false), ("q=é", false), ("q=a\n", false),
            (String(repeating: "x", count: 8192), true), (String(repeating: "x", count: 8193), false),
        ])
    func `What is kept can be nothing but a query string`(text: String, isKept: Bool) {
        #expect(SavedView.isSearch(text) == isKept)
    }
}
