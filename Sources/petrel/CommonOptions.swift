import ArgumentParser
import Foundation

/// Options that most commands share.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Configuration file (YAML).", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Folder of the journal and everything derived from it.", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("Folder of the data files that tools/assets.py makes.", valueName: "folder"))
    var assets: String?

    /// The configuration of the named file, or the defaults.
    func load() throws -> Configuration {
        guard let config else { return Configuration() }
        return try Configuration.load(path: config, environment: ProcessInfo.processInfo.environment)
    }

    /// The folder of the journal: as named, as configured, or the default.
    func dataFolder(_ configuration: Configuration) -> String {
        data ?? configuration.dataFolder ?? Installation.defaultDataFolder
    }
}
