public import Enrichment
public import Formats
public import Logging
public import ServiceLifecycle

/// Loads the indicator lists again when one of their files changes, or sources brought more; what cannot be read leaves the lists as they are.
public struct IndicatorWatch: Service {
    private let lists: [IndicatorList]
    private let feeds: IndicatorFeeds
    /// What stood in the files, where sources bring more and it will be needed again.
    private let files: IndicatorTableBuilder?
    private let formats: FormatCatalogue
    private let chain: EnrichmentChain
    private let logger: Logger
    private let wait: @Sendable () async throws -> Void

    /// A watch over those lists and feeds; `wait` comes between two looks.
    ///
    /// - Parameter files: what stood in the files when they were read last.
    public init(
        _ lists: [IndicatorList], files: IndicatorTableBuilder, feeds: IndicatorFeeds = IndicatorFeeds(names: []),
        formats: FormatCatalogue, chain: EnrichmentChain, logger: Logger,
        wait: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(15)) }
    ) {
        self.lists = lists
        self.files = feeds.names.isEmpty ? nil : files
        self.feeds = feeds
        self.formats = formats
        self.chain = chain
        self.logger = logger
        self.wait = wait
    }

    /// Looks until the task is cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var looks = FileLooks(lists.map(\.path), wait: wait)
            var (files, changes, forgotten) = (files, UInt64(0), feeds.forgotten)
            while let isReadAgain = await looks.next() {
                let latest = feeds.changes
                guard isReadAgain || latest != changes else { continue }
                changes = latest
                do {
                    var builder: IndicatorTableBuilder
                    if let files, !isReadAgain { builder = files } else { builder = try await IndicatorList.read(lists, formats: formats) }
                    if files != nil { files = builder }
                    try feeds.add(to: &builder)
                    let table = builder.build()
                    chain.use(table)
                    if isReadAgain { logger.notice("indicator lists loaded again: \(table.lists.map(\.name).joined(separator: ", "))") }
                } catch {
                    logger.error("\(error); the lists stay as they were")
                    // What sources brought is added with the next look, to what the files held before.
                    changes = 0
                }
                if feeds.forgotten != forgotten {
                    forgotten = feeds.forgotten
                    logger.warning(
                        "the indicators of sources need more than \(IndicatorFeeds.standardBytes >> 20) MiB: the oldest half is forgotten")
                }
            }
        }
    }
}
