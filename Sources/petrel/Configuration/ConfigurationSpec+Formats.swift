import Model

extension ConfigurationSpec {
    /// A format of the operator's own.
    static let format = ConfigurationGroup(
        options: [
            ConfigurationOption(
                name: "framing", type: .choice(["json", "csv"]), summary: "JSON objects (lines or an array), or CSV.", standard: "json",
                example: "{kind}"),
            ConfigurationOption(
                name: "fields", type: .table, summary: "Field of the event (ECS name, or labels.NAME) to where its value stands.",
                example: "{source.ip: attacker, destination.port: port, labels.rule: rule}", isRequired: true),
            ConfigurationOption(
                name: "constants", type: .table, summary: "Field of the event to a fixed value.", example: "{observer.name: lab-7}"),
            ConfigurationOption(name: "time", type: .group(time), summary: "The event time; without it the time of arrival."),
            ConfigurationOption(
                name: "attack_type", type: .group(lookup(AttackType.allCases.map(\.name), standard: "other", example: "portscan: scan")),
                summary: "What the attack is."),
            ConfigurationOption(
                name: "severity", type: .group(lookup(AttackSeverity.allCases.map(\.name), standard: "medium", example: "sev1: critical")),
                summary: "How bad the attack is."),
            ConfigurationOption(name: "source_place", type: .group(place), summary: "Where the source's coordinates stand."),
            ConfigurationOption(name: "destination_place", type: .group(place), summary: "Where the destination's coordinates stand."),
            ConfigurationOption(name: "observer_place", type: .group(place), summary: "Where the sensor's coordinates stand."),
            ConfigurationOption(
                name: "family", type: .choice(EventFamily.allCases.map(\.name)), summary: "Family of every event.", standard: "attack"),
            ConfigurationOption(
                name: "header", type: .columns, summary: "Whether the first record names the columns, or their names.", standard: "true",
                kinds: ["csv"]),
            ConfigurationOption(
                name: "delimiter", type: .text, summary: "The character between columns; tab for a tabulator.", standard: "\",\"",
                kinds: ["csv"]),
        ],
        kindKey: "framing", exampleKinds: ["json", "csv"])

    private static let time = ConfigurationGroup(options: [
        ConfigurationOption(name: "path", type: .text, summary: "Where it stands.", example: "when", isRequired: true),
        ConfigurationOption(
            name: "format", type: .text,
            summary: "iso8601, epoch, epoch_ms, epoch_us, or a pattern such as %d/%m/%Y %H:%M:%S; without it any known form.",
            example: "iso8601"),
        ConfigurationOption(
            name: "zone", type: .zone, summary: "Zone of times that do not name theirs; without it the source's.", example: "+02:00"),
    ])

    private static let place = ConfigurationGroup(options: [
        ConfigurationOption(name: "lat", type: .text, summary: "Where the latitude stands.", example: "latitude", isRequired: true),
        ConfigurationOption(name: "lon", type: .text, summary: "Where the longitude stands.", example: "longitude", isRequired: true),
    ])

    private static func lookup(_ names: [String], standard: String, example: String) -> ConfigurationGroup {
        ConfigurationGroup(options: [
            ConfigurationOption(
                name: "path", type: .text, summary: "Where the value stands; without it every event has the default.", example: "kind"),
            ConfigurationOption(
                name: "table", type: .table, summary: "Value of the record to \(names.joined(separator: ", ")).", example: "{\(example)}"),
            ConfigurationOption(
                name: "default", type: .choice(names), summary: "What other values become.", standard: standard),
        ])
    }
}
