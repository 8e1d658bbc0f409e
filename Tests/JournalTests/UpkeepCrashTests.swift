import Foundation
import Model
import Synchronization
import TestKit
import Testing

@testable import Journal

/// What a kill at any moment of removing, keeping and compacting leaves behind: copies of the folder, made between the steps, are opened.
@Suite("Crashes in the upkeep")
struct UpkeepCrashTests {
    /// The copies, and the steps at which they were made.
    final class Copies: Sendable {
        private let made = Mutex<[(step: UpkeepStep, folder: TemporaryFolder)]>([])
        let source: TemporaryFolder

        init(_ source: TemporaryFolder) { self.source = source }

        var all: [(step: UpkeepStep, folder: TemporaryFolder)] { made.withLock { $0 } }

        func copy(at step: UpkeepStep) throws(JournalError) {
            let folder = TemporaryFolder()
            do {
                for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
                    try FileManager.default.copyItem(atPath: source.file(name), toPath: folder.file(name))
                }
            } catch {
                throw JournalError(.io, "\(error)")
            }
            made.withLock { $0.append((step, folder)) }
        }
    }

    /// Three days of commits with a record of each day kept, and a witness that copies; retention removes records.
    static func prepared() async throws -> (mixed: MixedJournal, copies: Copies) {
        let folder = TemporaryFolder()
        let copies = Copies(folder)
        var options = ClassRetentionTests.limits(nil, nil, 1, all: 30)
        options.witness = { step throws(JournalError) in try copies.copy(at: step) }
        let mixed = try MixedJournal(folder: folder, options: options)
        for _ in 0..<3 {
            for _ in 0..<5 { try await mixed.append("arRpn") }
            try await mixed.append(String(repeating: "ar", count: 60), rawBytes: 500)
            mixed.clock.advance(seconds: 86_400)
        }
        return (mixed, copies)
    }

    /// Opens a copy and holds it against one of two states; then brings it to the end, and looks for what is left over.
    static func check(_ copy: (step: UpkeepStep, folder: TemporaryFolder), _ mixed: MixedJournal, before: [MixedJournal.Known]) async throws
    {
        var options = mixed.options
        options.witness = { _ in }
        let opened = try MixedJournal(folder: copy.folder, clock: mixed.clock, options: options)
        let count = Int(opened.journal.storedCount)
        let isBefore = count == before.filter(\.isThere).count
        opened.known = isBefore ? before : mixed.known
        if !isBefore, count != mixed.there.count {
            // Some files are done, others are not: each of its own is one or the other.
            let reader = try JournalReader(folder: copy.folder.path)
            for index in before.indices {
                let isThere = try reader.event(before[index].id) != nil
                opened.known[index].isThere = isThere
                #expect(isThere == before[index].isThere || isThere == mixed.known[index].isThere)
            }
        }
        try await opened.check("\(copy.step)")
        _ = try await opened.journal.applyRetention()
        opened.known = mixed.known
        try await opened.check("\(copy.step), after retention")
        while try await opened.journal.compactNext() != nil {}
        try await opened.check("\(copy.step), after compaction")
        let parts = try opened.files.filter { $0.hasSuffix("blocks") }
        // Of each class of each day one file at most.
        #expect(Set(parts.map { $0.split(separator: ".").prefix(3).joined(separator: ".") }).count == parts.count, "\(copy.step): \(parts)")
        await opened.journal.close()
    }

    @Test func `Removing a class`() async throws {
        let (mixed, copies) = try await Self.prepared()
        let ids = mixed.known.filter { $0.retained == .records }.map(\.id)
        let kept = [ids[1], ids[20], ids[90], ids[170]]
        #expect(try await mixed.journal.keep(ids: kept).copied == 4)
        for index in mixed.known.indices where kept.contains(mixed.known[index].id) { mixed.known[index].isKept = true }
        let before = mixed.known
        #expect(try await mixed.journal.applyRetention().count == 2)
        mixed.expire()
        let made = copies.all
        #expect(Set(made.map(\.step)) == [.keeping, .didKeep, .willRemove, .removing, .removed, .unlinked])
        for copy in made where copy.step != .keeping && copy.step != .didKeep { try await Self.check(copy, mixed, before: before) }
    }

    @Test func `Keeping`() async throws {
        let (mixed, copies) = try await Self.prepared()
        let id = try #require(mixed.known.first { $0.retained == .records }?.id)
        _ = try await mixed.journal.keep(ids: [id])
        for copy in copies.all {
            var options = mixed.options
            options.witness = { _ in }
            let opened = try MixedJournal(folder: copy.folder, clock: mixed.clock, options: options)
            opened.known = mixed.known
            try await opened.check("\(copy.step)")
            let again = try await opened.journal.keep(ids: [id])
            #expect(again == (copy.step == .didKeep ? .init(copied: 0, known: 1, absent: 0) : .init(copied: 1, known: 0, absent: 0)))
            opened.known[opened.known.firstIndex { $0.id == id } ?? 0].isKept = true
            _ = try await opened.journal.applyRetention()
            opened.expire()
            try await opened.check("\(copy.step), removed")
            await opened.journal.close()
        }
        #expect(copies.all.count == 2)
    }

    @Test func `Compacting`() async throws {
        let (mixed, copies) = try await Self.prepared()
        mixed.options.retention = [:]
        let before = mixed.known
        #expect(try await mixed.journal.compactNext() != nil)
        let made = copies.all
        #expect(Set(made.map(\.step)) == [.willCompact, .wroteParts, .switching, .switched, .droppedParts, .vacuumed])
        for copy in made { try await Self.check(copy, mixed, before: before) }
    }

    @Test(arguments: [UpkeepStep.wroteParts, .switching])
    func `A compaction that fails leaves the file as it was`(_ step: UpkeepStep) async throws {
        var options = JournalOptions()
        options.witness = { reached throws(JournalError) in if reached == step { throw JournalError(.full, "no room") } }
        let mixed = try MixedJournal(options: options)
        try await mixed.append(String(repeating: "ar", count: 60), rawBytes: 500)
        mixed.clock.advance(seconds: 86_400)
        try await mixed.append("a")
        let files = try mixed.files
        await #expect(throws: JournalError.self) { _ = try await mixed.journal.compactNext() }
        #expect(try mixed.files == files)
        try await mixed.check()
        // A full disk is tried again.
        await #expect(throws: JournalError.self) { _ = try await mixed.journal.compactNext() }
    }
}
