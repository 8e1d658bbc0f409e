import Model
import Sources
import Wire

/// The body of Splunk's HTTP Event Collector: JSON objects one behind the other, each with an `event` and what belongs to it.
struct CollectorRequest {
    /// One event.
    struct Item: Equatable {
        /// The text, or the JSON value as it stands in the body.
        var event: [UInt8]
        var isText: Bool
        var host: String?
        var index: String?
        var sourceType: String?
        var source: String?
        var time: Timestamp?
        /// What stands in `fields`, by name.
        var labels: [RawBatch.Label] = []
    }

    private static let paths = JSONPaths(["event", "time", "host", "index", "sourcetype", "source", "fields"])
    /// Most values in the `fields` of an event.
    static let mostFields = 64
    /// Longest name of a field, in bytes.
    private static let longestName = 128
    /// Longest value of a field, in bytes.
    private static let longestValue = 4096

    /// The events, in order.
    private(set) var items: [Item] = []

    /// Reads a body. Throws at the first event that is none, with its number: nothing is taken then.
    init(_ body: [UInt8]) throws(Problem) {
        var fields = JSONFields(Self.paths)
        var at = 0
        while let range = Self.object(body, from: &at) {
            let object = Array(body[range])
            guard (try? fields.read(object.span)) == true else { throw Self.problem(.invalidFormat, items.count) }
            items.append(try Self.item(object, fields, number: items.count))
        }
        guard at == body.count else { throw Self.problem(.invalidFormat, items.count) }
        guard !items.isEmpty else { throw CollectorCode.noData.problem() }
    }

    private static func problem(_ code: CollectorCode, _ number: Int) -> Problem {
        code.problem("event number \(number), counted from 0; nothing of this request was taken")
    }

    private static func item(_ object: [UInt8], _ fields: JSONFields, number: Int) throws(Problem) -> Item {
        guard let event = fields.token(0) else { throw problem(.eventMissing, number) }
        func text(_ path: Int) -> String? {
            guard let token = fields.token(path), [.string, .integer, .float].contains(token.kind) else { return nil }
            var out: [UInt8] = []
            fields.appendText(of: token, in: object.span, to: &out)
            return out.isEmpty ? nil : String(decoding: out, as: UTF8.self)
        }
        var bytes = Array(object[event.range])
        if event.kind == .string {
            bytes.removeAll()
            fields.appendText(of: event, in: object.span, to: &bytes)
        }
        guard event.kind != .null, !bytes.isEmpty else { throw problem(.eventBlank, number) }
        var item = Item(event: bytes, isText: event.kind != .object && event.kind != .array)
        (item.host, item.index, item.sourceType, item.source) = (text(2), text(3), text(4), text(5))
        item.labels = try labels(fields.token(6), in: object, number)
        // Seconds since 1970, with a fraction; what is no such number is no time, and the event's own or its arrival counts.
        if let seconds = text(1).flatMap({ Double($0) }), seconds > 0, seconds < 253_402_300_800 {
            item.time = Timestamp(microseconds: Int64((seconds * 1_000_000).rounded()))
        }
        return item
    }

    /// The values of `fields`: texts, numbers and truth values, or arrays of them. Objects inside are refused, as Splunk does.
    private static func labels(_ token: JSONToken?, in object: [UInt8], _ number: Int) throws(Problem) -> [RawBatch.Label] {
        guard let token, token.kind != .null else { return [] }
        var reader = JSONReader()
        let text = Array(object[token.range])
        guard token.kind == .object, (try? reader.read(text.span)) != nil else { throw problem(.fieldsInvalid, number) }
        var labels: [RawBatch.Label] = []
        var at = 1
        while at < reader[0].next {
            let (key, value) = (at, at + 1)
            at = reader[value].next
            guard !reader[key].isSuperseded, reader[value].kind != .null else { continue }
            let name = string(reader, key, text)
            let isArray = reader[value].kind == .array
            var element = isArray ? value + 1 : value
            while element < reader[value].next {
                let kind = reader[element].kind
                guard kind != .object, kind != .array, (1...longestName).contains(name.utf8.count) else {
                    throw problem(.fieldsInvalid, number)
                }
                let content = string(reader, element, text)
                guard content.utf8.count <= longestValue, labels.count < mostFields else { throw problem(.fieldsInvalid, number) }
                if kind != .null, !content.isEmpty { labels.append(RawBatch.Label(key: name, value: content)) }
                element = reader[element].next
            }
        }
        return labels
    }

    private static func string(_ reader: JSONReader, _ token: Int, _ text: [UInt8]) -> String {
        var out: [UInt8] = []
        reader.appendText(of: reader[token], in: text.span, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// The next object from there on; nil at the end, and where something else begins. The position is behind what was taken.
    private static func object(_ body: [UInt8], from at: inout Int) -> Range<Int>? {
        while at < body.count, [0x20, 0x09, 0x0a, 0x0d].contains(body[at]) { at += 1 }
        guard at < body.count, body[at] == UInt8(ascii: "{") else { return nil }
        var depth = 0
        var isInString = false
        var end = at
        while end < body.count {
            let byte = body[end]
            end += 1
            if isInString {
                if byte == UInt8(ascii: "\\") { end += 1 } else if byte == UInt8(ascii: "\"") { isInString = false }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 {
                    defer { at = end }
                    return at..<end
                }
            }
        }
        return nil
    }
}
