public import Enrichment
public import Formats
public import Journal
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

    /// A pipeline into the journal.
    ///
    /// - Parameter inFlightBytes: most bytes of raw records between the sources and the journal; beyond it sources wait (back-pressure).
    public init(
        journal: EventJournal, formats: FormatCatalogue, enrichment: EnrichmentChain, clock: WallClock = .system,
        inFlightBytes: Int = 64 << 20
    ) {
        self.journal = journal
        self.formats = formats
        self.enrichment = enrichment
        self.clock = clock
        gate = Gate(limit: inFlightBytes)
    }

    /// The intake of a source, and its meter.
    public func intake(for settings: SourceSettings) -> SourceIntake {
        SourceIntake(settings: settings, pipeline: self, meter: meter(settings.name, isSimulated: settings.isSimulated))
    }

    /// What every source is doing, by name.
    public var sources: [SourceStatus] {
        meters.withLock { Array($0.values) }.map(\.status).sorted { $0.name < $1.name }
    }

    /// Bytes in flight, the most there ever were, and the bound.
    public var inFlight: (bytes: Int, peak: Int, limit: Int) { (gate.usage.bytes, gate.usage.peak, gate.limit) }

    private func meter(_ name: String, isSimulated: Bool) -> SourceMeter {
        meters.withLock { meters in
            if let known = meters[name] { return known }
            let meter = SourceMeter(name: name, isSimulated: isSimulated, clock: clock)
            meters[name] = meter
            return meter
        }
    }
}

/// What the configuration says of a source, whatever its kind.
public struct SourceSettings: Sendable {
    /// The source's name, under which its books are kept; unique.
    public var name: String
    /// Name of the format; nil detects it for each stream.
    public var format: String?
    /// The sensor for records that do not name one.
    public var sensor: String?
    /// Minutes east of UTC for times without a zone.
    public var zoneMinutes: Int
    /// Whether what it sends is invented.
    public var isSimulated: Bool
    /// How far event times may be ahead of their arrival; nil without limit.
    public var clockToleranceSeconds: Double?

    /// How far event times may be ahead where nothing is configured.
    public static let standardClockToleranceSeconds = 300.0

    /// Settings of the given parts.
    public init(
        name: String, format: String? = nil, sensor: String? = nil, zoneMinutes: Int = 0, isSimulated: Bool = false,
        clockToleranceSeconds: Double? = standardClockToleranceSeconds
    ) {
        self.name = name
        self.format = format
        self.sensor = sensor
        self.zoneMinutes = zoneMinutes
        self.isSimulated = isSimulated
        self.clockToleranceSeconds = clockToleranceSeconds
    }
}
