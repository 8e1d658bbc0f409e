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
    /// What is kept of each class, within the two bounds above; classes without an entry have no bound of their own.
    public var retention: [RetentionClass: RetentionLimit] = [:]
    /// zstd level of the blocks as they come.
    public var compressionLevel: Int32 = -3
    /// zstd level at which files of past days are written anew.
    public var compactionLevel: Int32 = 9
    /// Whether files of past days are written anew to make them smaller. Files of earlier versions always are, when a class has a bound.
    public var compacts = true
    /// The newest file is checked page by page at start when it is no larger than this.
    public var integrityCheckBytes: Int64 = 256 << 20

    /// Told of each moment in the upkeep.
    var witness: UpkeepWitness = { _ in }

    /// The defaults.
    public init() {}
}
