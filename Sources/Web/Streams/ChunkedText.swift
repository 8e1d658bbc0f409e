internal import Journal
internal import Model
import NIOCore

/// Text for event streams, framed once for HTTP/1.1 chunked transfer (RFC 9112 §7.1) and then shared by all connections.
struct ChunkedText {
    private var text: [UInt8] = []

    var isEmpty: Bool { text.isEmpty }
    var count: Int { text.count }

    /// A server-sent event (WHATWG HTML §9.2): the data must be one line.
    mutating func event(_ name: String? = nil, id: EventID?, data: some Sequence<UInt8>) {
        if let id {
            text.append(contentsOf: "id: ".utf8)
            text.appendDecimal(Int(id.value))
            text.append(UInt8(ascii: "\n"))
        }
        if let name { text.append(contentsOf: "event: \(name)\n".utf8) }
        text.append(contentsOf: "data: ".utf8)
        text.append(contentsOf: data)
        text.append(contentsOf: "\n\n".utf8)
    }

    /// Says that events behind `after` are gone, the newest of them `removals.newest`, and that the oldest one left is `first`: an event of its
    /// own, in NDJSON an object that no event looks like.
    mutating func gap(after: EventID, first: EventID?, removals: Removals, isNDJSON: Bool) {
        let classes = removals.classes(after: after).map { "\"\($0.name)\"" }.joined(separator: ",")
        let gap =
            "{\"after\":\"\(after)\",\"first\":\(first.map { "\"\($0)\"" } ?? "null"),"
            + "\"upTo\":\"\(removals.newest)\",\"classes\":[\(classes)]}"
        if isNDJSON { line("{\"gap\":\(gap)}".utf8) } else { event("gap", id: nil, data: gap.utf8) }
    }

    /// A comment or field line.
    mutating func raw(_ line: String) { text.append(contentsOf: line.utf8) }

    /// One line of NDJSON.
    mutating func line(_ data: some Sequence<UInt8>) {
        text.append(contentsOf: data)
        text.append(UInt8(ascii: "\n"))
    }

    /// The text by itself, for answers that are framed by others.
    var plain: ByteBuffer { ByteBuffer(bytes: text) }

    /// The text as one chunk, ready to be written to any number of connections.
    var chunk: ByteBuffer {
        var buffer = ByteBuffer()
        guard !text.isEmpty else { return buffer }
        buffer.reserveCapacity(text.count + 16)
        buffer.writeString(String(text.count, radix: 16) + "\r\n")
        buffer.writeBytes(text)
        buffer.writeString("\r\n")
        return buffer
    }
}
