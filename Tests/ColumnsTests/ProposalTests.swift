import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// Values that are proposed are those that occur, and a query with one finds its events again.
@Suite struct ProposalTests {
    @Test func `Proposals are the most frequent values that begin so`() async throws {
        let all = try await QuestionFixture(seed: 71)
        var (field, prefix) = (Field.tags, "")
        try all.check(seed: 72, scopes: 30) { random -> Question<[ValueProposal]> in
            (field, prefix) = (random.field(), random.generator.pick(["", "", "r", "RO", "10.0", "1", "-", "user1", "ü"]))
            return .proposals(of: field, beginning: prefix, limit: 6)
        } _: { answer, events, _, about in
            let wanted = QuestionFixture.top(events, [.field(field)], .max / 8).groups.filter { group in
                let text = if case .label(_, let text) = group.values[0] { text } else { group.values[0].description }
                return text.lowercased().hasPrefix(prefix.lowercased())
            }
            #expect(answer.value == wanted.prefix(6).map { ValueProposal(value: $0.values[0], count: $0.count) }, about)
        }
    }

    @Test func `A query with a proposed value finds as many events as it was proposed with`() async throws {
        let fixture = try ColumnFixture(seed: 73)
        try await fixture.append(1500)
        var batch = EventBatch()
        for text in ["not a", "a and b", "x\"y", "\\", "a\nb", "true", "null", "*", "(x)", "a: b", "\u{202e}x", "", " ", "-", "1,2"] {
            batch.append(.timestamp, MixedEvents.end)
            batch.append(.userName, text)
            batch.append(label: "odd key:\(text)", text)
            batch.endRowWithoutRaw()
        }
        try await fixture.append(batch)
        let engine = QueryEngine(try await fixture.store(fullRows: 700), width: 2)
        let options = QueryOptions(now: MixedEvents.end)
        func count(_ text: String) throws -> Int { try engine.count(QueryScope(try KQLPredicate(parsing: text, options: options))).value }
        for field in RandomQueries.fields where field.type != .geoPoint && field.type != .text && field != .labels {
            for proposal in try engine.answer(.proposals(of: field, beginning: "", limit: 1000), QueryScope()).value {
                let query = "\(field.name): \(ProposedText.value(proposal.value.description))"
                #expect(try count(query) == proposal.count, "\(query)")
            }
        }
        for proposal in try engine.answer(.proposals(of: .labels, beginning: "", limit: 1000), QueryScope()).value {
            guard case .label(let key, let text) = proposal.value, !key.isEmpty else { continue }
            let query = "\(ProposedText.field("labels.\(key)")): \(ProposedText.value(text))"
            #expect(try count(query) == proposal.count, "\(query)")
            let ofKey = try engine.answer(.proposals(of: .labels, labelKey: key, beginning: text, limit: 1000), QueryScope()).value
            #expect(ofKey.contains(ValueProposal(value: .text(text), count: proposal.count)), "\(key)")
        }
    }
}
