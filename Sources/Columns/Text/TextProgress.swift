/// How far the words of texts are indexed.
public struct TextProgress: Sendable, Equatable {
    /// Events in segments whose words are indexed.
    public internal(set) var indexed = 0
    /// Events in sealed segments; those behind them are searched in memory.
    public internal(set) var sealed = 0
    /// Events in the columns.
    public internal(set) var events = 0
    /// Bytes of the index.
    public internal(set) var bytes = 0
    /// Segments whose words are indexed.
    public internal(set) var segments = 0
}

extension ColumnStore {
    /// How far the words of texts are indexed.
    public var textProgress: TextProgress {
        var progress = TextProgress()
        progress.events = size.rows
        for segment in sealedSegments {
            progress.sealed += segment.rows
            guard let index = segment.text.index else { continue }
            progress.indexed += segment.rows
            progress.segments += 1
            progress.bytes += index.byteCount
        }
        return progress
    }
}
