import HTTPTypes
import Wire

/// The body of Elasticsearch's bulk API: an action in one line, its document in the next.
struct BulkRequest {
    /// What is asked for a document.
    enum Action: String, CaseIterable {
        case index, create, update, delete
    }

    /// One action with its document.
    struct Item {
        var action: Action
        var index: String
        /// The document's id, where the client gives one.
        var id: String?
        /// Where the document lies in the body; empty for deletions.
        var document: Range<Int>
    }

    /// Longest name of an index, and longest id, in bytes; Elasticsearch's own limits.
    static let (longestIndex, longestID) = (255, 512)

    /// The actions, in order.
    private(set) var items: [Item] = []
    private static let paths = JSONPaths(Action.allCases.flatMap { [$0.rawValue, "\($0.rawValue)._index", "\($0.rawValue)._id"] })

    /// Reads a body; `index` is where documents go whose action does not say. Throws where a line is no action: nothing is taken then.
    init(_ body: [UInt8], index: String?) throws(Problem) {
        var fields = JSONFields(Self.paths)
        var at = 0
        var number = 0
        while let line = Self.line(body, from: &at) {
            number += 1
            guard !line.isEmpty else { continue }
            var item = try Self.action(body[line], &fields, number, index)
            if item.action != .delete {
                guard let document = Self.line(body, from: &at), !document.isEmpty else {
                    throw Self.malformed(number, "the action has no document in the next line")
                }
                number += 1
                item.document = document
            }
            items.append(item)
        }
        guard !items.isEmpty else {
            throw Problem(status: .badRequest, detail: "the body has no action; send an action and a document, each in a line")
        }
    }

    /// The next line without its end; nil behind the last.
    private static func line(_ body: [UInt8], from at: inout Int) -> Range<Int>? {
        guard at < body.count else { return nil }
        let start = at
        let end = body[start...].firstIndex(of: 10) ?? body.count
        at = end + 1
        return start..<(end > start && body[end - 1] == 13 ? end - 1 : end)
    }

    private static func action(
        _ line: ArraySlice<UInt8>, _ fields: inout JSONFields, _ number: Int, _ index: String?
    ) throws(Problem) -> Item {
        let bytes = Array(line)
        guard (try? fields.read(bytes.span)) == true else { throw malformed(number, "it is no JSON object") }
        guard
            let place = Action.allCases.firstIndex(where: { fields.token(3 * (Action.allCases.firstIndex(of: $0) ?? 0))?.kind == .object })
        else { throw malformed(number, "expected one of index, create, update and delete") }
        func text(_ path: Int) throws(Problem) -> String? {
            guard let token = fields.token(path), token.kind != .null else { return nil }
            guard token.kind == .string || token.kind == .integer else { throw malformed(number, "_index and _id are texts") }
            var out: [UInt8] = []
            fields.appendText(of: token, in: bytes.span, to: &out)
            return String(decoding: out, as: UTF8.self)
        }
        let name = try text(3 * place + 1) ?? index
        guard let name, (1...longestIndex).contains(name.utf8.count) else {
            throw malformed(number, name == nil ? "_index is missing" : "_index is empty or longer than \(longestIndex) bytes")
        }
        let id = try text(3 * place + 2)
        if let id, !(1...longestID).contains(id.utf8.count) { throw malformed(number, "_id is empty or longer than \(longestID) bytes") }
        return Item(action: Action.allCases[place], index: name, id: id, document: 0..<0)
    }

    private static func malformed(_ line: Int, _ what: String) -> Problem {
        Problem(status: .badRequest, detail: "malformed action in line \(line): \(what); nothing of this request was taken")
    }
}
