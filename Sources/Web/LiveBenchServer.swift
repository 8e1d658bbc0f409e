public import Followers
import HTTPTypes
import Hummingbird
public import Journal
public import Logging
import Model
import NIOCore
public import ServiceLifecycle
import Synchronization

/// Serves the fan-out benchmark: `POST /pub` commits the body as an event, `GET /sub` is the stream for programs, by the same hub and the same handler
/// as `/api/v1/stream`; only the data line is the body itself, as the peers send it.
public struct LiveBenchServer: Service {
    /// The hub; give it to the service group before this server.
    public let hub: StreamHub
    private let journal: EventJournal
    private let port: Int
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// A server over an empty journal.
    public init(
        journal: EventJournal, stage: LiveStage, port: Int, threads: Int, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void
    ) {
        self.journal = journal
        self.port = port
        self.logger = logger
        self.onListening = onListening
        hub = StreamHub(
            journal: journal, stage: stage, access: AccessControl(token: nil, hosts: [], pathPrefix: ""), threads: threads, logger: logger,
            maximumStreams: 20_000, programPath: "/sub",
            encoding: { block, row, out in out.append(contentsOf: block.events.raw(row)) })
    }

    /// Serves until the service group shuts down.
    public func run() async throws {
        let router = Router()
        let journal = journal
        router.post("pub") { request, _ in
            let body = Array(buffer: try await request.body.collect(upTo: 64 << 10))
            var events = EventBatch()
            events.append(.timestamp, WallClock.system.now)
            events.append(.eventFamily, "record")
            events.endRow(raw: body.span)
            var ledger = Ledger()
            ledger.received = 1
            ledger.stored = 1
            // Answered when it is queued, as the peers do; the stream tells of it after the commit.
            journal.submit(JournalAppend(source: "bench", events: events, ledger: ledger)) { _ in }
            return Response(status: .accepted)
        }
        let hub = hub
        let onListening = onListening
        let application = Application(
            router: router, server: .http1(configuration: .init(additionalChannelHandlers: [EventStreamHandler(hub: hub)])),
            configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 8192),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(hub.group), logger: logger)
        try await application.run()
    }
}
