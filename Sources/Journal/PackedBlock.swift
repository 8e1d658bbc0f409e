import Model
internal import Synchronization

/// The events of a block in the form in which they are kept.
struct PackedBlock: Sendable {
    let count: Int
    /// Event times; the greatest and the least number when no event has one.
    let earliest: Timestamp
    let latest: Timestamp
    /// The two blobs, one behind the other, and how long the first one is.
    let bytes: [UInt8]
    let rowBytes: Int

    init(_ events: EventBatch, codec: BlockCodec) throws(JournalError) { try self.init(events, BatchSurvey(events), codec: codec) }

    init(_ events: EventBatch, _ survey: BatchSurvey, codec: BlockCodec) throws(JournalError) {
        count = events.count
        earliest = survey.earliest
        latest = survey.latest
        (bytes, rowBytes) = try codec.encode(events)
    }
}

/// The events of a span in the form in which they are kept: one block for each class.
///
/// It depends on the events alone, so that it can be made before their turn to be written comes.
struct PackedSpan: Sendable {
    struct Part: Sendable {
        let retained: RetentionClass
        let block: PackedBlock
        /// The ids, counted from the span's first; nil when the block has all of them.
        let ids: IDRuns?
    }

    let parts: [Part]

    init(_ events: EventBatch, codec: BlockCodec) throws(JournalError) {
        let survey = BatchSurvey(events)
        var parts: [Part] = []
        if let only = survey.only {
            parts = [Part(retained: only, block: try PackedBlock(events, survey, codec: codec), ids: nil)]
        } else {
            for part in ClassSplit(events, firstID: .zero, survey: survey).parts {
                parts.append(Part(retained: part.retained, block: try PackedBlock(part.events, codec: codec), ids: part.ids))
            }
        }
        self.parts = parts
    }
}

/// Packs the events of large appends for whoever submits them, so that the writer is left with writing.
final class SpanPacker: Sendable {
    /// Used by one thread at a time, which took it out.
    private struct Idle: @unchecked Sendable { var codecs: [BlockCodec] = [] }

    private let level: Int32
    private let idle = Mutex(Idle())

    init(level: Int32) { self.level = level }

    func pack(_ events: EventBatch) throws(JournalError) -> PackedSpan {
        let known = idle.withLock { $0.codecs.popLast() }
        let codec = if let known { known } else { try BlockCodec(level: level) }
        defer { idle.withLock { $0.codecs.append(codec) } }
        return try PackedSpan(events, codec: codec)
    }
}
