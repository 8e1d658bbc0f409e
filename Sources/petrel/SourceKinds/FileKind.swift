import Pipeline
import Sources

extension SourceKind {
    /// Files, followed or read once.
    static let file = SourceKind(
        name: "file", summary: "Log files, followed as they grow and rotate, or read once.",
        options: SourceKinds.records + [
            ConfigurationOption(
                name: "paths", type: .paths, summary: "Files and patterns (*, ?, […]).", example: "[/var/log/suricata/eve.json]",
                isRequired: true),
            ConfigurationOption(
                name: "follow", type: .flag, summary: "Whether to wait for what is appended, as tail -F; else files are read once.",
                standard: "true"),
            ConfigurationOption(
                name: "poll", type: .duration(10...3_600_000), summary: "Time between two looks at a followed file.", standard: "250ms"),
            SourceKinds.maxRecord,
        ]
    ) { section in
        if let paths = section.values.texts("paths"), paths.isEmpty { section.note("paths", "names no file; add one") }
        guard let follow = section.values.flag("follow"), let poll = section.values.integer("poll"),
            let record = section.values.integer("max_record")
        else { return nil }
        let options = FileSourceOptions(
            paths: section.values.texts("paths") ?? [], follow: follow, format: section.settings.format, sensor: section.settings.sensor,
            pollInterval: .milliseconds(poll), maxRecordBytes: record)
        return { context in FileSource(options, onNotice: { context.onNotice("\($0)") }) }
    }
}
