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

        /// What the first JSON objects must look like, where that is all that ``likelihood`` asks: looked at once for all formats.
        var claims: [Claim] = []

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
        Entry(CowrieTextFormat.self),
        RecordLayout.cowrieSession.entry,
        RecordLayout.adbhoney.entry,
        RecordLayout.beelzebub.entry,
        RecordLayout.conpot.entry,
        RecordLayout.ddospot.entry,
        RecordLayout.decoy.entry,
        RecordLayout.dicompot.entry,
        RecordLayout.dionaea.entry,
        RecordLayout.dockerAPI.entry,
        RecordLayout.elasticpot.entry,
        RecordLayout.galah.entry,
        RecordLayout.glutton.entry,
        RecordLayout.gopot.entry,
        RecordLayout.h0neytr4p.entry,
        RecordLayout.hellpot.entry,
        RecordLayout.heralding.entry,
        RecordLayout.honeytrap.entry,
        RecordLayout.ipphoney.entry,
        RecordLayout.log4pot.entry,
        RecordLayout.mailoney.entry,
        RecordLayout.medpot.entry,
        RecordLayout.mhn.entry,
        RecordLayout.miniprint.entry,
        RecordLayout.opencanary.entry,
        RecordLayout.qeeqbox.entry,
        RecordLayout.redishoneypot.entry,
        RecordLayout.sentrypeer.entry,
        RecordLayout.tanner.entry,
        RecordLayout.tpot.entry,
        RecordLayout.wordpot.entry,
        Entry(ECSDocumentFormat.self),
        Entry(GELFFormat.self),
        RecordLayout.checkpoint.entry,
        Entry(FortinetMapFormat.self),
        Entry(RadwareFormat.self),
        Entry(SatoriPDUFormat.self),
        RecordLayout.bluesky.entry,
        Entry(MastodonFormat.self),
        Entry(XFormat.self),
        RecordLayout.xTable.entry,
        RecordLayout.tweetfeed.entry,
        Entry(AddressListFormat.self),
        RecordLayout.abuseIPDB.entry,
        RecordLayout.cisaKEV.entry,
        RecordLayout.feodo.entry,
        RecordLayout.misp.entry,
        RecordLayout.spamhausDrop.entry,
        RecordLayout.stix.entry,
        RecordLayout.threatfox.entry,
        RecordLayout.urlhaus.entry,
        RecordLayout.urlList.entry,
        Entry(FastLogFormat.self),
        Entry(SnortFullFormat.self),
        Entry(SnortCSVFormat.self),
        Entry(SnortJSONFormat.self),
        Entry(ZeekJSONFormat.self),
        Entry(ZeekTSVFormat.self),
        LogFormat.sshd.entry,
        LogFormat.fail2ban.entry,
        LogFormat.netfilter.entry,
        LogFormat.filterLog.entry,
        LogFormat.ciscoASA.entry,
        LogFormat.fortinet.entry,
        LogFormat.cef.entry,
        LogFormat.leef.entry,
        LogFormat.webAccess.entry,
        LogFormat.webError.entry,
        LogFormat.syslog.entry,
    ])

    /// The catalogue with one more format, decoded by a mapping of the configuration; it replaces one of the same name.
    ///
    /// Such formats are used by name only and never detected. The mapping should be free of ``MappingSpec/problems()``.
    public func adding(name: String, mapping: MappingSpec) -> FormatCatalogue {
        let added = MappingFormat.entry(name: name, mapping: mapping)
        return FormatCatalogue(entries: entries.filter { $0.spec.name != name } + [added])
    }

    /// A format that claims a stream.
    public struct StreamClaim: Equatable, Sendable {
        /// The format's name.
        public let name: String
        /// How surely, 0…100.
        public let likelihood: Int
    }

    /// The formats that claim a stream with that beginning, the surest first; of equally sure ones the order of the catalogue counts.
    public func claims(head: Span<UInt8>, fileName: String) -> [StreamClaim] {
        var found: [StreamClaim] = []
        let objects = HeadObjects(of: head)
        for entry in entries {
            let likelihood = entry.claims.isEmpty ? entry.likelihood(head, fileName) : Claim.likelihood(entry.claims, objects)
            guard likelihood >= Self.claimThreshold else { continue }
            let claim = StreamClaim(name: entry.spec.name, likelihood: likelihood)
            found.insert(claim, at: found.firstIndex { $0.likelihood < likelihood } ?? found.count)
        }
        return found
    }

    /// The format that claims a stream with that beginning most surely, or nil when none does.
    public func detect(head: Span<UInt8>, fileName: String) -> Entry? {
        claims(head: head, fileName: fileName).first.flatMap { entry(named: $0.name) }
    }

    /// The format of that name, if there is one.
    public func entry(named name: String) -> Entry? { entries.first { $0.spec.name == name } }

    /// The names of all formats, in order.
    public var names: [String] { entries.map(\.spec.name) }

    /// The known name most like a misspelt one, for "did you mean"; nil when none is near.
    public func nearest(to name: String) -> String? { Spelling.nearest(to: name, among: names) }
}
