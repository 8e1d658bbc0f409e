/// The options of `noise`.
extension ConfigurationSpec {
    private static let second = 1000
    private static let day = 86_400_000

    static let noise = ConfigurationGroup(options: [
        ConfigurationOption(name: "own", type: .list(own), summary: "Your own scanners, by where they scan from."),
        ConfigurationOption(
            name: "lists", type: .list(list), summary: "Lists of addresses and networks of known scanners, read again when they change."),
        ConfigurationOption(
            name: "known_agents", type: .flag,
            summary: "Whether clients that name themselves as a scanner of the internet (Censys, Shodan, ZGrab …) are noise.",
            standard: "false"),
        ConfigurationOption(
            name: "agents", type: .texts,
            summary: "Further user agents and SSH banners, with * for anything; upper and lower case alike.", standard: "[]",
            example: #"["*our-uptime-check*"]"#),
        ConfigurationOption(
            name: "feeds", type: .texts,
            summary: "Names of indicator lists whose addresses are noise: of indicators: or of a source's use_as_indicators.",
            standard: "[]",
            example: "[drop]"),
        ConfigurationOption(
            name: "repeat", type: .group(repeats),
            summary: "Sources that come again and again."),
    ])

    private static let own = ConfigurationGroup(options: [
        ConfigurationOption(
            name: "name", type: .text, summary: "Unique name, which stands in noise.name.", example: "vulnerability-scan", isRequired: true),
        ConfigurationOption(
            name: "addresses", type: .texts, summary: "Addresses and networks from which they scan.",
            example: #"[192.0.2.10, "2001:db8:5::/48"]"#, isRequired: true),
    ])

    private static let list = ConfigurationGroup(options: [
        ConfigurationOption(
            name: "name", type: .text, summary: "Unique name, which stands in noise.name.", example: "research", isRequired: true),
        ConfigurationOption(
            name: "path", type: .path, summary: "The file, compressed or not; it is read again when it changes.",
            example: "./scanners.txt", isRequired: true),
        ConfigurationOption(
            name: "format", type: .text, summary: "Name of the format; without it the content decides.", example: "address-list"),
    ])

    private static let repeats = ConfigurationGroup(options: [
        ConfigurationOption(
            name: "more_than", type: .integer(1...1_000_000_000),
            summary: "Attacks of one source address in a window of event time that are not noise yet; without it none is noise for that.",
            example: "1000"),
        ConfigurationOption(
            name: "within", type: .duration(second...30 * day), summary: "Length of the windows, in whole seconds.", standard: "1h"),
    ])
}
