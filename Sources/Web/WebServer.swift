public import Columns
public import Followers
import HTTPTypes
import Hummingbird
public import Journal
public import Logging
import NIOCore
public import Pipeline
public import ServiceLifecycle

/// Where the server listens and what it may be asked.
public struct WebOptions: Sendable {
    /// Address to listen on.
    public var host = "127.0.0.1"
    /// Port to listen on; 0 lets the system choose.
    public var port = 8080
    /// The token that every request needs; nil on loopback only.
    public var token: String?
    /// A token that may look and change nothing, for screens on a wall; nil for none.
    public var viewerToken: String?
    /// Further host names under which a server without a token may be addressed.
    public var hosts: [String] = []
    /// Path under which a reverse proxy shows the server, e.g. `/petrel`.
    public var pathPrefix = ""
    /// Threads that serve connections.
    public var threads = 2
    /// Most event streams at the same time.
    public var maximumStreams = 10_000
    /// Most screens that play windows of their own at the same time.
    public var maximumReplays = 16
    /// Largest request body in bytes, plain or decompressed.
    public var maximumBodyBytes = 64 << 20
    /// Whether the journal is thrown away and holds invented events: it takes no real ones then.
    public var isSimulated = false
    /// Formats of what log shippers send, by patterns of index names and source types; the first that fits counts.
    public var indexFormats: [(pattern: String, format: String)] = []
    /// How much one client may ask.
    public var rateLimits = RateLimitOptions()
    /// What the cursors of pages are made with; kept with the events, so that cursors outlive the process.
    public var cursorKey = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    /// Version of the program.
    public var version = "0"
    /// Names this build of the program in entity tags; without blanks and quotes.
    public var revision = "0"
    /// Folder that replaces the built-in pages.
    public var webRoot: String?
    /// Folder of the data files.
    public var assetFolder = ".assets"

    /// The clock by which rate limits run: time since any moment, never set back.
    var steadyClock = RateLimits.steadyClock

    /// The clock by which replays run.
    var replayPace = ReplayPace.real

    /// The defaults.
    public init() {}

    /// Whether the address is one that only this machine can reach.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

/// Why the server does not start.
public struct WebError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// The web server: pages, API, event streams.
public struct WebServer: Service {
    /// The hub of the event streams; give it to the service group before this server.
    public let hub: StreamHub
    private let options: WebOptions
    private let pipeline: IngestPipeline
    private let stage: LiveStage
    private let columns: ColumnStore
    private let text: TextIndexer?
    private let notes: NoteBook
    private let views: ViewBook
    private let access: AccessControl
    private let clock: WallClock
    private let about: [UInt8]
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// A server over the pipeline and the stage.
    ///
    /// - Parameters:
    ///   - text: what indexes the words of the columns; nil where nothing does.
    ///   - notes: what people wrote about things.
    ///   - views: what people saved of the workbench.
    ///   - about: JSON of the About page.
    ///   - onListening: told the port once connections are accepted.
    public init(
        options: WebOptions, pipeline: IngestPipeline, stage: LiveStage, columns: ColumnStore, text: TextIndexer? = nil, notes: NoteBook,
        views: ViewBook, clock: WallClock = .system, about: [UInt8], logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void
    ) throws(WebError) {
        guard options.token != nil || options.isLoopback else {
            throw WebError(
                description: "\(options.host) can be reached by others, and there is no token: anybody could read and write everything. "
                    + "Make one (openssl rand -hex 32 > token; chmod 600 token) and start with --token-file token, or listen on 127.0.0.1")
        }
        if let viewer = options.viewerToken {
            guard let token = options.token else {
                throw WebError(
                    description: "web.viewer_token is set and web.token is not: without that every request may change everything; set both")
            }
            guard viewer != token else {
                throw WebError(description: "web.viewer_token is web.token: make another one (openssl rand -hex 32)")
            }
        }
        self.options = options
        self.pipeline = pipeline
        self.stage = stage
        self.columns = columns
        self.text = text
        self.notes = notes
        self.views = views
        self.clock = clock
        self.about = about
        self.logger = logger
        self.onListening = onListening
        access = AccessControl(
            token: options.token, viewerToken: options.viewerToken, hosts: options.hosts + [options.host], pathPrefix: options.pathPrefix)
        hub = StreamHub(
            journal: pipeline.journal, stage: stage, access: access, threads: options.threads, logger: logger,
            maximumStreams: options.maximumStreams)
    }

