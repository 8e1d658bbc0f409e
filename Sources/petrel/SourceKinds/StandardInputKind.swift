import Pipeline
import Sources

extension SourceKind {
    /// What is piped into the program.
    static let stdin = SourceKind(
        name: "stdin", summary: "Standard input, to its end.",
        onlyOne: "stdin is read by the source in line {line} already; remove one of them",
        options: SourceKinds.records + [SourceKinds.maxRecord]
    ) { section in
        let settings = section.settings
        guard let maximum = section.values.integer("max_record") else { return nil }
        return { _ in StandardInputSource(format: settings.format, sensor: settings.sensor, maxRecordBytes: maximum) }
    }
}
