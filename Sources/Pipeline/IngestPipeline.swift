public import Enrichment
public import Formats
public import Journal
import Model
import Sources
internal import Synchronization

/// The way from bytes to the journal, step by step: frame (in the source), decode, enrich, commit.
///
/// One pipeline serves all sources. Each source gets an ``Intake`` of its own; each stream of a source a lane with its own decoder.
public final class IngestPipeline: Sendable {
    /// The journal into which everything goes.
    public let journal: EventJournal
    /// The formats that can be named or detected.
    public let formats: FormatCatalogue
    let enrichment: EnrichmentChain
    let clock: WallClock
    let gate: Gate
    private let meters = Mutex<[String: SourceMeter]>([:])
    private let controls = Mutex<[String: SourceControl]>([:])
    private let paused: PausedSources
    let spillFolder: String?
    private let feeds: IndicatorFeeds?

    /// A pipeline into the journal.
    ///
    /// - Parameters:
    ///   - inFlightBytes: most bytes of raw records between the sources and the journal; beyond it sources wait (back-pressure).
    ///   - paused: remembers which sources are paused; without it a restart starts them.
    ///   - spillFolder: where sources that spill have their queues; without it they wait.
    ///   - feeds: gathers the indicators of sources that are used as lists.
    public init(
        journal: EventJournal, formats: FormatCatalogue, enrichment: EnrichmentChain, clock: WallClock = .system,
        inFlightBytes: Int = 64 << 20, paused: PausedSources? = nil, spillFolder: String? = nil,
        feeds: IndicatorFeeds? = nil
    ) {
        self.journal = journal
        self.formats = formats
        self.enrichment = enrichment
        self.clock = clock
        gate = Gate(limit: inFlightBytes)
        self.paused = paused ?? PausedSources()
        self.spillFolder = spillFolder
        self.feeds = feeds
    }

    /// Adds the indicators among stored events to the list of their source, if it has one.
    func noteIndicators(_ events: EventBatch, _ settings: SourceSettings) {
        if let list = settings.indicatorList { feeds?.add(events, to: list) }
    }

    /// The intake of a source, and its meter.
    public func intake(for settings: SourceSettings) -> SourceIntake {
        SourceIntake(settings: settings, pipeline: self, meter: meter(settings))
    }

    /// What every source is doing, by name.
    public var sources: [SourceStatus] {
        meters.withLock { Array($0.values) }.map(\.status).sorted { $0.name < $1.name }
    }

    /// What the configuration says of a source that has an intake; nil for others.
    public func settings(of source: String) -> SourceSettings? { meters.withLock { $0[source] }?.settings }

    /// Bytes in flight, the most there ever were, and the bound.
    public var inFlight: (bytes: Int, peak: Int, limit: Int) { (gate.usage.bytes, gate.usage.peak, gate.limit) }

    /// What came of a wish to pause a source or to let it run.
    public enum ControlResult: Sendable {
        /// It is so now, or will be as soon as what is on its way is stored.
        case done
        /// No source of that name has been seen.
        case unknown
        /// Nobody runs it: it comes by HTTP or from a command.
        case unsupervised
    }

    /// Pauses a source, or lets it run again; kept over restarts. Throws where it cannot be kept.
    public func set(_ source: String, isPaused: Bool) throws -> ControlResult {
        guard let control = controls.withLock({ $0[source] }) else {
            return meters.withLock { $0[source] } == nil && journal.ledgers[source] == nil ? .unknown : .unsupervised
        }
        try paused.set(source, isPaused: isPaused)
        control.set(isPaused: isPaused)
        return .done
    }

    /// The switch of a source that is going to be run, and its intake with the queue on disk where it has one.
    func supervise(_ intake: SourceIntake) -> (SourceIntake, SourceControl) {
        intake.meter.noteSupervised()
        var intake = intake
        let name = intake.settings.name
        if let folder = spillFolder.map({ "\($0)/\(name)" }) {
            if case .spill(let bytes) = intake.settings.overload {
                intake.station = station(intake, folder, limit: bytes)
            } else if (try? SpillFiles.list(folder))?.isEmpty == false {
                // What waits from before is stored first; nothing more is added but one batch at a time.
                intake.station = station(intake, folder, limit: 0)
            }
        }
        let control = SourceControl(isPaused: paused.contains(name))
        controls.withLock { $0[name] = control }
        return (intake, control)
    }

    private func station(_ intake: SourceIntake, _ folder: String, limit: Int64) -> SpillStation {
        SpillStation(folder: folder, limit: limit, settings: intake.settings, pipeline: self, meter: intake.meter)
    }

    private func meter(_ settings: SourceSettings) -> SourceMeter {
        meters.withLock { meters in
            if let known = meters[settings.name] {
                known.settings = settings
                return known
            }
            let meter = SourceMeter(settings: settings, clock: clock)
            meters[settings.name] = meter
            return meter
        }
    }
}