    /// Serves until the service group shuts down.
    public func run() async throws {
        let router = Router(context: WebContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: GuardMiddleware(access: access))
        let table = routes
        let limits = RateLimits(options.rateLimits, access: access, now: options.steadyClock)
        for root in [RouterPath("")] + (options.pathPrefix.isEmpty ? [] : [RouterPath(options.pathPrefix)]) {
            let group = router.group(root)
            AssetRoutes(webRoot: options.webRoot, assetFolder: options.assetFolder, handshake: handshake).register(on: group)
            table.register(on: group, limits: limits, access: access)
        }
        let hub = hub
        let onListening = onListening
        let application = Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [UnfinishedRequestHandler(), EventStreamHandler(hub: hub)], idleTimeout: .seconds(75))),
            configuration: .init(address: .hostname(options.host, port: options.port), backlog: 4096),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(hub.group), logger: logger)
        try await application.run()
    }

    /// What Elasticsearch's clients ask before they send.
    private var handshake: ElasticHandshake { ElasticHandshake(version: options.version, access: access, journal: pipeline.journal) }

    /// Everything that can be asked, and the document that says so.
    var routes: RouteTable {
        let journal = pipeline.journal
        var table = RouteTable()
        EventRoutes(journal: journal, clock: clock, revision: options.revision).add(to: &table)
        let desk = QueryDesk(store: columns, journal: journal, clock: clock, revision: options.revision)
        QueryRoutes(desk: desk, cursorKey: PageCursor.Key(options.cursorKey.0, options.cursorKey.1)).add(to: &table)
        AnalysisRoutes(desk: desk).add(to: &table)
        CompletionRoutes(desk: desk).add(to: &table)
        table.addStream(.stream)
        table.addStream(.live)
        table.addStream(.changes)
        ReplayRoutes(stage: stage, seats: ReplaySeats(options.maximumReplays), pace: options.replayPace, clock: clock).add(to: &table)
        let bodies = RequestBodies(maximumBytes: options.maximumBodyBytes)
        IngestRoutes(pipeline: pipeline, clock: clock, bodies: bodies, isSimulated: options.isSimulated).add(to: &table)
        let shippers = ShipperIntake(
            pipeline: pipeline, clock: clock, sorter: DocumentSorter(formats: pipeline.formats, named: options.indexFormats),
            isSimulated: options.isSimulated)
        ElasticRoutes(handshake: handshake, bodies: bodies, intake: shippers).add(to: &table)
        CollectorRoutes(
            bodies: bodies, intake: shippers, stamps: AckStamps(key: options.cursorKey), journal: journal
        ).add(to: &table)
        SourceRoutes(pipeline: pipeline, deadLetters: DeadLetterCounts(journal: journal)).add(to: &table)
        DeadLetterRoutes(pipeline: pipeline).add(to: &table)
        NoteRoutes(book: notes, onChange: { [hub] in hub.changed(.notes) }).add(to: &table)
        ViewRoutes(book: views, onChange: { [hub] in hub.changed(.views) }).add(to: &table)
        let state = ColumnState(columns: columns, text: text)
        StateRoutes(pipeline: pipeline, stage: stage, hub: hub, columns: state, access: access, about: about).add(to: &table)
        let document = OpenAPIDocument(
            operations: table.operations + [.openAPI], version: options.version, pathPrefix: options.pathPrefix,
            needsToken: access.needsToken
        ).json
        table.add(.openAPI) { request, _ in Response(document, revalidating: request) }
        return table
    }
}
