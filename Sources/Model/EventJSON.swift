/// Writes events as ECS documents on one line each.
///
/// Dotted names become nested objects, fields that occur more than once become arrays. Everything is escaped as JSON, and `<`, `>`, `&`,
/// U+2028 and U+2029 as `\u…`, so that a document is safe inside HTML and SSE as well.
public enum EventJSON {
    /// Appends the document of a row.
    ///
    /// - Parameters:
    ///   - id: its commit id, which also gives `event.id` and `event.ingested`.
    ///   - raw: the raw record for `event.original`; nil leaves it out.
    public static func append(_ row: EventRow, id: EventID, raw: ArraySlice<UInt8>? = nil, to out: inout [UInt8]) {
        var node = Node()
        row.visit { pair in
            let value = text(of: pair, in: row)
            if pair.field == .labels {
                node.insert(["labels", row.label(pair).key], value)
            } else {
                node.insert(paths[Int(pair.field.rawValue)], value)
            }
        }
        node.insert(["event", "id"], quoted(id.description.utf8))
        node.insert(["event", "ingested"], quoted(id.committed.iso8601.utf8))
        if let raw { node.insert(["event", "original"], quoted(raw)) }
        node.write(to: &out)
    }

    /// The JSON text of one value.
    static func text(of pair: EventRow.Pair, in row: EventRow) -> [UInt8] {
        var out: [UInt8] = []
        switch pair.field.type {
        case .keyword, .text: appendQuoted(row.utf8(pair), to: &out)
        case .label: appendQuoted(row.label(pair).text.utf8, to: &out)
        case .ip:
            out.append(UInt8(ascii: "\""))
            row.ip(pair).appendText(to: &out)
            out.append(UInt8(ascii: "\""))
        case .integer: out.append(contentsOf: String(row.integer(pair)).utf8)
        case .number: appendNumber(row.number(pair), to: &out)
        case .date:
            out.append(UInt8(ascii: "\""))
            row.date(pair).appendISO8601(to: &out)
            out.append(UInt8(ascii: "\""))
        case .boolean: out.append(contentsOf: (row.boolean(pair) ? "true" : "false").utf8)
        case .geoPoint:
            let point = row.point(pair)
            // JSON cannot say NaN and infinite.
            let isFinite = point.latitude.isFinite && point.longitude.isFinite
            out.append(contentsOf: (isFinite ? "{\"lat\":\(point.latitude),\"lon\":\(point.longitude)}" : "null").utf8)
        }
        return out
    }

    /// Appends a number; what JSON cannot say (NaN, infinite) becomes null.
    public static func appendNumber(_ value: Double, to out: inout [UInt8]) {
        guard value.isFinite else {
            out.append(contentsOf: "null".utf8)
            return
        }
        if value == value.rounded(), abs(value) < 1e15 {
            out.append(contentsOf: String(Int64(value)).utf8)
        } else {
            out.append(contentsOf: value.description.utf8)
        }
    }

    /// Appends text as a JSON string; invalid UTF-8 is replaced by U+FFFD.
    public static func appendQuoted(_ text: some Sequence<UInt8>, to out: inout [UInt8]) {
        let start = out.count
        out.append(UInt8(ascii: "\""))
        var isASCII = true
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case 0x20..<0x7f where byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "&"): out.append(byte)
            case UInt8(ascii: "\n"): out.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): out.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): out.append(contentsOf: "\\t".utf8)
            case 0x80...:
                isASCII = false
                out.append(byte)
            default: appendEscape(UInt16(byte), to: &out)
            }
        }
        out.append(UInt8(ascii: "\""))
        if !isASCII { repair(&out, from: start) }
    }

    /// Replaces invalid UTF-8 by U+FFFD and escapes the two separators that JavaScript once took for line ends.
    private static func repair(_ out: inout [UInt8], from start: Int) {
        let text = String(decoding: out[start...], as: UTF8.self)
        out.removeSubrange(start...)
        for scalar in text.unicodeScalars {
            if scalar.value == 0x2028 || scalar.value == 0x2029 || (0x7f...0x9f).contains(scalar.value) {
                appendEscape(UInt16(scalar.value), to: &out)
            } else {
                out.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
            }
        }
    }

    private static func appendEscape(_ unit: UInt16, to out: inout [UInt8]) {
        out.append(contentsOf: "\\u".utf8)
        for shift: UInt16 in [12, 8, 4, 0] { out.append(hexDigits[Int(unit >> shift & 15)]) }
    }

    private static func quoted(_ text: some Sequence<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        appendQuoted(text, to: &out)
        return out
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
    private static let paths: [[String]] = Field.byNumber.map { $0.name.split(separator: ".").map(String.init) }

    /// An object under construction: members in order of arrival, each with its values or an object of its own.
    private struct Node {
        var members: [(key: String, values: [[UInt8]], child: [Node])] = []

        mutating func insert(_ path: [String], _ value: [UInt8]) { insert(path[...], value) }

        private mutating func insert(_ path: ArraySlice<String>, _ value: [UInt8]) {
            guard let key = path.first else { return }
            let index: Int
            if let found = members.firstIndex(where: { $0.key == key }) {
                index = found
            } else {
                index = members.count
                members.append((key, [], []))
            }
            if path.count == 1 {
                members[index].values.append(value)
            } else {
                if members[index].child.isEmpty { members[index].child.append(Node()) }
                members[index].child[0].insert(path.dropFirst(), value)
            }
        }

        func write(to out: inout [UInt8]) {
            out.append(UInt8(ascii: "{"))
            for (position, member) in members.enumerated() {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                EventJSON.appendQuoted(member.key.utf8, to: &out)
                out.append(UInt8(ascii: ":"))
                if let child = member.child.first {
                    child.write(to: &out)
                } else if member.values.count == 1 {
                    out.append(contentsOf: member.values[0])
                } else {
                    out.append(UInt8(ascii: "["))
                    for (i, value) in member.values.enumerated() {
                        if i > 0 { out.append(UInt8(ascii: ",")) }
                        out.append(contentsOf: value)
                    }
                    out.append(UInt8(ascii: "]"))
                }
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}
