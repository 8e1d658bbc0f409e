import Foundation
import Model
import TestKit
import Testing

@testable import Journal

@Suite("Retention by class")
struct ClassRetentionTests {
    static func limits(_ attacks: Int?, _ posts: Int?, _ records: Int?, kept: Int? = nil, all: Int? = nil) -> JournalOptions {
        var options = JournalOptions()
        options.maximumAgeDays = all
        for (retained, days) in [(RetentionClass.attacks, attacks), (.posts, posts), (.records, records), (.kept, kept)] {
            if let days { options.retention[retained] = RetentionLimit(maximumAgeDays: days) }
        }
        return options
    }

    /// Days of events, and what is left of each at the end of the last day.
    struct Case: Sendable {
        var name: String
        var options: JournalOptions
        var days: [String]
        var left: [String]
    }

    static let manyAttacks = String(repeating: "a", count: 400)
    static let table: [Case] = [
        Case(name: "no limits", options: limits(nil, nil, nil), days: ["aprn", "apr", "apr"], left: ["aprn", "apr", "apr"]),
        Case(name: "records only", options: limits(nil, nil, 1), days: ["aprn", "rrnn", "rpa", "a"], left: ["ap", "", "rpa", "a"]),
        Case(name: "attacks, posts", options: limits(2, 1, nil), days: ["apr", "apr", "apr", "apr"], left: ["r", "ar", "apr", "apr"]),
        Case(
            name: "all by themselves", options: limits(3, 2, 1, all: 3), days: ["apr", "apr", "apr", "apr", "apr"],
            left: ["", "a", "ap", "apr", "apr"]),
        Case(name: "the bound of all", options: limits(300, 300, 300, all: 1), days: ["apr", "apr", "apr"], left: ["", "apr", "apr"]),
        Case(name: "the newest file stays", options: limits(nil, 1, 1), days: ["prprpr"], left: ["prprpr"]),
        Case(
            name: "an interleaved commit", options: limits(nil, nil, 1), days: [String(repeating: "ra", count: 400), "a", "a"],
            left: [manyAttacks, "a", "a"]),
    ]

    @Test(arguments: table)
    func cases(_ example: Case) async throws {
        let (options, days, left) = (example.options, example.days, example.left)
        let name = Comment(rawValue: example.name)
        let mixed = try MixedJournal(options: options)
        for (number, letters) in days.enumerated() {
            if number > 0 { mixed.clock.advance(seconds: 86_400) }
            try await mixed.append(letters)
        }
        _ = try await mixed.journal.applyRetention()
        mixed.expire()
        // The model itself is held against the table.
        var byDay = [String](repeating: "", count: days.count)
        var numbers = [Int](repeating: 0, count: days.count)
        for event in mixed.known {
            let day = event.day - (mixed.day - days.count + 1)
            let letters = Array(days[day])
            if event.isThere { byDay[day].append(letters[numbers[day]]) }
            numbers[day] += 1
        }
        #expect(byDay == left, name)
        try await mixed.check(name)
        #expect(try await mixed.journal.applyRetention().isEmpty, "what is done is done")
        try await mixed.reopen()
        try await mixed.check(name)
    }

    @Test func `Size counts each class by itself, the oldest goes first`() async throws {
        var options = JournalOptions()
        options.retention[.records] = RetentionLimit(maximumBytes: 150_000)
        let mixed = try MixedJournal(options: options)
        for _ in 0..<4 {
            try await mixed.append("a" + String(repeating: "r", count: 70), rawBytes: 1000)
            mixed.clock.advance(seconds: 86_400)
        }
        #expect(try await mixed.journal.applyRetention().count == 2)
        let days = Set(mixed.known.map(\.day)).sorted().prefix(2)
        for index in mixed.known.indices where days.contains(mixed.known[index].day) && mixed.known[index].retained == .records {
            mixed.known[index].isThere = false
        }
        try await mixed.check()
        let held = try JournalReader(folder: mixed.folder.path).holdings()
        #expect(held.events == [.attacks: 4, .records: 140])
        #expect(held.bytes[.records] ?? 0 <= 150_000)
    }

    @Test func `A quiet day ends the file, so that retention reaches it`() async throws {
        let mixed = try MixedJournal(options: Self.limits(nil, nil, 1))
        try await mixed.append("arar")
        mixed.clock.advance(seconds: 5 * 86_400)
        #expect(try await mixed.journal.applyRetention().count == 1)
        mixed.expire()
        try await mixed.check()
        let head = mixed.journal.head
        try await mixed.reopen()
        #expect(mixed.journal.head == head, "the id of a removed event is not given again")
        #expect(try #require(try await mixed.append("r").first) > head)
        try await mixed.check()
    }

    @Test func `A removed class leaves no file of blocks, and its room is given back`() async throws {
        let mixed = try MixedJournal(options: Self.limits(nil, nil, 1))
        try await mixed.append(String(repeating: "ra", count: 100), rawBytes: 500)
        // Small blocks lie in the database itself.
        for _ in 0..<400 { try await mixed.append("rrr", rawBytes: 2000) }
        mixed.clock.advance(seconds: 2 * 86_400)
        try await mixed.append("a")
        let name = try #require(try mixed.files.first { $0.hasSuffix("sqlite") })
        func size() throws -> Int { try #require(try FileManager.default.attributesOfItem(atPath: mixed.folder.file(name))[.size] as? Int) }
        #expect(try mixed.files.contains { $0.hasSuffix("records.blocks") })
        let before = try size()
        _ = try await mixed.journal.applyRetention()
        mixed.expire()
        try await mixed.check()
        #expect(try !mixed.files.contains { $0.hasSuffix("records.blocks") })
        #expect(try size() * 4 < before)
    }

    @Test func `A reader in the middle of a class that is removed goes on with what is left`() async throws {
        let mixed = try MixedJournal(options: Self.limits(nil, nil, 1))
        for _ in 0..<5 { try await mixed.append(String(repeating: "rrra", count: 30), rawBytes: 500) }
        mixed.clock.advance(seconds: 3 * 86_400)
        try await mixed.append("ar")
        let reader = try JournalReader(folder: mixed.folder.path)
        let first = try #require(try reader.next(after: .zero))
        _ = try await mixed.journal.applyRetention()
        mixed.expire()
        var found: [EventID] = []
        var cursor = first.id(10)
        while let block = try reader.next(after: cursor) {
            for index in block.firstIndex(after: cursor)..<block.events.count { found.append(block.id(index)) }
            cursor = block.lastID
        }
        #expect(found == mixed.there.map(\.id).filter { $0 > first.id(10) })
    }
}
