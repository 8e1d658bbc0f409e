import AsyncHTTPClient
public import Model
import NIOCore
import NIOHTTP1
import Wire

/// Reads records from an answer that does not end (NDJSON and other lines), past blank keep-alive lines.
public struct LineStreamSource: Source {
    static let streamID = "stream"

    let options: HTTPStreamOptions
    let wait: HTTPPollSource.Wait
    let now: @Sendable () -> Timestamp

    /// A source of those options; what follows them is replaced in tests.
    public init(
        _ options: HTTPStreamOptions, wait: @escaping HTTPPollSource.Wait = { try await Task.sleep(for: $0) },
        now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }
    ) {
        self.options = options
        self.wait = wait
        self.now = now
    }

    public func run(into intake: any Intake) async throws {
        var client = options.client
        client.url = client.url.replacing("{cursor}", with: "")
        try await HTTPFetcher.using(client) { fetcher in
            while true {
                guard try await listen(fetcher, intake) > 0 else {
                    throw HTTPSourceError(.ended, "\(options.client.shownURL): the peer closed the stream before anything came")
                }
                try await wait(options.reconnect)
            }
        }
    }

    /// Reads one connection to its end; returns how many bytes came.
    ///
    /// - Parameters:
    ///   - query: what is added to the address.
    ///   - onBytes: called when the first bytes are there.
    func listen(
        _ fetcher: HTTPFetcher, _ intake: any Intake, query: String = "", onBytes: () -> Void = {}
    ) async throws -> Int {
        let cursor = try await intake.cursors().last { $0.stream == Self.streamID }
        var position = PollPosition(stored: cursor?.identity ?? [], address: options.client.url)
        if position.cursor.isEmpty { position.cursor = options.cursorStart }
        let url = position.url(options.client.url)
        let joined = query.isEmpty ? url : url + (url.contains("?") ? "&" : "?") + query
        let response = try await fetcher.send(to: joined, fields: [("Accept", "application/x-ndjson, application/json;q=0.9, */*;q=0.5")])
        guard response.status.code == 200 else { throw StreamRefusal(error: await fetcher.refusal(response), response: response) }
        var session = StreamSession(options: options, intake: intake, streamID: Self.streamID, cursor: cursor, now: now)
        var records: StreamRecords?
        var count = 0
        do {
            for try await part in response.body {
                if count == 0 { onBytes() }
                count += part.readableBytes
                if records == nil {
                    // A format is told by a record, not by a keep-alive.
                    guard part.readableBytesView.contains(where: { !isJSONBlank($0) }) else { continue }
                    let lane = try await session.open(head: Array(part.readableBytesView))
                    records = StreamRecords(options, lane.framing)
                }
                try await records?.push(Array(part.readableBytesView), to: &session, &position)
            }
            try await records?.finish(to: &session, &position)
        } catch {
            // What was taken before the loss is durable before the next connection asks for what follows.
            try await session.drain()
            throw fetcher.problem(error)
        }
        try await session.drain()
        return count
    }
}

/// An answer that is no success, with its fields.
struct StreamRefusal: Error, CustomStringConvertible {
    let error: HTTPSourceError
    let response: HTTPClientResponse

    var description: String { error.description }
}

/// Cuts the bytes of one connection into records, and takes the cursor from them.
struct StreamRecords {
    private var framer: Framer
    private let path: String?
    private var fields: JSONFields

    init(_ options: HTTPStreamOptions, _ framing: Framing) {
        framer = Framer(framing: framing, maxRecordBytes: options.maximumRecordBytes)
        path = options.cursor
        fields = JSONFields(JSONPaths([options.cursor].compactMap(\.self)))
    }

    /// Adds bytes and hands on the records that are complete.
    mutating func push(_ bytes: [UInt8], to session: inout StreamSession, _ position: inout PollPosition) async throws(IntakeError) {
        framer.push(bytes)
        try await deliver(isFinal: false, to: &session, &position)
    }

    /// Hands on the last record. JSON that is cut is left: the peer sends it again, or it is lost with the connection.
    mutating func finish(to session: inout StreamSession, _ position: inout PollPosition) async throws(IntakeError) {
        try await deliver(isFinal: true, to: &session, &position)
    }

    private mutating func deliver(
        isFinal: Bool, to session: inout StreamSession, _ position: inout PollPosition
    ) async throws(IntakeError) {
        while let run = framer.take(isFinal: isFinal) {
            for (index, range) in run.records.enumerated() {
                note(run.bytes[range], &position)
                try await session.add(
                    KeyedFeeder.Item(bytes: run.bytes[range], oversizedLength: run.oversized[index]), position: position.stored)
            }
        }
        try await session.deliver(position: position.stored)
    }

    private mutating func note(_ record: ArraySlice<UInt8>, _ position: inout PollPosition) {
        // A record that is no JSON has no cursor; the format says what is wrong with it.
        guard path != nil, (try? fields.read(record.span)) == true, let token = fields.firstScalar(0) else { return }
        var text: [UInt8] = []
        fields.appendText(of: token, in: record.span, to: &text)
        guard text.count <= PollPosition.maximumCursorBytes, !text.contains(0) else { return }
        position.cursor = String(decoding: text, as: UTF8.self)
    }
}

/// Whether a byte is a blank of JSON.
private func isJSONBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
