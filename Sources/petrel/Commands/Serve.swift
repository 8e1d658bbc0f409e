import ArgumentParser
import Foundation
import Logging
import Pipeline
import Web

/// Runs the observatory.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server: sources, journal, live map.",
        discussion: """
            Without --config, --data and --play it shows a simulated world, marked as such, in a folder that is thrown away at the end.

            EXAMPLES
              petrel serve
              petrel serve --play eve.json.gz cowrie.json
              petrel serve --config /etc/petrel/petrel.yaml
              petrel serve --host 0.0.0.0 --token-file token --data /var/lib/petrel
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Address to listen on; beyond loopback a token is needed.", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("Port to listen on; 0 lets the system choose.", valueName: "number"))
    var port: Int?

    @Option(help: ArgumentHelp("File whose content every request must carry as bearer token.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Folder that replaces the built-in pages.", valueName: "folder"))
    var webRoot: String?

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Import these logs, then play their window on the map.", valueName: "file"))
    var play: [String] = []

    @Option(help: ArgumentHelp("Seconds that playing takes.", valueName: "seconds"))
    var playSeconds = 120

    @Option(help: ArgumentHelp("Format of the files to play; detected when absent.", valueName: "name"))
    var format: String?

    @Flag(help: "Show the simulated world although there is a journal.")
    var simulate = false

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port: \(port) is no port; use 0 to 65535") }
        if playSeconds < 1 { throw ValidationError("--play-seconds: must be at least 1") }
        if simulate, !play.isEmpty || common.data != nil { throw ValidationError("--simulate goes with neither --play nor --data") }
    }

    func run() async throws {
        var configuration = try common.load()
        if let host { configuration.web.host = host }
        if let port { configuration.web.port = port }
        if let tokenFile {
            do {
                configuration.web.token = try Configuration.token(inFile: tokenFile)
            } catch {
                throw ValidationError("--token-file: \(tokenFile) \(error.text)")
            }
        }
        if let webRoot { configuration.web.webRoot = webRoot }
        let folder = common.dataFolder(configuration)
        let isSimulated =
            simulate || isFirstLook(configuration, folder: folder) || configuration.sources.contains(where: \.settings.isSimulated)
        let throwaway = isSimulated ? ThrowawayFolder() : nil
        let server = ObservatoryServer(
            configuration: configuration, dataFolder: throwaway?.path ?? folder,
            assetFolder: Installation.assetFolder(named: common.assets, configuration), isSimulated: isSimulated,
            play: play, playFormat: format, playSeconds: playSeconds, extraSources: [])
        try await server.run()
    }

    /// Whether nobody has said anything of real sources or stored events.
    private func isFirstLook(_ configuration: Configuration, folder: String) -> Bool {
        common.data == nil && configuration.dataFolder == nil && play.isEmpty && configuration.sources.isEmpty
            && !FileManager.default.fileExists(atPath: Installation.journalFolder(folder))
    }
}

/// A folder in the system's place for temporary files, removed with the value.
final class ThrowawayFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("petrel-\(UUID().uuidString)").path

    deinit {
        // What cannot be removed is left to the system's cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }
}
