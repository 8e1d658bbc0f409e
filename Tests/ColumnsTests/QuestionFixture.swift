import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// Random scopes, and engines whose answers must be those of looking at every event.
struct QuestionFixture {
    let fixture: ColumnFixture
    let engines: [(name: String, engine: QueryEngine)]

    init(seed: UInt64, events: Int = 1200) async throws {
        fixture = try ColumnFixture(seed: seed)
        try await fixture.append(events)
        engines = [
            ("memory", QueryEngine(try await fixture.store("memory", fullRows: 1 << 18), width: 1)),
            ("files", QueryEngine(try await fixture.store("files", fullRows: events / 4), width: 2)),
            ("files, nothing shared", QueryEngine(try await fixture.store("alone", fullRows: events / 3, sharedBytes: 0), width: 2)),
        ]
    }

    /// Asks about random scopes: each answer must be the one that `verify` expects for the scope's events. Every second question goes to
    /// files, and every third tells what it has so far.
    func check<Value>(
        seed: UInt64, scopes: Int = 10, _ make: (inout RandomQueries) throws -> Question<Value>,
        _ verify: (Answer<Value>, [KnownEvent], QueryScope, Comment) throws -> Void
    ) throws {
        var random = RandomQueries(seed: seed)
        for number in 0..<scopes {
            let text = random.text()
            let scope = try random.scope(text)
            let question = try make(&random)
            let (name, engine) = engines[number % 2]
            let about: Comment = "\(name): \(text), \(String(describing: scope.times))"
            let answer =
                number % 3 == 0
                ? try engine.answer(question, scope) { (_, _) throws(ColumnError) in }
                : try engine.answer(question, scope)
            try verify(answer, fixture.events(scope), scope, about)
        }
    }

    /// The largest groups of events.
    static func top(_ events: [KnownEvent], _ keys: [GroupKey], _ limit: Int) -> (groups: [Group], distinct: Int) {
        let groups = ColumnFixture.groups(events, by: keys)
        let sorted = groups.sorted { a, b in a.count != b.count ? a.count > b.count : a.precedes(b) }
        return (Array(sorted.prefix(limit)), groups.count)
    }

    /// The first and the last time, and the events, of each value of a field.
    static func seen(_ events: [KnownEvent], _ field: Field) -> [ColumnValue: SeenValue] {
        var found: [ColumnValue: [Timestamp]] = [:]
        for event in events { for value in event.values[field] ?? [] { found[value, default: []].append(event.position.time) } }
        return Dictionary(
            uniqueKeysWithValues: found.map { value, times in
                (
                    value,
                    SeenValue(
                        value: value, count: times.count, first: times.min() ?? .init(microseconds: 0),
                        last: times.max() ?? .init(microseconds: 0))
                )
            })
    }
}
