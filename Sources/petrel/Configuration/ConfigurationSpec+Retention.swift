import Journal

/// The options of `journal.retention`.
extension ConfigurationSpec {
    private static let day = 86_400_000

    static let retention = ConfigurationGroup(options: [
        limit(.attacks, "Events of the family attack.", "365d"),
        limit(.posts, "Events of the family post.", "30d"),
        limit(.records, "Events of the family record: flows, dns, statistics and other context.", "14d"),
        limit(.kept, "Events that somebody or an alert has kept: their copies, when the originals are gone.", "unlimited"),
    ])

    private static func limit(_ retained: RetentionClass, _ summary: String, _ age: String) -> ConfigurationOption {
        ConfigurationOption(
            name: retained.name,
            type: .group(
                ConfigurationGroup(options: [
                    ConfigurationOption(
                        name: "max_age", type: .duration(day...36_500 * day, word: "unlimited"),
                        summary: "Age in whole days after which they are removed, counted from the day of their commit.", standard: age),
                    ConfigurationOption(
                        name: "max_size", type: .size(1 << 20...1 << 50, word: "unlimited"),
                        summary: "Compressed size of all of them above which the oldest are removed.", standard: "unlimited"),
                ])), summary: summary)
    }
}
