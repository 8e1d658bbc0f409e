import ArgumentParser
import Followers
import Journal
import Logging
import ServiceLifecycle
import UnixSignals
import Web

/// A server for the fan-out benchmark; the load comes from bench/live.py.
struct BenchLive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Serve the fan-out benchmark: POST /pub commits a message, GET /sub streams it, by the code of /api/v1/stream.")

    @Option(help: ArgumentHelp("Port to listen on; 0 lets the system choose.", valueName: "number"))
    var port = 0

    @Option(help: ArgumentHelp("Threads that serve connections.", valueName: "number"))
    var threads = WebOptions().threads

    func run() async throws {
        let folder = ThrowawayFolder()
        var logger = Logger(label: "petrel")
        logger.logLevel = .error
        let journal = try EventJournal(folder: Installation.journalFolder(folder.path))
        let stage = try await LiveStage(
            journal: journal, rollups: "\(folder.path)/rollups.sqlite", context: LiveContext(version: Petrel.version))
        let server = LiveBenchServer(journal: journal, stage: stage, port: port, threads: threads, logger: logger) { port in
            Console.print("petrel bench live: http://127.0.0.1:\(port)/")
        }
        let group = ServiceGroup(
            services: [JournalService(journal: journal, logger: logger), server.hub, server], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger)
        try await group.run()
    }
}
