import ArgumentParser
import Enrichment
import Formats
import Pipeline
import Sources

/// Tells how much of some log files Petrel understands.
struct CoverageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Decode and enrich log files without storing, and tell how much is understood.",
        discussion: """
            Detects, frames, decodes and enriches as an import does. For each file: what became of the records, where the events' times came from, how
            many have a source address and a place, the attack types, and which fields are filled. Exit code 3 when some files could not be read or are
            claimed by no format, 1 when all.

            EXAMPLES
              petrel coverage eve.json cowrie.json.1.gz
              petrel coverage --json 'logs/*' | jq '.files[] | {path, format, dead_letters}'
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Format of the files; detected when absent.", valueName: "name"))
    var format: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print every field with the share of events that have it.")
    var fields = false

    @Argument(help: ArgumentHelp("Files and glob patterns.", valueName: "file"))
    var files: [String]

    func run() async throws {
        let configuration = try common.load()
        if let format, configuration.formats.entry(named: format) == nil {
            let hint = configuration.formats.nearest(to: format).map { "; did you mean \($0)?" } ?? ""
            throw ValidationError("there is no format \(format)\(hint)")
        }
        let folder = Installation.assetFolder(named: common.assets, configuration)
        let chain = try EnrichmentChain(
            assets: EnrichmentAssets(directory: folder, replacing: configuration.enrichmentReplacements), options: configuration.enrichment)
        let (paths, format) = (files, format)
        let report = try await Interruptible.run { () async throws -> CoverageReport in
            let source = FileSource(FileSourceOptions(paths: paths), onNotice: { Console.error("\($0)") })
            var report = CoverageReport()
            for path in source.files {
                // One intake for each file: files with equal content are told apart.
                let intake = CoverageIntake(
                    formats: configuration.formats, enrichment: chain, settings: SourceSettings(name: "coverage", format: format))
                let outcomes = try await FileSource(FileSourceOptions(paths: [path]), onNotice: { Console.error("\($0)") })
                    .importFiles(into: intake)
                report.add(path: path, intake.coverages.first, error: outcomes.first?.error?.detail)
            }
            return report
        }
        Console.print(json ? report.json : Console.harmless(report.text(showsFields: fields)))
        if report.failures > 0 { throw ExitCode(report.failures == report.files.count ? 1 : 3) }
    }
}
