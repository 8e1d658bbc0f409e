/// What a source asks for again and again, and how it tells what is new.
public struct HTTPPollOptions: Sendable {
    /// How the peer is reached.
    public var client: HTTPClientOptions
    /// Name of the format; nil detects it from the first answer.
    public var format: String?
    /// The sensor for records that do not name one.
    public var sensor: String?
    /// Time between two requests.
    public var interval: Duration = .seconds(60)
    /// Part of the interval by which it varies at random, so that many do not ask in step.
    public var jitter: Double = 0.1
    /// Paths of which the first that leads to an array has the items; empty takes the records as the format separates them.
    public var items: [String] = []
    /// What identifies an item: paths, columns, words or elements; empty stores whatever comes.
    public var key: [String] = []
    /// Most keys that are remembered.
    public var window = 20_000
    /// The byte between columns of CSV, for keys.
    public var delimiter = UInt8(ascii: ",")
    /// Where the answer says from where to go on: a path in JSON, or `header:NAME`.
    public var cursor: String?
    /// What the cursor is at first.
    public var cursorStart = ""
    /// Which value counts where the path leads to several.
    public var cursorPick = CursorPick.last
    /// Largest answer in bytes, as it comes and decompressed.
    public var maximumAnswerBytes = 32 << 20
    /// Longest record in bytes.
    public var maximumRecordBytes = 1 << 20
    /// Most records of a batch.
    var batchRecords = 5000

    /// Options for an address.
    public init(client: HTTPClientOptions) { self.client = client }

    /// What is wrong with the options together, by the name of the option; nil when nothing is.
    public var problem: (option: String, text: String)? {
        if client.url.contains("{cursor}") != (cursor != nil) {
            return cursor == nil
                ? ("cursor", "is missing, but url has {cursor}; say where the answer has it")
                : ("url", "lacks {cursor}, where the cursor of the last answer goes; add it")
        }
        if cursorStart.utf8.count > PollPosition.maximumCursorBytes {
            return ("cursor_start", "is longer than \(PollPosition.maximumCursorBytes) bytes")
        }
        if HTTPOrigin(client.url.replacing("{cursor}", with: "")) == nil {
            return ("url", "is no address; write http:// or https:// and a host")
        }
        return nil
    }
}
