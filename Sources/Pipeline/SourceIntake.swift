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
    /// The queue on disk; nil where the source does not spill.
    var station: SpillStation?

    public func cursors() async throws -> [StreamCursor] {
        let committed = await pipeline.journal.cursors(of: settings.name)
        return station?.advance(committed) ?? committed.filter { $0.stream != SpillStation.cursorStream }
    }

    public func open(_ stream: StreamDescription) async throws(IntakeError) -> any Lane {
        let entry = try pipeline.formats.choose(for: stream, named: settings.format)
        let cursor = stream.cursor
        guard let decoder = entry.make(cursor?.decoderState ?? []) else {
            throw IntakeError(
                .badCursor,
                "\(stream.name): the committed state of format \(entry.spec.name) cannot be read; import the file under another source")
        }
        meter.note(.live)
        if let station { return SpillLane(stream: stream, format: entry.spec, station: station, intake: self) }
        return DecodingLane(stream: stream, format: entry.spec, decoder: decoder, settings: settings, pipeline: pipeline, meter: meter)
    }
}
