public import Model

/// Why an event is noise: what an analyst may want out of sight, and nothing that is thrown away.
public enum NoiseKind: String, CaseIterable, Sendable {
    /// It comes from one of the operator's own scanners.
    case own
    /// Its source is on a list of known scanners.
    case scanner
    /// Its client names itself as a known scanner.
    case agent
    /// Its source is on an indicator list that the operator calls noise.
    case feed
    /// Its source was seen more often than somebody wants to look at.
    case `repeat`
}

/// What the configuration says about noise.
public struct NoiseOptions: Sendable, Equatable {
    /// Scanners of one's own, under a name.
    public struct Own: Sendable, Equatable {
        /// Stands in `noise.name`.
        public var name: String
        /// Where they scan from.
        public var networks: [Network]

        /// Scanners of that name.
        public init(name: String, networks: [Network]) {
            self.name = name
            self.networks = networks
        }
    }

    /// From when on a source is a repeat offender.
    public struct Repeats: Sendable, Equatable {
        /// Attacks of one source within a window that are not noise yet.
        public var moreThan: Int
        /// Length of the windows, in seconds of event time.
        public var seconds: Int

        /// More than that many within that time.
        public init(moreThan: Int, seconds: Int) {
            self.moreThan = moreThan
            self.seconds = seconds
        }
    }

    /// The operator's own scanners.
    public var own: [Own]
    /// Further patterns of clients, with `*` for anything.
    public var agents: [String]
    /// Whether the built-in patterns are used (``AgentPatterns/known``).
    public var usesKnownAgents: Bool
    /// Names of indicator lists whose addresses are noise.
    public var feeds: [String]
    /// From when on a source is a repeat offender; nil for never.
    public var repeats: Repeats?

    /// Options with the given parts.
    public init(
        own: [Own] = [], agents: [String] = [], usesKnownAgents: Bool = false, feeds: [String] = [], repeats: Repeats? = nil
    ) {
        self.own = own
        self.agents = agents
        self.usesKnownAgents = usesKnownAgents
        self.feeds = feeds
        self.repeats = repeats
    }
}
