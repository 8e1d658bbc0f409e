import ArgumentParser
import Pipeline
import Web

/// Serves while a log is fed at its own pace.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server and feed it a log at the log's own pace, or faster.",
        discussion: """
            The events are stored with their own times as they come due. To look at stored events instead, use petrel serve --play.

            EXAMPLES
              petrel replay --speed 60 eve.json
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("How many times faster than it happened.", valueName: "factor"))
    var speed = 1.0

    @Option(help: ArgumentHelp("Port to listen on; 0 lets the system choose.", valueName: "number"))
    var port: Int?

    @Option(help: ArgumentHelp("Format of the file; detected when absent.", valueName: "name"))
    var format: String?

    @Argument(help: ArgumentHelp("The log.", valueName: "file"))
    var file: String

    func validate() throws {
        if !(speed > 0 && speed <= 1_000_000) { throw ValidationError("--speed: must be above 0, at most 1000000") }
    }

    func run() async throws {
        var configuration = try common.load()
        if let port { configuration.web.port = port }
        let source = SourceConfiguration.replay(path: file, speed: speed, settings: SourceSettings(name: "replay", format: format))
        let server = ObservatoryServer(
            configuration: configuration, dataFolder: common.dataFolder(configuration),
            assetFolder: Installation.assetFolder(named: common.assets, configuration), isSimulated: false, play: [], playFormat: nil,
            playSeconds: 120, extraSources: [source])
        try await server.run()
    }
}
