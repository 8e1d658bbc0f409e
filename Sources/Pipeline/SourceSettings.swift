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
    /// What is done with records for which the pipeline has no room.
    public var overload = OverloadPolicy.block
    /// When it counts as idle or lagging.
    public var thresholds = SourceThresholds()
    /// What of its posts is kept; nil keeps all.
    public var keywords: Keywords?
    /// The list that its indicators make; nil where they make none.
    public var indicatorList: String?
    /// How far event times may be ahead of their arrival; nil without limit.
    public var clockToleranceSeconds: Double?

    /// How far event times may be ahead where nothing is configured.
    public static let standardClockToleranceSeconds = 300.0

    /// Settings of the given parts.
    public init(
        name: String, format: String? = nil, sensor: String? = nil, zoneMinutes: Int = 0, isSimulated: Bool = false,
        keywords: Keywords? = nil, clockToleranceSeconds: Double? = standardClockToleranceSeconds
    ) {
        self.name = name
        self.format = format
        self.sensor = sensor
        self.zoneMinutes = zoneMinutes
        self.isSimulated = isSimulated
        self.keywords = keywords
        self.clockToleranceSeconds = clockToleranceSeconds
    }
}
