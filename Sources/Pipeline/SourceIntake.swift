import Formats
import Journal
public import Model
public import Sources

/// The intake of one source: finds the format of each stream and hands out lanes.
public struct SourceIntake: Intake {
    let settings: SourceSettings
    let pipeline: IngestPipeline
    /// Measures the source.
    public let meter: SourceMeter

    public func cursors() async throws -> [StreamCursor] { await pipeline.journal.cursors(of: settings.name) }

    public func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane {
        let entry = try pipeline.formats.choose(for: stream, named: settings.format)
        let cursor = stream.cursor
        guard let decoder = entry.make(cursor?.decoderState ?? []) else {
            throw IntakeError(
                .badCursor,
                "\(stream.name): the committed state of format \(entry.spec.name) cannot be read; import the file under another source")
        }
        meter.note(.live)
        return DecodingLane(stream: stream, format: entry.spec, decoder: decoder, settings: settings, pipeline: pipeline, meter: meter)
    }
}
