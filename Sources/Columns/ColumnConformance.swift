internal import Journal
package import KQL
import Model

extension Conformance.Evaluator {
    /// Documents as rows of a segment, chosen by the filter that answers queries; nested objects are rows of segments of their own.
    package static let columns = Conformance.Evaluator("columns") { documents, types in
        let segment = DocumentSegment(documents, types, isIndexed: false)
        return { segment.rows(that: $0) }
    }

    /// The same with the words of the texts indexed.
    package static let indexedColumns = Conformance.Evaluator("indexed columns") { documents, types in
        let segment = DocumentSegment(documents, types, isIndexed: true)
        return { segment.rows(that: $0) }
    }
}

/// Documents in a segment in memory.
private final class DocumentSegment {
    private let builder: SegmentBuilder
    private let text: TextIndex?
    /// The nested objects of all documents, by path, and the row of the document that each lies in.
    private let nested: [String: (objects: DocumentSegment, parents: [Int])]

    init(_ documents: [PackedDocument], _ types: [FieldType?], isIndexed: Bool) {
        builder = SegmentBuilder(after: .zero, types: types)
        let ends = documents.reduce(into: [Int]()) { $0.append(($0.last ?? 0) + $1.row.count) }
        let batch = EventBatch(
            bytes: documents.flatMap(\.row), rowEnds: ends, rawBytes: [], rawEnds: [Int](repeating: 0, count: documents.count))
        let block = Block(firstID: EventID(1), events: batch ?? EventBatch())
        let stored = builder.add(block, from: 0)
        precondition(stored == documents.count, "a segment has room for the documents of a file")
        var found: [String: (objects: [PackedDocument], parents: [Int])] = [:]
        for (row, document) in documents.enumerated() {
            for (path, objects) in document.objects {
                found[path, default: ([], [])].objects += objects
                found[path, default: ([], [])].parents += objects.map { _ in row }
            }
        }
        nested = found.mapValues { (DocumentSegment($0.objects, types, isIndexed: isIndexed), $0.parents) }
        text = isIndexed && builder.rows > 0 ? TextIndex(inMemory: builder.view, fields: types.indices.filter { types[$0] == .text }) : nil
    }

    /// The rows that fulfil a plan.
    func rows(that plan: Plan) -> [Int] {
        guard builder.rows > 0 else { return [] }
        var (view, stop) = (builder.view, QueryStop())
        view.text = text
        if let text, !text.mayHold(plan) { return [] }
        let filter = SegmentFilter(plan, view, stop: stop) { path, inner in
            guard let below = nested[path] else { return nil }
            var chosen = [UInt8](repeating: 0, count: view.rows)
            for object in below.objects.rows(that: inner) { chosen[below.parents[object]] = 1 }
            return chosen
        }
        let scan = SegmentScan(
            view: view, segment: nil, filter: filter, times: .min ..< .max, rows: 0..<view.rows, hidden: nil, stop: stop)
        var rows: [Int] = []
        scan.forEachZone { _, chosen in chosen.visit { rows.append($0) } }
        return rows
    }
}
