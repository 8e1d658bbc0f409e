import Enrichment
import Formats
import Foundation
import Journal
import Pipeline

/// The parts that most commands need, made from the configuration: journal, enrichment, pipeline.
struct Installation {
    let configuration: Configuration
    let dataFolder: String
    let assetFolder: String
    let assets: EnrichmentAssets
    let enrichment: EnrichmentChain
    let journal: EventJournal
    let pipeline: IngestPipeline

    /// Where the journal lies when nobody says.
    static let defaultDataFolder = "petrel-data"

    init(_ configuration: Configuration, dataFolder: String, assetFolder: String) throws {
        self.configuration = configuration
        self.dataFolder = dataFolder
        self.assetFolder = assetFolder
        assets = EnrichmentAssets(directory: assetFolder, replacing: configuration.enrichmentReplacements)
        enrichment = try EnrichmentChain(assets: assets, options: configuration.enrichment)
        journal = try EventJournal(folder: Self.journalFolder(dataFolder), options: configuration.journal)
        pipeline = IngestPipeline(
            journal: journal, formats: configuration.formats, enrichment: enrichment, inFlightBytes: configuration.inFlightBytes,
            paused: try PausedSources(path: "\(dataFolder)/paused-sources.json"), spillFolder: "\(dataFolder)/spill")
    }

    /// Joins what is ingested with the configured indicator lists; throws when one cannot be read.
    func useIndicators() async throws {
        guard !configuration.indicators.isEmpty else { return }
        enrichment.use(try await IndicatorList.load(configuration.indicators, formats: configuration.formats))
    }

    static func columnFolder(_ dataFolder: String) -> String { "\(dataFolder)/columns" }

    static func journalFolder(_ dataFolder: String) -> String { "\(dataFolder)/journal" }

    /// The folder of data files: as named, else beside the program's checkout or installation, else the current folder's.
    static func assetFolder(named name: String?, _ configuration: Configuration) -> String {
        if let name = name ?? configuration.assetFolder { return name }
        let program = CommandLine.arguments.first.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent() }
        let candidates = [
            ".assets", "/usr/share/petrel/assets", program?.appendingPathComponent("../../../.assets").standardized.path,
            program?.appendingPathComponent("../share/petrel/assets").standardized.path,
        ].compactMap { $0 }
        return candidates.first { FileManager.default.fileExists(atPath: $0) } ?? ".assets"
    }

    /// The files of a folder and their bytes.
    static func files(in folder: String) -> (count: Int, bytes: Int) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let sizes = files.compactMap { try? FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.size] as? NSNumber }
        return (sizes.count, sizes.reduce(0) { $0 + $1.intValue })
    }
}
