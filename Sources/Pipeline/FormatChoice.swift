import Formats
import Model
import Sources

extension FormatCatalogue {
    /// The format of a stream: as its cursor or the configuration names it, else detected from its head.
    ///
    /// A stream that has begun goes on in its format, whatever its head looks like after a rotation.
    func choose(for stream: StreamDescription, named configured: String?) throws(IntakeError) -> Entry {
        if let name = stream.cursor?.format ?? stream.format ?? configured {
            if let entry = entry(named: name) { return entry }
            let hint = nearest(to: name).map { "; did you mean \($0)?" } ?? ""
            throw IntakeError(.unknownFormat, "\(stream.name): there is no format \(name)\(hint)")
        }
        if let entry = detect(head: stream.head.span, fileName: stream.name) { return entry }
        throw IntakeError(
            .unknownFormat,
            "\(stream.name): no format claims this content; name one with --format (\(names.joined(separator: ", "))) or describe it with a mapping"
        )
    }
}
