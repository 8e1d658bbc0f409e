import Glibc
public import Model
import Wire

/// What the `file` source reads, and how.
public struct FileSourceOptions: Sendable {
    /// Paths and glob patterns (`*`, `?`, `[…]`).
    public var paths: [String]
    /// Whether to wait for what is appended, as `tail -F`; else the files are read once.
    public var follow: Bool
    /// The format's name; nil detects it from each file's content.
    public var format: String?
    /// The sensor of records that do not name theirs.
    public var sensor: String?
    /// How long to wait between two looks at a followed file.
    public var pollInterval: Duration
    /// Bytes read at a time.
    public var chunkBytes: Int
    /// Records in a batch at most; 5,000 is the upper bound.
    public var batchRecords: Int
    /// The longest record in bytes; longer ones are dead-lettered as `too_long`.
    public var maxRecordBytes: Int
    /// Looks at a rotated file without a change after which it is closed.
    public var rotatedPolls: Int

    /// Options with the given parts.
    public init(
        paths: [String], follow: Bool = false, format: String? = nil, sensor: String? = nil,
        pollInterval: Duration = .milliseconds(250), chunkBytes: Int = 1 << 20, batchRecords: Int = 5000, maxRecordBytes: Int = 1 << 20,
        rotatedPolls: Int = 20
    ) {
        self.paths = paths
        self.follow = follow
        self.format = format
        self.sensor = sensor
        self.pollInterval = pollInterval
        self.chunkBytes = max(1, chunkBytes)
        self.batchRecords = batchRecords
        self.maxRecordBytes = maxRecordBytes
        self.rotatedPolls = rotatedPolls
    }
}

/// How far the reading of one file has come.
public struct FileProgress: Sendable {
    /// The file.
    public var path: String
    /// Bytes read, as stored (compressed).
    public var bytesRead: UInt64
    /// The file's size, as stored.
    public var bytesTotal: UInt64
    /// Records handed on.
    public var records: Int
}

/// What became of one file of an import.
public struct FileOutcome: Sendable {
    /// The file.
    public var path: String
    /// The format that decoded it; empty when none was found.
    public var format: String = ""
    /// Records handed on, headers included.
    public var records = 0
    /// Records that were committed before.
    public var duplicates = 0
    /// Bytes of the file, as stored.
    public var bytes: UInt64 = 0
    /// What went wrong; records before it are stored.
    public var error: FileSourceError?
    /// Why the intake takes nothing any more, or the task is cancelled: the whole import ends.
    var intakeFailure: (any Error)?
    /// Whether it was left alone because its stream is being followed.
    var isOpenElsewhere = false
    /// Whether it was left alone because another file stood at the path by then.
    var isOtherFile = false

    init(path: String) { self.path = path }
}

/// Something about a file that the operator should know.
public struct FileNotice: Sendable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// What, in a sentence.
    public var text: String

    public var description: String { "\(path): \(text)" }
}

/// Reads log files: once (an import), or followed through rotation.
///
/// A file is recognised by its content, so that moving, renaming or compressing it changes nothing, and importing it again adds
/// nothing. Read once it may be gzip, zstd or xz.
public struct FileSource: Source {
    let options: FileSourceOptions
    let ticker: PollTicker
    let now: @Sendable () -> Timestamp
    let onProgress: @Sendable (FileProgress) -> Void
    let onNotice: @Sendable (FileNotice) -> Void

    /// A source with the given options; ticker and clock are replaced in tests.
    public init(
        _ options: FileSourceOptions, ticker: PollTicker? = nil, now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() },
        onProgress: @escaping @Sendable (FileProgress) -> Void = { _ in }, onNotice: @escaping @Sendable (FileNotice) -> Void = { _ in }
    ) {
        self.options = options
        let interval = options.pollInterval
        self.ticker = ticker ?? { try await Task.sleep(for: interval) }
        self.now = now
        self.onProgress = onProgress
        self.onNotice = onNotice
    }

    /// Follows until the task is cancelled, or imports once.
    ///
    /// An import throws ``FileSourceError`` when any file failed, after all were tried; ``importFiles(into:)`` tells which.
    public func run(into intake: any Intake) async throws {
        if options.follow {
            var follower = FileFollower(source: self, intake: intake)
            try await follower.run()
            return
        }
        let failed = try await importFiles(into: intake).compactMap(\.error)
        guard let first = failed.first else { return }
        throw failed.count == 1 ? first : FileSourceError(.incomplete, failed.map(\.detail).joined(separator: "\n"))
    }

    /// The files that the paths and patterns name now, in order, each once. A pattern that matches nothing stands for itself.
    static func expand(_ patterns: [String]) -> [String] {
        var seen: Set<String> = []
        return patterns.flatMap { pattern -> [String] in
            guard pattern.contains(where: { "*?[".contains($0) }), FileStatus(path: pattern) == nil else { return [pattern] }
            var found = glob_t()
            defer { globfree(&found) }
            guard glob(pattern, 0, nil, &found) == 0 else { return [pattern] }
            return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        }.filter { seen.insert($0).inserted }
    }

    /// A feeder for a recognised stream, whose framer goes on from the cursor.
    func feeder(for recognition: Recognition, path: String, head: [UInt8], intake: any Intake) async throws(IntakeError) -> LaneFeeder {
        let cursor = recognition.cursor
        let lane = try await intake.open(
            StreamDescription(id: recognition.stream, name: path, head: head, cursor: cursor, format: options.format))
        let framer = Framer(
            framing: lane.framing, maxRecordBytes: options.maxRecordBytes, state: cursor?.framerState ?? [], offset: cursor?.offset ?? 0,
            preceding: recognition.preceding)
        return LaneFeeder(
            lane: lane, framer: framer, batchRecords: options.batchRecords, sensor: options.sensor, fileTime: timeFromFileName(path),
            now: now
        ) { FileIdentity(headLength: recognition.headLength, head: recognition.head, tail: $0).stored }
    }
}
