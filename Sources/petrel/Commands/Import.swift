import ArgumentParser
import Enrichment
import Formats
import Foundation
import Journal
import Pipeline
import Sources

/// Stores log files.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Store log files in the journal, each event once.",
        discussion: """
            A file is recognised by its content: importing it again, renamed or compressed, adds nothing. An import that was interrupted goes on where
            it stopped. gzip, zstd and xz are read as they are. - stands for standard input, plain and once: it cannot be recognised or gone on with.

            EXAMPLES
              petrel import eve.json
              petrel import --data /var/lib/petrel --format cowrie cowrie.json.*
              petrel import --json *.csv.gz | tail -1
              ssh sensor cat eve.json | petrel import -
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Format of the files; detected when absent.", valueName: "name"))
    var format: String?

    @Flag(help: "Print the books as one JSON object, on the last line.")
    var json = false

    @Argument(help: ArgumentHelp("Files and glob patterns; - for standard input.", valueName: "file"))
    var files: [String]

    func validate() throws {
        if files.count(where: { $0 == StandardInputSource.path }) > 1 {
            throw ValidationError("-: standard input can be read once; name it once")
        }
    }

    func run() async throws {
        let configuration = try common.load()
        if let format, configuration.formats.entry(named: format) == nil {
            let hint = configuration.formats.nearest(to: format).map { "; did you mean \($0)?" } ?? ""
            throw ValidationError("there is no format \(format)\(hint)")
        }
        let installation = try Installation(
            configuration, dataFolder: common.dataFolder(configuration),
            assetFolder: Installation.assetFolder(named: common.assets, configuration))
        for missing in installation.assets.missing { Console.error("\(missing)") }
        do {
            _ = try await installation.useIndicators()
            try await installation.useNoise()
        } catch {
            await installation.journal.close()
            throw error
        }
        let report: FileImporter.Report
        do {
            report = try await Interruptible.run {
                try await FileImporter(pipeline: installation.pipeline).run(files, format: format, quiet: json && !Console.isTerminal)
            }
        } catch is CancellationError {
            await installation.journal.close()
            let rest = files.contains(StandardInputSource.path) ? "; standard input cannot be read again" : ""
            Console.error("interrupted; what was read is stored, and the same command goes on from there\(rest)")
            throw ExitCode(3)
        }
        await installation.journal.close()
        for failure in report.failures { Console.error("\(failure.path): \(failure.error.map { "\($0)" } ?? "")") }
        Console.print(json ? report.json : report.text)
        if !report.failures.isEmpty { throw ExitCode(report.failures.count == report.files.count ? 1 : 3) }
    }
}
