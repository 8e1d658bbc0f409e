import Foundation
import Model
import TestKit
import Testing

@testable import Journal

@Suite("Events that are kept")
struct KeepTests {
    @Test func `A kept event outlives its class and the bound of all, once, under its id`() async throws {
        let mixed = try MixedJournal(options: ClassRetentionTests.limits(3, nil, 1, all: 5))
        let ids = try await mixed.append("arRrparR")
        let wanted = [ids[0], ids[2], ids[3], ids[7]]
        #expect(try await mixed.journal.keep(ids: wanted) == .init(copied: 4, known: 0, absent: 0))
        #expect(try await mixed.journal.keep(ids: wanted + [EventID(7)]) == .init(copied: 0, known: 4, absent: 1))
        try await mixed.check("copies are not seen beside their originals")
        for index in [0, 2, 3, 7] { mixed.known[index].isKept = true }
        for day in 0..<8 {
            mixed.clock.advance(seconds: 86_400)
            _ = try await mixed.journal.applyRetention()
            mixed.expire()
            try await mixed.check("day \(day)")
        }
        #expect(mixed.there.map(\.id) == wanted)
        #expect(try await mixed.journal.keep(ids: wanted) == .init(copied: 0, known: 4, absent: 0))
        #expect(try await mixed.journal.keep(ids: [ids[1]]) == .init(copied: 0, known: 0, absent: 1))
        #expect(try JournalReader(folder: mixed.folder.path).keptIDs() == wanted)
        try await mixed.reopen()
        try await mixed.check()
    }

    @Test func `What is kept has an age of its own, also before its original goes`() async throws {
        let mixed = try MixedJournal(options: ClassRetentionTests.limits(4, nil, 1, kept: 2))
        let ids = try await mixed.append("arar")
        _ = try await mixed.journal.keep(ids: ids)
        for index in mixed.known.indices { mixed.known[index].isKept = true }
        for left in ["arar", "arar", "aa", "aa", ""] {
            mixed.clock.advance(seconds: 86_400)
            _ = try await mixed.journal.applyRetention()
            mixed.expire()
            try await mixed.check("\(left)")
            #expect(mixed.there.count == left.count)
        }
    }

    @Test func `Events of the newest file are kept as those of others are`() async throws {
        let mixed = try MixedJournal(options: ClassRetentionTests.limits(nil, nil, 1))
        let old = try await mixed.append("rr")
        mixed.clock.advance(seconds: 86_400)
        let new = try await mixed.append("rr")
        #expect(try await mixed.journal.keep(ids: [old[1], new[0]]).copied == 2)
        for index in [1, 2] { mixed.known[index].isKept = true }
        mixed.clock.advance(seconds: 5 * 86_400)
        _ = try await mixed.journal.applyRetention()
        mixed.expire()
        try await mixed.check()
        #expect(mixed.there.map(\.id) == [old[1], new[0]])
    }
}

extension EventJournal.Keeping {
    init(copied: Int, known: Int, absent: Int) {
        self.init()
        (self.copied, self.known, self.absent) = (copied, known, absent)
    }
}
