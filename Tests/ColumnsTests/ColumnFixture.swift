import Journal
import KQL
import Model
import TestKit

@testable import Columns

/// A value of a field.
struct FieldValue: Hashable {
    let field: Field
    let value: ColumnValue

    /// How often each value stands in a row.
    static func counts(of row: EventRow) -> [FieldValue: Int] {
        var counts: [FieldValue: Int] = [:]
        row.visit { counts[FieldValue(field: $0.field, value: value(at: $0, of: row)), default: 0] += 1 }
        return counts
    }

    private static func value(at pair: EventRow.Pair, of row: EventRow) -> ColumnValue {
        switch pair.field.type {
        case .keyword, .text: return .text(String(decoding: row.utf8(pair), as: UTF8.self))
        case .label:
            let (key, text) = row.label(pair)
            return .label(key: key, text: text)
        case .ip: return .address(row.ip(pair))
        case .integer: return .integer(row.integer(pair))
        case .number: return .number(row.number(pair))
        case .date: return .date(row.date(pair))
        case .boolean: return .boolean(row.boolean(pair))
        case .geoPoint: return .point(row.point(pair))
        }
    }
}

/// An event of the journal, as the columns should show it: one without a time has that of its commit.
struct KnownEvent {
    let position: EventPosition
    let row: EventRow
    let counts: [FieldValue: Int]
    /// The distinct values of each field.
    let values: [Field: [ColumnValue]]

    init(_ id: EventID, _ stored: EventRow) {
        position = EventPosition(time: stored.date(.timestamp) ?? id.committed, id: id)
        var batch = EventBatch()
        if stored.date(.timestamp) == nil { batch.append(.timestamp, position.time) }
        batch.appendValues(of: stored)
        batch.endRowWithoutRaw()
        row = batch[0]
        counts = FieldValue.counts(of: row)
        values = Dictionary(grouping: counts.keys, by: \.field).mapValues { $0.map(\.value) }
    }
}

/// A journal in a folder of its own, and what it holds.
final class ColumnFixture {
    let folder = TemporaryFolder()
    let clock = ManualClock(MixedEvents.end)
    let journal: EventJournal
    private(set) var events: [KnownEvent] = []
    private var generator: MixedEvents

    init(seed: UInt64, options: JournalOptions = JournalOptions()) throws {
        generator = MixedEvents(seed: seed)
        journal = try EventJournal(folder: folder.file("journal"), options: options, clock: clock.wallClock)
    }

    /// Appends random events in blocks of random sizes, some of which follow one another without a gap in their ids.
    func append(_ count: Int) async throws {
        var left = count
        while left > 0 {
            let size = min(left, generator.chance(3) ? 1 : Int.random(in: 1...900, using: &generator.random))
            try await append(generator.batch(size))
            if generator.chance(2) { clock.advance(seconds: 0.005) }
            left -= size
        }
    }

    func append(_ batch: EventBatch) async throws {
        var ledger = Ledger()
        ledger.received = Int64(batch.count)
        ledger.stored = ledger.received
        let receipt = try await journal.append(JournalAppend(source: "test", events: batch, ledger: ledger))
        guard let block = try await journal.next(after: EventID(receipt.firstID.value - 1)) else { return }
        for index in 0..<block.events.count where block.id(index) >= receipt.firstID {
            events.append(KnownEvent(block.id(index), block.events[index]))
        }
    }

    /// A store over the journal that has taken all there is.
    func store(_ name: String = "columns", fullRows: Int, plainAfter: Int = 64, sharedBytes: Int = 64 << 20) async throws -> ColumnStore {
        let store = try await ColumnStore(
            folder: folder.file(name), lock: nil, journal: JournalFeed(journal), fullRows: fullRows, plainAfter: plainAfter,
            sharedBytes: sharedBytes)
        try await store.catchUp()
        return store
    }

    // MARK: Answers by looking at every event

    func events(_ scope: QueryScope) -> [KnownEvent] {
        events.filter { event in
            (scope.upTo.map { event.position.id <= $0 } ?? true) && (scope.times?.contains(event.position.time) ?? true)
                && (scope.predicate?.matches(event.row) ?? true)
        }
    }

    static func groups(_ events: [KnownEvent], by keys: [GroupKey]) -> Set<Group> {
        var counts: [[ColumnValue]: Int] = [:]
        for event in events {
            var combined: [[ColumnValue]] = [[]]
            for key in keys {
                let values: [ColumnValue]
                switch key {
                case .field(let field): values = event.values[field] ?? []
                case .time(let interval, let origin): values = [.date(start(event.position.time, interval, origin))]
                }
                combined = combined.flatMap { head in values.map { head + [$0] } }
            }
            for values in combined { counts[values, default: 0] += 1 }
        }
        return Set(counts.map { Group(values: $0.key, count: $0.value) })
    }

    /// The beginning of the span that holds a time.
    static func start(_ time: Timestamp, _ interval: Int64, _ origin: Int64) -> Timestamp {
        let behind = (time.microseconds - origin % interval) % interval
        return Timestamp(microseconds: time.microseconds - (behind < 0 ? behind + interval : behind))
    }
}
