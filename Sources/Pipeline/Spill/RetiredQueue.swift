import Formats
import Foundation
public import Logging
public import ServiceLifecycle
import Sources

/// Stores what a source left on disk that is no longer configured: under its old name, and by the settings it had.
public struct RetiredQueue: Service {
    /// The name of the source.
    public let name: String
    private let folder: String
    private let supervisor: SourceSupervisor
    private let logger: Logger

    /// Has nothing to say any more.
    private struct SilentSource: Source {
        func run(into intake: any Intake) async throws {}
    }

    init(_ name: String, folder: String, pipeline: IngestPipeline, logger: Logger) {
        self.name = name
        self.folder = folder
        self.logger = logger
        var settings = SourceSettings(name: name)
        if let known = SpillSettings(folder: folder) {
            known.apply(to: &settings)
        } else {
            logger.warning("source \(name): its settings are not with its queue (\(folder)); records are read as if it had none")
        }
        supervisor = SourceSupervisor(SilentSource(), intake: pipeline.intake(for: settings), logger: logger)
    }

    /// Runs until all is stored, or the task is cancelled.
    public func run() async throws {
        logger.notice("source \(name) is no longer configured, but some of what it took waits on disk: storing it under that name")
        try await supervisor.run()
        guard let left = try? SpillFiles.list(folder), left.isEmpty else { return }
        do {
            try FileManager.default.removeItem(atPath: folder)
            logger.notice("source \(name): all that waited is stored")
        } catch {
            logger.warning("source \(name): all that waited is stored, but \(folder) cannot be removed: \(error)")
        }
    }
}

extension IngestPipeline {
    /// The queues on disk that belong to none of these sources. Throws when their folder cannot be read.
    public func retiredQueues(besides configured: Set<String>, logger: Logger) throws -> [RetiredQueue] {
        guard let spillFolder, FileManager.default.fileExists(atPath: spillFolder) else { return [] }
        var queues: [RetiredQueue] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: spillFolder).sorted() where !configured.contains(name) {
            let folder = "\(spillFolder)/\(name)"
            if try !SpillFiles.list(folder).isEmpty { queues.append(RetiredQueue(name, folder: folder, pipeline: self, logger: logger)) }
        }
        return queues
    }
}

/// What a queue on disk remembers of its source's settings, for when the source is no longer configured.
struct SpillSettings: Codable, Equatable {
    private static let fileName = "source.json"

    var sensor: String?
    var zoneMinutes: Int
    var isSimulated: Bool
    var keywords: [String]?
    var clockToleranceSeconds: Double?
    var indicatorList: String?

    init(_ settings: SourceSettings) {
        sensor = settings.sensor
        zoneMinutes = settings.zoneMinutes
        isSimulated = settings.isSimulated
        keywords = settings.keywords?.terms
        clockToleranceSeconds = settings.clockToleranceSeconds
        indicatorList = settings.indicatorList
    }

    /// What stands in that folder; nil where nothing does that can be read.
    init?(folder: String) {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(Self.fileName)"),
            let read = try? JSONDecoder().decode(Self.self, from: data)
        else { return nil }
        self = read
    }

    /// Writes them into that folder, which is there.
    func write(into folder: String) throws(IntakeError) {
        do {
            try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: "\(folder)/\(Self.fileName)"), options: .atomic)
        } catch {
            throw IntakeError(.journalUnavailable, "cannot write \(folder)/\(Self.fileName): \(error.localizedDescription)")
        }
    }

    func apply(to settings: inout SourceSettings) {
        settings.sensor = sensor
        settings.zoneMinutes = zoneMinutes
        settings.isSimulated = isSimulated
        // They were keywords when they were written.
        settings.keywords = keywords.flatMap { try? Keywords($0) }
        settings.clockToleranceSeconds = clockToleranceSeconds
        settings.indicatorList = indicatorList
    }
}
