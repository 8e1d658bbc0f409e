import Formats
import Model
import Pipeline
import Sources

extension SourceConfiguration {
    /// The source that the configuration describes.
    ///
    /// - Parameter onNotice: told what the operator should know, e.g. a file that no format claims.
    func makeSource(formats: FormatCatalogue, onNotice: @escaping @Sendable (String) -> Void) -> any Source {
        switch kind {
        case .file(let options): FileSource(options, onNotice: { onNotice("\($0)") })
        case .stdin(let maximum): StandardInputSource(format: settings.format, sensor: settings.sensor, maxRecordBytes: maximum)
        case .simulator(let rate, let seed): SimulatorSource(rate: rate, seed: seed)
        case .replay(let path, let speed):
            ReplaySource(
                path: path, speed: speed, format: settings.format, timeOf: EventTimes(formats: formats, format: settings.format).time)
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
