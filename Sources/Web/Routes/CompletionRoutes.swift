import Columns
import Hummingbird
import Journal
import KQL
import Model

/// What may stand at the caret of a query that is being written.
struct CompletionRoutes: Sendable {
    let desk: QueryDesk

    func add(to table: inout RouteTable) {
        table.add(.complete) { request, _ in
            let query = try QueryParameters(request, now: desk.clock.now, readsQuery: false)
            let text = query.text("q") ?? ""
            let length = text.unicodeScalars.count
            let caret = try query.number("caret", length, in: 0...length)
            let limit = try query.number("limit", 20, in: 1...200)
            guard let place = CompletionPlace(in: text, caret: caret) else {
                return Response(Self.encode(nil, caret..<caret, []), revalidating: request)
            }
            return Response(Self.encode(place, place.range, try await proposals(place, query, limit)), revalidating: request)
        }
    }

    private func proposals(_ place: CompletionPlace, _ query: QueryParameters, _ limit: Int) async throws -> [Proposal] {
        switch place.kind {
        case .field: return Array(Proposal.fields(place.written).prefix(limit))
        case .connective: return Proposal.connectives(place.written)
        case .comparison(let name):
            return FieldOrLabel(name).map { Proposal.comparisons($0.field) } ?? Proposal.connectives("")
        case .value(let name, let isOrdered):
            guard let target = FieldOrLabel(name) else { return [] }
            let fixed = Proposal.fixedValues(target.field, place.written, isOrdered: isOrdered)
            guard target.field.isProposed else { return fixed }
            let question = Question<[ValueProposal]>.proposals(
                of: target.field, labelKey: target.key, beginning: place.written, limit: limit)
            let found = try await desk.run(query) { engine throws(ColumnError) in
                try engine.answer(question, query.scope, stop: query.stop).value
            }
            return found.map { Proposal(text: ProposedText.value($0.value.description), label: $0.value.description, count: $0.count) }
                + fixed
        }
    }

    private static func encode(_ place: CompletionPlace?, _ range: Range<Int>, _ proposals: [Proposal]) -> [UInt8] {
        var text = JSONText()
        text.object { json in
            json.member("kind", place.map(\.name))
            json.member("field", place.flatMap(\.field))
            json.member("from", range.lowerBound)
            json.member("to", range.upperBound)
            json.objects("proposals", proposals) { json, proposal in
                json.member("text", proposal.text)
                json.member("label", proposal.label)
                if let type = proposal.type { json.member("type", type) }
                if let meaning = proposal.meaning { json.member("meaning", meaning) }
                if let count = proposal.count { json.member("count", count) }
            }
        }
        return text.bytes
    }
}

/// A field by its name in a query, or the label of that key.
private struct FieldOrLabel {
    let field: Field
    let key: String?

    init?(_ name: String) {
        if let field = Field.named(name) {
            (self.field, key) = (field, nil)
        } else if name.hasPrefix("\(Field.labels.name).") {
            (field, key) = (.labels, String(name.dropFirst(Field.labels.name.count + 1)))
        } else {
            return nil
        }
    }
}

extension Field {
    /// Whether the values that events have can be asked for by equality.
    fileprivate var isProposed: Bool {
        switch type {
        case .geoPoint: false
        case .boolean: false
        default: self != .timestamp
        }
    }
}

extension CompletionPlace {
    fileprivate var name: String {
        switch kind {
        case .field: "field"
        case .comparison: "operator"
        case .value: "value"
        case .connective: "connective"
        }
    }

    fileprivate var field: String? {
        switch kind {
        case .comparison(let field), .value(let field, _): field
        case .field, .connective: nil
        }
    }
}
