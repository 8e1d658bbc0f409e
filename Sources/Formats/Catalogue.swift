import Model
import Wire

/// The formats that Petrel knows: the built-in ones, and the mappings of the configuration.
public struct FormatCatalogue: Sendable {
    /// One format: what it is called and how its decoders are made.
    public struct Entry: Sendable {
        /// Name, documentation and framing.
        public let spec: FormatSpec
        /// Makes a decoder that goes on from a committed state (empty: from the start); nil when the state is not this format's.
        public let make: @Sendable (_ state: [UInt8]) -> (any Format)?
        /// How sure the format is, 0…100, that a stream which begins with these bytes is its own.
        public let likelihood: @Sendable (_ head: Span<UInt8>, _ fileName: String) -> Int

        /// An entry with the given parts.
        public init(
            spec: FormatSpec, make: @escaping @Sendable ([UInt8]) -> (any Format)?,
            likelihood: @escaping @Sendable (Span<UInt8>, String) -> Int
        ) {
            self.spec = spec
            self.make = make
            self.likelihood = likelihood
        }

        /// The entry of a format that needs no configuration.
        init<F: Format>(_ format: F.Type) {
            self.init(spec: F.spec, make: { F(state: $0) }, likelihood: { F.likelihood(head: $0, fileName: $1) })
        }
    }

    /// All formats, in the order in which lists show them.
    public private(set) var entries: [Entry]

    /// The likelihood below which a format does not claim a stream.
    public static let claimThreshold = 50

    /// A catalogue of the given formats.
    public init(entries: [Entry]) { self.entries = entries }

    /// The built-in formats: add a format by one line here.
    public static let standard = FormatCatalogue(entries: [
        Entry(SuricataFormat.self),
        Entry(CowrieFormat.self),
        Entry(MarxFormat.self),
        MappingFormat.entry(MappingPreset.satoriAttacks),
        Entry(FastLogFormat.self),
        Entry(SnortFullFormat.self),
        Entry(SnortCSVFormat.self),
        Entry(SnortJSONFormat.self),
        Entry(ZeekJSONFormat.self),
        Entry(ZeekTSVFormat.self),
        Entry(SSHDFormat.self),
        Entry(Fail2banFormat.self),
        Entry(NetfilterFormat.self),
        Entry(FilterLogFormat.self),
        Entry(CiscoASAFormat.self),
        Entry(FortinetFormat.self),
        Entry(CEFFormat.self),
        Entry(LEEFFormat.self),
        Entry(WebAccessFormat.self),
        Entry(WebErrorFormat.self),
        Entry(SyslogFormat.self),
    ])

    /// The catalogue with one more format, decoded by a mapping of the configuration; it replaces one of the same name.
    ///
    /// Such formats are used by name only and never detected. The mapping should be free of ``MappingSpec/problems()``.
    public func adding(name: String, mapping: MappingSpec) -> FormatCatalogue {
        let added = MappingFormat.entry(name: name, mapping: mapping)
        return FormatCatalogue(entries: entries.filter { $0.spec.name != name } + [added])
    }

    /// The format that claims a stream with that beginning most surely, or nil when none does.
    public func detect(head: Span<UInt8>, fileName: String) -> Entry? {
        var best: Entry?
        var bestLikelihood = Self.claimThreshold - 1
        for entry in entries {
            let likelihood = entry.likelihood(head, fileName)
            if likelihood > bestLikelihood {
                best = entry
                bestLikelihood = likelihood
            }
        }
        return best
    }

    /// The format of that name, if there is one.
    public func entry(named name: String) -> Entry? { entries.first { $0.spec.name == name } }

    /// The names of all formats, in order.
    public var names: [String] { entries.map(\.spec.name) }

    /// The known name most like a misspelt one, for "did you mean"; nil when none is near.
    public func nearest(to name: String) -> String? { Spelling.nearest(to: name, among: names) }
}
