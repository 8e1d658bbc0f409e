import Sources

/// A set of options for a known feed; what the configuration states wins.
struct PollPreset: Sendable {
    /// The name behind `preset:`.
    let name: String
    let url: String
    let format: String
    var items: [String] = []
    let key: [String]
    /// Time between two requests in milliseconds: never less than the publisher asks for.
    let interval: Int
    var window: Int?

    /// All presets, in the order in which they are shown.
    static let all: [PollPreset] = [
        PollPreset(
            name: "radware", url: "https://ltm-prod-api.radware.com/map/attacks?limit=100", format: "radware", items: ["."],
            key: ["attackTime", "millisecond", "type", "weight", "sourceCountry", "destinationCountry"], interval: 60_000),
        PollPreset(
            name: "dshield", url: "https://iplists.firehol.org/files/dshield.netset", format: "address-list", key: ["1"],
            interval: 600_000),
        PollPreset(
            name: "urlhaus", url: "https://urlhaus.abuse.ch/downloads/csv_recent/", format: "urlhaus", key: ["1"], interval: 300_000,
            window: 100_000),
        PollPreset(
            name: "threatfox", url: "https://threatfox.abuse.ch/export/json/recent/", format: "threatfox", items: ["iocs", "data", "*"],
            key: ["id", "ioc", "ioc_value", "ioc_type", "type", "first_seen", "first_seen_utc"], interval: 300_000),
        PollPreset(
            name: "feodo", url: "https://feodotracker.abuse.ch/downloads/ipblocklist.json", format: "feodo", items: ["."],
            key: ["ip_address", "port", "first_seen"], interval: 300_000),
        PollPreset(
            name: "cisa-kev", url: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
            format: "cisa-kev", items: ["vulnerabilities"], key: ["cveID"], interval: 3_600_000),
    ]

    /// The preset of that name.
    static func named(_ name: String) -> PollPreset? { all.first { $0.name == name } }
}
