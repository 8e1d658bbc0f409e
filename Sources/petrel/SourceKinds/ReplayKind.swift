import Formats
import Model
import Pipeline
import Sources

extension SourceKind {
    /// A file at its own pace.
    static let replay = SourceKind(
        name: "replay", summary: "A recorded file at the pace of its own times.",
        options: SourceKinds.records + [
            ConfigurationOption(
                name: "path", type: .path, summary: "The file to replay, compressed or not.", example: "./eve.json.gz", isRequired: true),
            ConfigurationOption(
                name: "speed", type: .number(0.001...1_000_000), summary: "Multiple of the file's own pace.", standard: "1"),
        ]
    ) { section in
        guard let path = section.values.text("path"), let speed = section.values.number("speed") else { return nil }
        return SourceConfiguration.replay(path: path, speed: speed, settings: section.settings).make
    }
}

extension SourceConfiguration {
    /// A replay of a file, a multiple of its pace.
    static func replay(path: String, speed: Double, settings: SourceSettings) -> SourceConfiguration {
        SourceConfiguration(settings: settings) { context in
            ReplaySource(
                path: path, speed: speed, format: settings.format,
                timeOf: EventTimes(formats: context.formats, format: settings.format).time)
        }
    }
}

/// Tells the event time of single records, for a replay at the records' own pace.
struct EventTimes: Sendable {
    let formats: FormatCatalogue
    let format: String?

    /// The event time of a record, or nil when it has none that its format understands.
    func time(_ record: [UInt8]) -> Timestamp? {
        let entry = format.flatMap { formats.entry(named: $0) } ?? formats.detect(head: record.span, fileName: "")
        guard var decoder = entry?.make([]) else { return nil }
        var batch = EventBatch()
        // A record that cannot be decoded has no time; the pipeline tells why when it comes.
        _ = try? decoder.decode(record.span, in: RecordContext(arrival: Timestamp(microseconds: 0)), into: &batch)
        return batch.isEmpty ? nil : batch[0].date(.timestamp)
    }
}
