import Sources

/// The kinds of sources that there are.
enum SourceKinds {
    /// All kinds, in the order in which they are shown.
    static let all: [SourceKind] = [
        .file, .stdin,
        .syslog, .unix, .decoy,
        .webSocket,
        .httpPoll, .rss, .sse, .httpStream,
        .hpfeeds, .amqp, .kafka,
        .replay, .simulator,
    ]

    /// The kind of that name.
    static func kind(named name: String) -> SourceKind? { all.first { $0.name == name } }

    /// Options that every source has.
    static let shared: [ConfigurationOption] = [
        ConfigurationOption(
            name: "type", type: .choice(all.map(\.name)), summary: "What kind of source it is; the options of each kind are listed below.",
            example: "{kind}", isRequired: true),
        ConfigurationOption(
            name: "name", type: .text, summary: "Unique name, under which its books are kept; do not change it.", example: "my-{kind}",
            isRequired: true),
        ConfigurationOption(
            name: "overload", type: .choice(["block", "spill", "shed"]),
            summary: "When the journal has no room: wait, write to a queue on disk, or give records up and count them.", standard: "block"),
        ConfigurationOption(
            name: "spill_size", type: .size(1 << 20...1 << 44),
            summary: "Most bytes of the queue on disk; when it is full the source waits.",
            standard: "1GiB"),
        ConfigurationOption(
            name: "idle_after", type: .duration(1000...31_536_000_000, word: "never"),
            summary: "Time without an event after which the source is shown as idle.", standard: "5m"),
        ConfigurationOption(
            name: "lag_after", type: .duration(1000...31_536_000_000, word: "never"),
            summary: "Age of events when they are stored beyond which the source is shown as lagging.", standard: "1m"),
        ConfigurationOption(
            name: "clock_tolerance", type: .duration(0...365 * 86_400_000, word: "unlimited"),
            summary: "How far an event's time may be ahead of its arrival; a later one is set to the arrival and marked.", standard: "5m"),
    ]

    /// Options of sources whose records can be of any format.
    static let records: [ConfigurationOption] = [
        ConfigurationOption(
            name: "format", type: .text, summary: "Name of the format; without it each stream's content decides.", example: "suricata"),
        ConfigurationOption(name: "sensor", type: .text, summary: "Sensor of records that do not name theirs.", example: "lab-7"),
        ConfigurationOption(name: "time_zone", type: .zone, summary: "Zone of times that do not name theirs.", standard: "UTC"),
        ConfigurationOption(
            name: "keywords", type: .texts,
            summary: "Words, phrases, #hashtags, @accounts: only posts with one of them are kept, the rest is filtered.",
            example: "[ransomware, \"zero day\", \"#infosec\"]"),
        useAsIndicators,
    ]

    /// Options of sources that may bring indicators.
    static let useAsIndicators = ConfigurationOption(
        name: "use_as_indicators", type: .text,
        summary: "Its indicators make a list of this name, which stands in their threat.feed.name and in that of what they match.",
        example: "urlhaus")

    /// Longest record of sources that frame bytes.
    static let maxRecord = ConfigurationOption(
        name: "max_record", type: .size(1 << 10...64 << 20), summary: "Longest record; longer ones are dead-lettered.", standard: "1MiB")

    /// The section of a source, with the options of all kinds.
    static let group = ConfigurationGroup(
        options: shared + merged, kindKey: "type", exampleKinds: all.map(\.name),
        kindSummaries: Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.summary) }))

    /// The options of all kinds; what several kinds declare alike stands once.
    private static var merged: [ConfigurationOption] {
        var options: [ConfigurationOption] = []
        for kind in all {
            for option in kind.options {
                if let known = options.firstIndex(where: { $0.isDeclared(like: option) }) {
                    options[known].kinds.append(kind.name)
                } else {
                    var option = option
                    option.kinds = [kind.name]
                    options.append(option)
                }
            }
        }
        return options
    }
}
