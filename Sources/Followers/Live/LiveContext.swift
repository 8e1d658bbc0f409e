public import Journal

/// What the screens are told besides events; given by the layers above.
public struct LiveContext: Sendable {
    /// A source as the screens show it.
    public struct SourceLine: Sendable {
        public var name: String
        public var state: String
        public var rate: Double
        public var lag: Double?

        /// A line of the given parts.
        public init(name: String, state: String, rate: Double, lag: Double?) {
            self.name = name
            self.state = state
            self.rate = rate
            self.lag = lag
        }
    }

    /// The program's version.
    public var version: String
    /// Whether the journal holds invented events only.
    public var isSimulated: Bool
    /// The sources and what they are doing.
    public var sources: @Sendable () -> [SourceLine]
    /// The name of a country by its two letters.
    public var countryName: @Sendable (String) -> String?
    /// The name of a service by port and transport.
    public var serviceName: @Sendable (UInt16, _ isUDP: Bool) -> String?
    /// The clock.
    public var clock: WallClock

    /// A context of the given parts.
    public init(
        version: String, isSimulated: Bool = false, clock: WallClock = .system,
        sources: @escaping @Sendable () -> [SourceLine] = { [] },
        countryName: @escaping @Sendable (String) -> String? = { _ in nil },
        serviceName: @escaping @Sendable (UInt16, _ isUDP: Bool) -> String? = { _, _ in nil }
    ) {
        self.version = version
        self.isSimulated = isSimulated
        self.clock = clock
        self.sources = sources
        self.countryName = countryName
        self.serviceName = serviceName
    }
}
