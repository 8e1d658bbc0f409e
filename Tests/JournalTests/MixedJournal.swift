import Foundation
import Model
import TestKit
import Testing

@testable import Journal

/// A journal of events of all classes, and what it must hold.
final class MixedJournal {
    /// An event that was committed.
    struct Known {
        var id: EventID
        var number: Int
        var retained: RetentionClass
        /// The text of its raw record, which it may share with the events before it.
        var raw: String
        /// Its day of commit.
        var day: Int
        var isKept = false
        var isThere = true
    }

    let folder: TemporaryFolder
    let clock: ManualClock
    var options: JournalOptions
    var journal: EventJournal
    var known: [Known] = []
    private var next = 0

    init(folder: TemporaryFolder = TemporaryFolder(), clock: ManualClock = ManualClock(), options: JournalOptions = JournalOptions()) throws
    {
        (self.folder, self.clock, self.options) = (folder, clock, options)
        journal = try EventJournal(folder: folder.path, options: options, clock: clock.wallClock)
    }

    var day: Int { clock.now.day.daysSinceEpoch }

    /// Closes the journal and opens it again with the options.
    func reopen() async throws {
        await journal.close()
        journal = try EventJournal(folder: folder.path, options: options, clock: clock.wallClock)
    }

    /// Commits events: `a`ttack, `p`ost, `r`ecord, `n`one (which is a record); an upper-case letter shares the raw record before it.
    @discardableResult
    func append(_ letters: String, rawBytes: Int = 20) async throws -> [EventID] {
        var batch = EventBatch()
        var made: [Known] = []
        var random = SeededGenerator(seed: UInt64(next + 1))
        for letter in letters {
            let retained: RetentionClass = letter.lowercased() == "a" ? .attacks : letter.lowercased() == "p" ? .posts : .records
            batch.append(.timestamp, clock.now.adding(seconds: -Double(next % 1000)))
            if letter.lowercased() != "n" { batch.append(.eventFamily, String(retained.name.dropLast())) }
            batch.append(.message, "event \(next)")
            if letter.isUppercase, let last = made.last {
                batch.endRowWithoutRaw()
                made.append(Known(id: .zero, number: next, retained: retained, raw: last.raw, day: day))
            } else {
                // Bytes that do not compress, so that longer records make large blocks.
                let noise = (0..<rawBytes).map { _ in UInt8.random(in: 33...126, using: &random) }
                let raw = "raw \(next) " + String(decoding: noise, as: UTF8.self)
                batch.endRow(raw: Array(raw.utf8).span)
                made.append(Known(id: .zero, number: next, retained: retained, raw: raw, day: day))
            }
            next += 1
        }
        var ledger = Ledger()
        ledger.received = Int64(made.count)
        ledger.stored = ledger.received
        let receipt = try await journal.append(JournalAppend(source: "test", events: batch, ledger: ledger))
        for index in made.indices { made[index].id = EventID(receipt.firstID.value + Int64(index)) }
        known += made
        return made.map(\.id)
    }

    /// Does to the model what retention by age must do to the journal, whose newest file is of today.
    func expire() {
        for index in known.indices where known[index].isThere && known[index].day < day {
            let age = day - known[index].day
            let limit = options.retention[known[index].retained]?.maximumAgeDays ?? .max
            let bound = options.maximumAgeDays ?? .max
            if age > options.retention[.kept]?.maximumAgeDays ?? .max { known[index].isKept = false }
            if age > min(limit, bound), !known[index].isKept { known[index].isThere = false }
        }
    }

    var there: [Known] { known.filter(\.isThere) }

    /// Holds the journal against the model: every way to read, count and find.
    func check(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let expected = there
        let folder = folder.path
        try await check(expected, comment, sourceLocation) { [journal] in try await journal.next(after: $0) }
        let reader = try JournalReader(folder: folder)
        try await check(expected, comment, sourceLocation) { try reader.next(after: $0) }
        #expect(try reader.verify().events == Int64(expected.count), comment, sourceLocation: sourceLocation)
        #expect(journal.storedCount == Int64(expected.count), comment, sourceLocation: sourceLocation)
        #expect(try reader.count() == Int64(expected.count), comment, sourceLocation: sourceLocation)
        #expect(journal.ledgers["test"]?.stored ?? 0 == Int64(known.count), comment, sourceLocation: sourceLocation)
        #expect(journal.ledgers["test"]?.isBalanced ?? true, comment, sourceLocation: sourceLocation)
        for index in stride(from: 0, to: known.count, by: max(known.count / 23, 1)) {
            let event = known[index]
            let found = try reader.event(event.id)
            let number = found.flatMap { SampleEvents.number(of: $0.block.events[$0.index]) }
            #expect(number == (event.isThere ? event.number : nil), comment, sourceLocation: sourceLocation)
            let before = expected.filter { $0.id <= event.id }.count
            #expect(try reader.count(upTo: event.id) == Int64(before), comment, sourceLocation: sourceLocation)
            if expected.count > before {
                let cursor = try reader.cursor(beforeNewest: expected.count - before)
                #expect(expected.filter { $0.id > cursor }.count == expected.count - before, comment, sourceLocation: sourceLocation)
            }
        }
        let gone = known.filter { !$0.isThere }
        for retained in RetentionClass.families {
            let newest = gone.filter { $0.retained == retained }.map(\.id).max() ?? .zero
            #expect(journal.removals[retained] >= newest, comment, sourceLocation: sourceLocation)
        }
        #expect(try reader.removals() == journal.removals, comment, sourceLocation: sourceLocation)
    }

    private func check(
        _ expected: [Known], _ comment: Comment?, _ sourceLocation: SourceLocation, _ next: (EventID) async throws -> Block?
    ) async throws {
        var found: [String] = []
        var cursor = EventID.zero
        while let block = try await next(cursor) {
            var raw = ""
            for index in 0..<block.events.count {
                let own = block.events.raw(index)
                if !own.isEmpty { raw = String(decoding: own, as: UTF8.self) }
                #expect(block.id(index) > cursor && block.index(of: block.id(index)) == index, comment, sourceLocation: sourceLocation)
                found.append("\(block.id(index)) \(SampleEvents.number(of: block.events[index]) ?? -1) \(raw)")
            }
            cursor = block.lastID
        }
        let wanted = expected.map { "\($0.id) \($0.number) \($0.raw)" }
        #expect(found == wanted, comment, sourceLocation: sourceLocation)
    }

    /// Endings of the files that belong to the journal, sorted.
    var files: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix("blocks") || $0.hasSuffix("sqlite") }
                .sorted()
        }
    }
}
