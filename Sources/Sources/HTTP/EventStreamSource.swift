import AsyncHTTPClient
public import Model
import NIOCore
import NIOHTTP1
import Wire

/// Reads an event stream (SSE) as a browser does: reconnects with `Last-Event-ID`, waits as long as `retry:` says.
///
/// The record of an event is its data. The id of the last event is committed with it, so the peer is asked for what follows it.
public struct EventStreamSource: Source {
    /// The longest id that can be committed, in bytes.
    static let maximumIDBytes = 240
    /// The longest time that a peer's `retry:` is obeyed.
    static let maximumRetry = Duration.seconds(300)
    static let streamID = "events"

    let options: HTTPStreamOptions
    let wait: HTTPPollSource.Wait
    let now: @Sendable () -> Timestamp
    let onNotice: @Sendable (String) -> Void

    /// A source of those options; what follows them is replaced in tests.
    public init(
        _ options: HTTPStreamOptions, onNotice: @escaping @Sendable (String) -> Void = { _ in },
        wait: @escaping HTTPPollSource.Wait = { try await Task.sleep(for: $0) },
        now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }
    ) {
        self.options = options
        self.onNotice = onNotice
        self.wait = wait
        self.now = now
    }

    public func run(into intake: any Intake) async throws {
        try await HTTPFetcher.using(options.client) { fetcher in
            while let pause = try await listen(fetcher, intake) { try await wait(pause) }
        }
    }

    /// Reads one connection to its end; returns how long to wait then, or nil when the peer wants no other.
    private func listen(_ fetcher: HTTPFetcher, _ intake: any Intake) async throws -> Duration? {
        let place = options.client.shownURL
        let cursor = try await intake.cursors().last { $0.stream == Self.streamID }
        var reader = EventStreamReader(maximumDataBytes: options.maximumRecordBytes, lastID: cursor?.identity ?? [])
        var fields = [("Accept", "text/event-stream"), ("Cache-Control", "no-store")]
        if !reader.lastID.isEmpty { fields.append(("Last-Event-ID", String(decoding: reader.lastID, as: UTF8.self))) }
        let response = try await fetcher.send(fields: fields)
        if response.status.code == 204 { return nil }
        guard response.status.code == 200 else { throw await fetcher.refusal(response) }
        let type = response.headers.first(name: "content-type") ?? ""
        guard type.lowercased().hasPrefix("text/event-stream") else {
            throw HTTPSourceError(
                .badAnswer,
                "\(place): answers with \(type.isEmpty ? "no type" : "type \(type.prefix(60))"), not text/event-stream; check the address")
        }
        var session = StreamSession(options: options, intake: intake, streamID: Self.streamID, cursor: cursor, now: now)
        var isAnythingHere = false
        do {
            for try await part in response.body {
                isAnythingHere = true
                for event in reader.push(part.readableBytesView) {
                    // Empty data are a keep-alive of servers that send no comments.
                    guard !event.data.isEmpty, options.events.isEmpty || options.events.contains(event.name) else {
                        session.filtered += 1
                        continue
                    }
                    let isTooLong = event.length > UInt64(event.data.count)
                    try await session.add(
                        KeyedFeeder.Item(bytes: event.data[...], oversizedLength: isTooLong ? event.length : nil),
                        position: identity(event.id))
                }
                try await session.deliver(position: identity(reader.lastID))
            }
        } catch {
            // What was taken before the loss is durable before the next connection asks for what follows.
            try await session.drain()
            throw fetcher.problem(error)
        }
        try await session.drain()
        guard isAnythingHere else { throw HTTPSourceError(.ended, "\(place): the peer closed the stream before anything came") }
        return reader.retryMilliseconds.map { min(.milliseconds($0), Self.maximumRetry) } ?? options.reconnect
    }

    /// What is committed of an id; ids that are too long are not, and the stream then goes on with what is new.
    private func identity(_ id: [UInt8]) -> [UInt8] {
        guard id.count > Self.maximumIDBytes else { return id }
        onNotice("\(options.client.shownURL): event ids are longer than \(Self.maximumIDBytes) bytes; a restart cannot go on from one")
        return []
    }
}

/// The records of one connection on their way to their lane, which is opened with the first of them.
struct StreamSession {
    let options: HTTPStreamOptions
    let intake: any Intake
    let streamID: String
    let cursor: StreamCursor?
    let now: @Sendable () -> Timestamp
    /// Records that the options leave out, until the next batch tells of them.
    var filtered = 0
    private var feeder: KeyedFeeder?

    init(
        options: HTTPStreamOptions, intake: any Intake, streamID: String, cursor: StreamCursor?, now: @escaping @Sendable () -> Timestamp
    ) {
        self.options = options
        self.intake = intake
        self.streamID = streamID
        self.cursor = cursor
        self.now = now
    }

    /// Opens the lane; the head is what the format is told by where the options do not name it.
    @discardableResult
    mutating func open(head: [UInt8]) async throws(IntakeError) -> any Lane {
        if let feeder { return feeder.lane }
        let stream = StreamDescription(
            id: streamID, name: options.client.shownURL, head: Array(head.prefix(64 << 10)), cursor: cursor,
            format: cursor?.format ?? options.format)
        let lane = try await intake.open(stream)
        feeder = KeyedFeeder(
            lane: lane, keys: ItemKeys(options.key, framing: lane.framing),
            window: KeyWindow(stored: cursor?.framerState ?? [], limit: options.window), offset: cursor?.offset ?? 0,
            sensor: options.sensor, now: now)
        return lane
    }

    /// Takes a record; a full batch is handed on.
    mutating func add(_ item: KeyedFeeder.Item, position: [UInt8]) async throws(IntakeError) {
        try await open(head: Array(item.bytes))
        try await feeder?.add(item, position: position)
    }

    /// Hands on what has gathered.
    mutating func deliver(position: [UInt8]) async throws(IntakeError) {
        if feeder == nil, filtered > 0, options.format != nil || cursor != nil { try await open(head: []) }
        guard feeder != nil else { return }
        feeder?.filtered += filtered
        filtered = 0
        feeder?.forgetOldest()
        try await feeder?.deliver(position: position)
    }

    /// Waits until everything handed on is durable.
    mutating func drain() async throws(IntakeError) { try await feeder?.drain() }
}
