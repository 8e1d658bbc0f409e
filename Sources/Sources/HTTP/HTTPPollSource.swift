import AsyncHTTPClient
public import Model
import NIOHTTP1
import Wire

/// Asks an address again and again, and hands on what is new in its answers.
///
/// What is new is told by the peer (`ETag`, `Last-Modified`, a cursor in the address) and by the key of each item. Both are committed with the
/// events, so a killed run is gone on with exactly: items that were committed are recognised, others come again.
public struct HTTPPollSource: Source {
    /// Waits; throws `CancellationError` when the task is cancelled.
    public typealias Wait = @Sendable (Duration) async throws -> Void

    let options: HTTPPollOptions
    let wait: Wait
    let now: @Sendable () -> Timestamp
    /// A number from 0 up to 1.
    let random: @Sendable () -> Double
    let onNotice: @Sendable (String) -> Void

    /// A source of those options; what follows them is replaced in tests.
    public init(
        _ options: HTTPPollOptions, onNotice: @escaping @Sendable (String) -> Void = { _ in },
        wait: @escaping Wait = { try await Task.sleep(for: $0) }, random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }
    ) {
        self.options = options
        self.wait = wait
        self.random = random
        self.onNotice = onNotice
        self.now = now
    }

    public func run(into intake: any Intake) async throws {
        if let problem = options.problem { throw HTTPSourceError(.configuration, "\(problem.option) \(problem.text)") }
        var client = options.client
        client.url = client.url.replacing("{cursor}", with: "")
        try await HTTPFetcher.using(client) { fetcher in
            while true {
                let asked = try await poll(fetcher, intake)
                let pause = options.interval * (1 + options.jitter * (2 * random() - 1))
                try await wait(max(pause, asked ?? .zero))
            }
        }
    }

    /// The stream's id: the same for whatever address, another for another format.
    var streamID: String { "poll:\(options.format ?? "detected")" }

    /// One request and its answer; returns how long the peer asks to wait.
    private func poll(_ fetcher: HTTPFetcher, _ intake: any Intake) async throws -> Duration? {
        let cursor = try await intake.cursors().last { $0.stream == streamID }
        var position = PollPosition(stored: cursor?.identity ?? [], address: options.client.url)
        if position.cursor.isEmpty { position.cursor = options.cursorStart }
        var fields = [("Accept-Encoding", "gzip"), ("Accept", "*/*")]
        if !position.entityTag.isEmpty { fields.append(("If-None-Match", position.entityTag)) }
        if !position.modified.isEmpty { fields.append(("If-Modified-Since", position.modified)) }
        let response = try await fetcher.send(to: position.url(options.client.url), fields: fields)
        let asked = response.headers.first(name: "retry-after").flatMap { RetryAfter.duration($0, now: now()) }
        switch response.status.code {
        case 204, 304:
            // Opening is how a source shows that it is live again.
            if let cursor {
                _ = try await intake.open(
                    StreamDescription(id: streamID, name: options.client.shownURL, cursor: cursor, format: cursor.format))
            }
            return nil
        case 200..<300: break
        case 429, 503:
            guard let asked else { throw await fetcher.refusal(response) }
            onNotice("\(fetcher.options.shownURL): answers \(response.status.code) and asks to wait \(Int(asked.inSeconds)) s")
            return asked
        default: throw await fetcher.refusal(response)
        }
        let body = try await AnswerBody.read(response, limit: options.maximumAnswerBytes, of: fetcher)
        try await deliver(body, response.headers, before: position, cursor, intake)
        return nil
    }

    /// Hands on what an answer has that is new; returns when it is durable.
    private func deliver(
        _ body: [UInt8], _ headers: HTTPHeaders, before old: PollPosition, _ cursor: StreamCursor?, _ intake: any Intake
    ) async throws {
        let place = options.client.shownURL
        let answer = AnswerItems(
            body, paths: options.items, cursor: options.cursor.flatMap { $0.hasPrefix("header:") ? nil : $0 }, pick: options.cursorPick,
            limit: options.maximumAnswerBytes)
        var position = old
        position.entityTag = headers.first(name: "etag") ?? ""
        position.modified = headers.first(name: "last-modified") ?? ""
        if let path = options.cursor {
            let next = path.hasPrefix("header:") ? headers.first(name: String(path.dropFirst(7)).trimmed) : answer.cursor
            if let next, !next.isEmpty {
                guard next.utf8.count <= PollPosition.maximumCursorBytes, !next.utf8.contains(0) else {
                    throw HTTPSourceError(
                        .badAnswer, "\(place): the cursor is longer than \(PollPosition.maximumCursorBytes) bytes; choose another path")
                }
                position.cursor = next
            }
        }
        var begun = cursor
        // Every answer is a whole: a header of CSV comes again, and the decoder begins anew.
        begun?.decoderState = []
        let stream = StreamDescription(
            id: streamID, name: place, head: Array(body.prefix(64 << 10)), cursor: begun, format: cursor?.format ?? options.format)
        if body.isEmpty, stream.format == nil { return }
        let lane = try await intake.open(stream)
        let keys = ItemKeys(options.key, framing: lane.framing, delimiter: options.delimiter)
        let window = KeyWindow(stored: cursor?.framerState ?? [], limit: options.window)
        var feeder = KeyedFeeder(
            lane: lane, keys: keys, window: window, offset: cursor?.offset ?? 0,
            batchRecords: options.batchRecords, sensor: options.sensor, now: now)
        let unfinished = PollPosition(address: options.client.url).with(cursor: old.cursor).stored
        if !options.items.isEmpty, let ranges = answer.ranges {
            for range in ranges {
                let limit = options.maximumRecordBytes
                let isTooLong = range.count > limit
                try await feeder.add(
                    KeyedFeeder.Item(
                        bytes: isTooLong ? body[range].prefix(Framer.keptOfOversized) : body[range],
                        oversizedLength: isTooLong ? UInt64(range.count) : nil),
                    position: unfinished)
            }
        } else {
            try await addRecords(of: body, to: &feeder, position: unfinished)
        }
        let listed = feeder.listedCount
        if listed > options.window {
            onNotice(
                "\(place): the answer lists \(listed) items, but only \(options.window) keys are remembered, so some would be stored again; raise window"
            )
        }
        try await feeder.finishAnswer(position: position.stored)
    }

    /// Takes the records of an answer as its format separates them. What is left when JSON is cut goes to the format, which says so.
    private func addRecords(of body: [UInt8], to feeder: inout KeyedFeeder, position: [UInt8]) async throws {
        var framer = Framer(framing: feeder.lane.framing, maxRecordBytes: options.maximumRecordBytes)
        framer.push(body)
        while let run = framer.take(limit: 5000, isFinal: true) {
            for (index, range) in run.records.enumerated() {
                try await feeder.add(
                    KeyedFeeder.Item(bytes: run.bytes[range], oversizedLength: run.oversized[index]), position: position)
            }
        }
        let rest = Int(framer.pendingOffset)
        guard framer.hasPending, rest < body.count else { return }
        let cut = body[rest...]
        let isTooLong = cut.count > options.maximumRecordBytes
        try await feeder.add(
            KeyedFeeder.Item(
                bytes: isTooLong ? cut.prefix(Framer.keptOfOversized) : cut, oversizedLength: isTooLong ? UInt64(cut.count) : nil),
            position: position)
    }
}

extension PollPosition {
    /// The position with another cursor.
    func with(cursor: String) -> PollPosition {
        var copy = self
        copy.cursor = cursor
        return copy
    }
}
