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
        let entry = try format(of: stream)
        let cursor = stream.cursor
        guard let decoder = entry.make(cursor?.decoderState ?? []) else {
            throw IntakeError(
                .badCursor,
                "\(stream.name): the committed state of format \(entry.spec.name) cannot be read; import the file under another source")
        }
        meter.note(.live)
        return DecodingLane(stream: stream, format: entry.spec, decoder: decoder, settings: settings, pipeline: pipeline, meter: meter)
    }

    private func format(of stream: StreamDescription) throws(IntakeError) -> FormatCatalogue.Entry {
        // A stream that has begun goes on in its format, whatever its head looks like after a rotation.
        if let name = stream.cursor?.format ?? stream.format ?? settings.format {
            if let entry = pipeline.formats.entry(named: name) { return entry }
            let hint = pipeline.formats.nearest(to: name).map { "; did you mean \($0)?" } ?? ""
            throw IntakeError(.unknownFormat, "\(stream.name): there is no format \(name)\(hint)")
        }
        if let entry = pipeline.formats.detect(head: stream.head.span, fileName: stream.name) { return entry }
        throw IntakeError(
            .unknownFormat,
            "\(stream.name): no format claims this content; name one with --format (\(pipeline.formats.names.joined(separator: ", "))) or describe it with a mapping"
        )
    }
}
