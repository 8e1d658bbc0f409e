/// A stream over HTTP that does not end, and how its records are told apart.
public struct HTTPStreamOptions: Sendable {
    /// How the peer is reached; `{cursor}` in the address stands for the cursor of the last record.
    public var client: HTTPClientOptions
    /// Name of the format; nil detects it from the first record.
    public var format: String?
    /// The sensor for records that do not name one.
    public var sensor: String?
    /// Names of the events that are taken; empty takes all. For event streams.
    public var events: [String] = []
    /// What identifies a record, so that what the peer sends again is recognised; empty stores whatever comes.
    public var key: [String] = []
    /// Most keys that are remembered.
    public var window = 5_000
    /// Where a record says from where to go on; for streams of lines.
    public var cursor: String?
    /// What the cursor is at first.
    public var cursorStart = ""
    /// Time before a stream that ended in good order is opened again, unless the peer says another.
    public var reconnect: Duration = .seconds(3)
    /// Longest record in bytes.
    public var maximumRecordBytes = 1 << 20

    /// Options for an address.
    public init(client: HTTPClientOptions) { self.client = client }
}
