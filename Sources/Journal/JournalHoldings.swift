/// What a journal holds of each class of retention.
public struct JournalHoldings: Sendable, Equatable {
    /// Events of each class; of ``RetentionClass/kept`` those whose originals are gone.
    public internal(set) var events: [RetentionClass: Int64] = [:]
    /// Compressed bytes of each class.
    public internal(set) var bytes: [RetentionClass: Int64] = [:]
    /// Events whose file was written before there were classes.
    public internal(set) var mixedEvents: Int64 = 0
    /// Their compressed bytes.
    public internal(set) var mixedBytes: Int64 = 0
    /// Copies of events whose originals are still there; they count with those.
    public internal(set) var copies: Int64 = 0
}
