/// How a journal is kept.
public struct JournalOptions: Sendable {
    /// Node number inside the ids, so that several nodes never make the same one.
    public var node: UInt8 = 0
    /// A file that has grown beyond this many bytes is followed by another of the same day.
    public var fileBytes: Int64 = 4 << 30
    /// Bytes of the newest events kept in memory for followers that are up to date.
    public var tailBytes = 24 << 20
    /// Seconds for which an origin key is remembered.
    public var originWindowSeconds: Double = 86_400
    /// Days after which a whole file is unlinked, counted from its commit day; nil keeps for ever.
    public var maximumAgeDays: Int?
    /// Bytes of all files above which the oldest are unlinked; nil keeps all.
    public var maximumBytes: Int64?
    /// zstd level of the blocks.
    public var compressionLevel: Int32 = -3
    /// The newest file is checked page by page at start when it is no larger than this.
    public var integrityCheckBytes: Int64 = 256 << 20

    /// The defaults.
    public init() {}
}
