/// The options of `web.rate_limit`.
extension ConfigurationSpec {
    static let rateLimit = ConfigurationGroup(options: [
        ConfigurationOption(
            name: "query", type: .integer(0...1_000_000),
            summary: "Questions, lists and state: requests a second of one client in the long run; 0 for no limit.", standard: "50"),
        ConfigurationOption(
            name: "query_burst", type: .integer(1...1_000_000), summary: "Such requests at once after a rest.", standard: "500"),
        ConfigurationOption(
            name: "ingest", type: .integer(0...1_000_000),
            summary: "Ingest: requests a second of one client in the long run; 0 for no limit.", standard: "500"),
        ConfigurationOption(
            name: "ingest_burst", type: .integer(1...1_000_000), summary: "Such requests at once after a rest.", standard: "5000"),
        ConfigurationOption(
            name: "max_clients", type: .integer(2...10_000_000), summary: "Most clients that are remembered, for each of the two.",
            standard: "10000"),
        ConfigurationOption(
            name: "exempt", type: .texts, summary: "Networks of clients without limits, in CIDR form.",
            standard: "[127.0.0.0/8, \"::1/128\"]", example: "[127.0.0.0/8, 10.0.0.0/8]"),
    ])
}
