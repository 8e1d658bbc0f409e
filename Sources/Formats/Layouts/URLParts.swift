import Model
import Wire

/// A URL taken apart as far as logs need it (RFC 3986 §3); anything is accepted, since attackers write it.
enum URLParts {
    /// Where host, port, path and query lie.
    struct Ranges {
        var scheme = 0..<0
        var host = 0..<0
        var port: Int64?
        var path = 0..<0
        var query = 0..<0
    }

    /// Appends `url.full`, and scheme, host, port, path and query where there are any.
    static func append(_ text: Span<UInt8>, into batch: inout EventBatch) {
        batch.append(.urlFull, utf8: text)
        let parts = ranges(text)
        if !parts.scheme.isEmpty { batch.append(.urlScheme, utf8: text.extracting(parts.scheme)) }
        if !parts.host.isEmpty { batch.append(.urlDomain, utf8: text.extracting(parts.host)) }
        if let port = parts.port { batch.append(.urlPort, integer: port) }
        if !parts.path.isEmpty { batch.append(.urlPath, utf8: text.extracting(parts.path)) }
        if !parts.query.isEmpty { batch.append(.urlQuery, utf8: text.extracting(parts.query)) }
    }

    /// Appends `url.original`, with path and query where it begins with a slash.
    static func appendTarget(_ text: Span<UInt8>, into batch: inout EventBatch) {
        batch.append(.urlOriginal, utf8: text)
        guard text.count > 0, text[0] == UInt8(ascii: "/") else { return }
        let (path, query) = pathAndQuery(text, 0)
        batch.append(.urlPath, utf8: text.extracting(path))
        if !query.isEmpty { batch.append(.urlQuery, utf8: text.extracting(query)) }
    }

    /// The parts of a URL; without `://` all is path.
    static func ranges(_ text: Span<UInt8>) -> Ranges {
        var parts = Ranges()
        var colon = 0
        while colon < min(text.count, 16), text[colon] != UInt8(ascii: ":") { colon += 1 }
        guard colon + 2 < text.count, colon > 0, text[colon] == UInt8(ascii: ":"), text[colon + 1] == UInt8(ascii: "/"),
            text[colon + 2] == UInt8(ascii: "/")
        else {
            (parts.path, parts.query) = pathAndQuery(text, 0)
            return parts
        }
        parts.scheme = 0..<colon
        var start = colon + 3
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "/"), text[end] != UInt8(ascii: "?"), text[end] != UInt8(ascii: "#") { end += 1 }
        for i in start..<end where text[i] == UInt8(ascii: "@") { start = i + 1 }
        let endpoint = EndpointText.split(text.extracting(start..<end))
        parts.host = start + endpoint.host.lowerBound..<start + endpoint.host.upperBound
        parts.port = endpoint.port
        (parts.path, parts.query) = pathAndQuery(text, end)
        return parts
    }

    private static func pathAndQuery(_ text: Span<UInt8>, _ start: Int) -> (path: Range<Int>, query: Range<Int>) {
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "?"), text[end] != UInt8(ascii: "#") { end += 1 }
        guard end < text.count, text[end] == UInt8(ascii: "?") else { return (start..<end, 0..<0) }
        var queryEnd = end + 1
        while queryEnd < text.count, text[queryEnd] != UInt8(ascii: "#") { queryEnd += 1 }
        return (start..<end, end + 1..<queryEnd)
    }
}
