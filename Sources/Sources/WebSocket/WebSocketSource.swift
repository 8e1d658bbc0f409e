public import Model
public import NIOCore
public import NIOPosix
import Wire

/// Subscribes to a feed over WebSocket (RFC 6455).
///
/// One stream for each subscription. Its cursor is the feed's own where the messages carry one; it is committed with the events, so a
/// feed that can be resumed is resumed where the journal ends. Every loss of the connection is an error: the supervisor connects again.
public struct WebSocketSource: Source {
    private let options: WebSocketSourceOptions
    private let onNotice: @Sendable (String) -> Void
    private let group: any EventLoopGroup
    private let now: @Sendable () -> Timestamp

    /// A source of those options; `onNotice` is told what the operator should know.
    public init(
        _ options: WebSocketSourceOptions, onNotice: @escaping @Sendable (String) -> Void = { _ in },
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }
    ) {
        self.options = options
        self.onNotice = onNotice
        self.group = group
        self.now = now
    }

    public func run(into intake: any Intake) async throws {
        let address = try WebSocketAddress(options.url)
        let id = "websocket:\(address.name)" + (options.topic.map { "#\($0)" } ?? "")
        let cursor = try await intake.cursors().last { $0.stream == id }
        var memory = ResumeMemory(rewind: options.rewind, cursor: cursor?.identity ?? [], state: cursor?.framerState ?? [])
        let resumePoint = memory.resumePoint
        let connection = WebSocketConnection(
            address: address,
            request: WebSocketRequest(
                target: address.target(at: resumePoint), host: address.hostHeader, headers: options.headers, protocols: options.protocols,
                compress: options.compress),
            certificateAuthority: options.certificateAuthority, messageLimit: options.maxRecordBytes,
            times: WebSocketTimes(ping: .seconds(Int64(options.pingSeconds)), idle: .seconds(Int64(options.idleSeconds))),
            patience: .seconds(Int64(options.connectSeconds)), group: group)
        let messages = try await connection.open()
        var stream = StreamDescription(id: id, name: address.name, cursor: cursor, format: options.format)
        do {
            try await messages.executeThenClose { inbound, outbound in
                var feeder = MessageFeeder(offset: cursor?.offset ?? 0, now: now)
                var steps = steps(at: resumePoint)
                var hasResumed = resumePoint != nil && !options.resume.isEmpty
                var failure: (any Error)?
                do {
                    if options.format != nil { feeder.lane = try await intake.open(stream) }
                    try await send(&steps, outbound)
                    var reader = MessageReader(options)
                    for try await burst in inbound {
                        let records = reader.read(burst, &memory)
                        if feeder.lane == nil, let first = records.ranges.first {
                            stream.head = Array(records.bytes[first].prefix(64 << 10))
                            feeder.lane = try await intake.open(stream)
                        }
                        try await feeder.accept(records, memory)
                        if records.hasAnswer { try await send(&steps, outbound) }
                        if let refusal = records.refusal {
                            guard hasResumed, records.refusesSubscription else { throw refused(refusal) }
                            // The feed no longer has what follows the cursor: it begins where it is now.
                            hasResumed = false
                            onNotice(
                                "\(address.name): what follows \(resumePoint ?? "the cursor") is no longer there, so some is missing: \(refusal)"
                            )
                            steps = options.subscribe[...]
                            try await send(&steps, outbound)
                        }
                    }
                    try Task.checkCancellation()
                    throw WebSocketError(.closed, "the connection ended")
                } catch { failure = error }
                // What was accepted is durable before the run ends, unless the intake itself has given up.
                if !(failure is IntakeError) { try await feeder.drain() }
                if let failure { throw failure }
            }
        } catch let error as WebSocketError {
            throw WebSocketError(error.code, "\(address.name): \(error.detail)")
        }
    }

    private func refused(_ refusal: String) -> WebSocketError {
        WebSocketError(.refused, "the feed refused or ended the subscription: \(refusal); check channel and credentials")
    }

    /// The texts to send, in order.
    private func steps(at cursor: String?) -> ArraySlice<String> {
        guard let cursor, !options.resume.isEmpty else { return options.subscribe[...] }
        let escaped = WebSocketPreset.quoted(cursor).dropFirst().dropLast()
        return options.resume.map { $0.replacing(WebSocketAddress.cursorMark, with: escaped) }[...]
    }

    /// Sends the next text, or all of them where no answer is waited for.
    private func send(_ steps: inout ArraySlice<String>, _ outbound: NIOAsyncChannelOutboundWriter<String>) async throws {
        while let text = steps.popFirst() {
            try await outbound.write(text)
            if options.subscribeAfter != nil { return }
        }
    }
}

/// Feeds the records of a subscription to its lane.
private struct MessageFeeder {
    var lane: (any Lane)?
    private var offset: UInt64
    private let now: @Sendable () -> Timestamp
    private var window = TicketWindow()

    init(offset: UInt64, now: @escaping @Sendable () -> Timestamp) {
        self.offset = offset
        self.now = now
    }

    mutating func accept(_ records: MessageReader.Records, _ memory: ResumeMemory) async throws(IntakeError) {
        guard let lane else { return }
        let end = offset + UInt64(records.bytes.count)
        let batch = RawBatch(
            bytes: records.bytes, records: records.ranges, startOffset: offset, endOffset: end,
            identity: Array((memory.cursor ?? "").utf8), framerState: memory.state, oversized: records.oversized, arrival: now(),
            duplicates: records.duplicates, filtered: records.filtered)
        try await window.add(try await lane.accept(batch))
        // A batch of duplicates alone leaves the stream's cursor where it is.
        if !records.ranges.isEmpty || records.duplicates == 0 { offset = end }
    }

    mutating func drain() async throws(IntakeError) { try await window.drain() }
}
