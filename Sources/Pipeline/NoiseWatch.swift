public import Enrichment
public import Formats
public import Logging
public import ServiceLifecycle

/// Loads the lists of scanners again when one of their files changes; what cannot be read leaves the lists as they are.
public struct NoiseWatch: Service {
    private let lists: [IndicatorList]
    private let formats: FormatCatalogue
    private let chain: EnrichmentChain
    private let logger: Logger
    private let wait: @Sendable () async throws -> Void

    /// A watch over those lists; `wait` comes between two looks.
    public init(
        _ lists: [IndicatorList], formats: FormatCatalogue, chain: EnrichmentChain, logger: Logger,
        wait: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(15)) }
    ) {
        self.lists = lists
        self.formats = formats
        self.chain = chain
        self.logger = logger
        self.wait = wait
    }

    /// Looks until the task is cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var looks = FileLooks(lists.map(\.path), wait: wait)
            while let isChanged = await looks.next() {
                if isChanged { await load() }
            }
        }
    }

    private func load() async {
        do {
            let builder = try await IndicatorList.read(lists, formats: formats, kind: Self.kind)
            chain.use(noise: try chain.noise?.replacing(lists: builder))
            logger.notice("noise lists loaded again: \(lists.map(\.name).joined(separator: ", "))")
        } catch {
            logger.error("\(error); the noise lists stay as they were")
        }
    }

    /// What these lists are called where something is wrong with one.
    public static let kind = "noise list"
}
