import Columns
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
    /// The indicators that sources bring.
    let feeds: IndicatorFeeds

    /// Where the journal lies when nobody says.
    static let defaultDataFolder = "petrel-data"

    init(_ configuration: Configuration, dataFolder: String, assetFolder: String) throws {
        self.configuration = configuration
        self.dataFolder = dataFolder
        self.assetFolder = assetFolder
        assets = EnrichmentAssets(directory: assetFolder, replacing: configuration.enrichmentReplacements)
        enrichment = try EnrichmentChain(assets: assets, options: configuration.enrichment)
        journal = try EventJournal(folder: Self.journalFolder(dataFolder), options: configuration.journal)
        feeds = IndicatorFeeds(names: configuration.indicatorFeeds)
        pipeline = IngestPipeline(
            journal: journal, formats: configuration.formats, enrichment: enrichment, inFlightBytes: configuration.inFlightBytes,
            paused: try PausedSources(path: "\(dataFolder)/paused-sources.json"), spillFolder: "\(dataFolder)/spill",
            feeds: feeds)
    }

    /// Joins what is ingested with the indicator lists, those that sources have brought before included; throws when one cannot be read.
    ///
    /// Returns what stands in the configured files.
    func useIndicators() async throws -> IndicatorTableBuilder {
        let files = try await IndicatorList.read(configuration.indicators, formats: configuration.formats)
        guard !configuration.indicators.isEmpty || !feeds.names.isEmpty else { return files }
        try await IndicatorSearch(dataFolder: dataFolder, journal: JournalFeed(journal)).gather(feeds)
        var all = files
        try feeds.add(to: &all)
        enrichment.use(all.build())
        return files
    }

    /// Marks what is ingested as noise where the configuration says so; throws when a list cannot be read.
    func useNoise() async throws {
        guard let options = configuration.noise else { return }
        let lists = try await IndicatorList.read(configuration.noiseLists, formats: configuration.formats, kind: NoiseWatch.kind)
        enrichment.use(noise: try NoiseTable(options, lists: lists))
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
