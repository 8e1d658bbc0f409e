import Columns
import Enrichment
import Followers
import Foundation
import Journal
import Logging
import Model
import Pipeline
import ServiceLifecycle
import Simulator
import Sources
import UnixSignals
import Web

/// The running observatory: makes the object graph from the configuration and runs it as one service group.
///
/// The order is journal, followers, sources, web; shutdown goes the other way, so that the last flush finds everything it needs.
struct ObservatoryServer {
    var configuration: Configuration
    var dataFolder: String
    var assetFolder: String
    var isSimulated: Bool
    /// Logs that are imported before the server starts, and then played.
    var play: [String]
    var playFormat: String?
    var playSeconds: Int
    /// Sources besides the configured ones.
    var extraSources: [SourceConfiguration]

    func run() async throws {
        // In a task of the pool: from the main actor every call into the pipeline would cost a thread switch.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.serve() }
            try await group.waitForAll()
        }
    }

    private func serve() async throws {
        var logger = Logger(label: "petrel")
        logger.logLevel = .notice
        var configuration = configuration
        if isSimulated {
            configuration.enrichment.places += SimulatedSensor.all.map {
                SensorPlace(
                    .name($0.name), latitude: $0.location.latitude, longitude: $0.location.longitude, city: $0.city, country: $0.country)
            }
        }
        let installation = try Installation(configuration, dataFolder: dataFolder, assetFolder: assetFolder)
        for missing in installation.assets.missing { Console.error("\(missing)") }
        let files = try await installation.useIndicators()
        try await installation.useNoise()
        let imported = try await importPlayed(installation)
        let columns = try await ColumnStore(folder: Installation.columnFolder(dataFolder), journal: JournalFeed(installation.journal))
        let text = TextIndexer(columns)
        let (stage, web) = try await makeWeb(installation, columns, text, logger: logger)
        if let window = imported { try await stage.play(window, seconds: playSeconds) }
        let services: [any Service] =
            [JournalService(journal: installation.journal, columns: columns, stage: stage, logger: logger), columns, text, web.hub]
            + [LiveFollower(stage: stage, send: { [hub = web.hub] in hub.show($0) }, onNotice: { [logger] in logger.warning("\($0)") })]
            + [
                IndicatorWatch(
                    configuration.indicators, files: files, feeds: installation.feeds, formats: configuration.formats,
                    chain: installation.enrichment, logger: logger),
                NoiseWatch(configuration.noiseLists, formats: configuration.formats, chain: installation.enrichment, logger: logger),
            ] + (try supervisors(installation, logger: logger)) + [web]
        var group = ServiceGroupConfiguration(
            services: services.map {
                .init(service: $0, successTerminationBehavior: .ignore, failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(10)
        group.maximumCancellationDuration = .seconds(5)
        defer { ServerFile(dataFolder: dataFolder).remove() }
        try await ServiceGroup(configuration: group).run()
    }

    /// Imports the files to be played; returns the event times to play.
    private func importPlayed(_ installation: Installation) async throws -> ClosedRange<Timestamp>? {
        guard !play.isEmpty else { return nil }
        let report = try await FileImporter(pipeline: installation.pipeline).run(play, format: playFormat)
        for failure in report.failures { Console.error("\(failure.path): \(failure.error.map { "\($0)" } ?? "")") }
        guard report.failures.count < report.files.count else {
            await installation.journal.close()
            throw DataFileError(description: "none of the files could be played")
        }
        Console.error(report.text)
        if let times = report.times { return times }
        // All of it was known: the whole journal is played.
        return try await installation.journal.reading { reader throws(JournalError) in try reader.timeBounds() }
    }

    private func makeWeb(
        _ installation: Installation, _ columns: ColumnStore, _ text: TextIndexer, logger: Logger
    ) async throws -> (LiveStage, WebServer) {
        let names = try DisplayNames(folder: installation.assetFolder)
        let pipeline = installation.pipeline
        let context = LiveContext(
            version: Petrel.version, isSimulated: isSimulated,
            sources: {
                pipeline.sources.map { LiveContext.SourceLine(name: $0.name, state: $0.state.rawValue, rate: $0.rate, lag: $0.lag) }
            },
            countryName: { names.country($0) }, serviceName: { names.service($0, isUDP: $1) })
        let stage = try await LiveStage(
            journal: installation.journal, rollups: "\(installation.dataFolder)/rollups.sqlite", context: context)
        var options = installation.configuration.web
        options.assetFolder = installation.assetFolder
        options.isSimulated = isSimulated
        options.version = Petrel.version
        options.revision = ProgramRevision.text
        options.cursorKey = try CursorKeyFile.load(folder: installation.dataFolder)
        let address = options.host.contains(":") ? "[\(options.host)]" : options.host
        let path = options.pathPrefix
        let local = ["0.0.0.0", "::"].contains(options.host) ? "127.0.0.1" : address
        let notes = try NoteBook(path: "\(installation.dataFolder)/notes.sqlite")
        let views = try ViewBook(path: "\(installation.dataFolder)/views.sqlite")
        let web = try WebServer(
            options: options, pipeline: pipeline, stage: stage, columns: columns, text: text, notes: notes, views: views,
            about: About.json(assetFolder: installation.assetFolder), logger: logger
        ) { [isSimulated, dataFolder] port in
            ServerFile(dataFolder: dataFolder).write("http://\(local):\(port)\(path)")
            Console.print("petrel \(Petrel.version): http://\(address):\(port)\(path)/" + (isSimulated ? "  (SIMULATED events)" : ""))
        }
        return (stage, web)
    }

    private func supervisors(_ installation: Installation, logger: Logger) throws -> [any Service] {
        var sources = configuration.sources + extraSources
        if isSimulated, !sources.contains(where: \.settings.isSimulated) {
            sources = [.simulated]
        }
        let retired = try installation.pipeline.retiredQueues(besides: Set(sources.map(\.settings.name)), logger: logger)
        return retired
            + (try sources.map { source in
                let intake = installation.pipeline.intake(for: source.settings)
                let context = SourceContext(formats: installation.configuration.formats) { notice in
                    logger.warning("source \(source.settings.name): \(Console.harmless(notice))")
                    intake.meter.note(detail: notice)
                }
                let made = try source.make(context)
                return SourceSupervisor(made, intake: intake, logger: logger)
            })
    }
}
