import Model
import Wire

/// Decodes the objects inside arrays and envelopes of live feeds, each by a layout, into one batch.
struct NestedDecoder: Sendable {
    private var decoder: any Format

    init?(_ entry: FormatCatalogue.Entry) {
        guard let made = entry.make([]) else { return nil }
        decoder = made
    }

    /// Decodes objects that lie in a record; the first event keeps the raw record, the others share it.
    ///
    /// Nothing reaches the batch when an object is refused.
    mutating func decode(
        _ objects: [Range<Int>], of record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        var found = EventBatch()
        for object in objects { _ = try decoder.decode(record.extracting(object), in: context, into: &found) }
        guard !found.isEmpty else { return .filtered }
        for row in 0..<found.count {
            batch.appendValues(of: found[row])
            if row == 0 { batch.endRow(raw: record) } else { batch.endRowWithoutRaw() }
        }
        return .events(found.count)
    }
}

extension JSONReader {
    /// The ranges of the objects among the elements of the array at a token, arrays in it looked through.
    func objects(in array: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var at = array + 1
        while at < self[array].next {
            switch self[at].kind {
            case .object: found.append(self[at].range)
            case .array: found += objects(in: at)
            default: break
            }
            at = self[at].next
        }
        return found
    }
}
