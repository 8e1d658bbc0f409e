public import Enrichment
public import Formats
import Foundation
public import Logging
public import ServiceLifecycle

/// Loads the indicator lists again when one of their files changes; what cannot be read leaves the lists as they are.
public struct IndicatorWatch: Service {
    /// What tells one version of a file from another.
    private struct Version: Equatable {
        var size: UInt64
        var modified: Date?
        var number: UInt64
    }

    private let lists: [IndicatorList]
    private let formats: FormatCatalogue
    private let chain: EnrichmentChain
    private let logger: Logger
    private let wait: @Sendable () async throws -> Void

    /// A watch over those lists; `wait` comes between two looks at the files.
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
            var known = lists.map { Self.version($0.path) }
            while !Task.isCancelled {
                // Cancellation ends the wait early, and the loop sees it.
                try? await wait()
                let now = lists.map { Self.version($0.path) }
                guard now != known, !Task.isCancelled else { continue }
                known = now
                do {
                    let table = try await IndicatorList.load(lists, formats: formats)
                    chain.use(table)
                    logger.notice("indicator lists loaded again: \(table.lists.map(\.name).joined(separator: ", "))")
                } catch {
                    logger.error("\(error); the lists stay as they were")
                }
            }
        }
    }

    private static func version(_ path: String) -> Version? {
        // A file that is not there has no version; when it comes back, that is a change.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        return Version(
            size: (attributes[.size] as? NSNumber)?.uint64Value ?? 0, modified: attributes[.modificationDate] as? Date,
            number: (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0)
    }
}
