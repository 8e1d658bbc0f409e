import Columns
import Hummingbird
import KQL
import Model
import Wire

/// What a request says of a query, checked.
struct QueryParameters: Sendable {
    let scope: QueryScope
    let stop = QueryStop()
    /// Whether the answer depends on the clock, because the question says `now`.
    let usesNow: Bool
    private let values: [String: String]

    init(_ parameters: borrowing Parameters, now: Timestamp) throws(Problem) {
        var values: [String: String] = [:]
        for name in ["q", "from", "to", "upTo", "limit", "order", "after", "before", "field", "interval", "by"] {
            if let value = parameters[Substring(name)] { values[name] = String(value) }
        }
        self.values = values
        func time(_ name: String) throws(Problem) -> Timestamp? {
            guard let text = values[name] else { return nil }
            if let milliseconds = Int64(text), abs(milliseconds) < 1 << 50 { return Timestamp(milliseconds: milliseconds) }
            if let time = TimestampReader.iso8601.read(Array(text.utf8).span) { return time }
            throw Problem(status: .badRequest, detail: "\(name): neither Unix milliseconds nor a time such as 2024-05-01T12:00:00Z")
        }
        let (from, to) = (try time("from"), try time("to"))
        if let from, let to, from > to { throw Problem(status: .badRequest, detail: "from must not be behind to") }
        var upTo: EventID?
        if let text = values["upTo"] {
            guard let id = EventID(text) else { throw Problem(status: .badRequest, detail: "upTo: an event id is a whole number") }
            upTo = id
        }
        var predicate: KQLPredicate?
        if let text = values["q"], !text.allSatisfy(\.isWhitespace) {
            do {
                predicate = try KQLPredicate(parsing: text, options: QueryOptions(now: now))
            } catch {
                throw Problem(status: .badRequest, detail: "q: \(error)")
            }
        }
        let times = from == nil && to == nil ? nil : (from ?? Timestamp(microseconds: .min))..<(to ?? Timestamp(microseconds: .max))
        scope = QueryScope(predicate, times: times, upTo: upTo)
        usesNow = predicate?.usesNow ?? false
    }

    func number(_ name: String, _ standard: Int, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let text = values[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(status: .badRequest, detail: "\(name): a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    var isDescending: Bool {
        get throws(Problem) {
            switch values["order"] ?? "desc" {
            case "desc": return true
            case "asc": return false
            default: throw Problem(status: .badRequest, detail: "order: desc or asc")
            }
        }
    }

    /// The edge of the page before or behind, and which of both; nil for the first page.
    func cursor(_ key: PageCursor.Key) throws(Problem) -> (cursor: PageCursor, isBackward: Bool)? {
        if values["after"] != nil, values["before"] != nil {
            throw Problem(status: .badRequest, detail: "after and before: give one of them")
        }
        for name in ["after", "before"] {
            guard let text = values[name] else { continue }
            guard let cursor = PageCursor(text, for: question, key: key), scope.upTo ?? cursor.upTo == cursor.upTo else {
                let source = name == "after" ? "next" : "previous"
                throw Problem(
                    status: .badRequest,
                    detail: "\(name): give the \(source) of a page as it is, with the same q, from, to and order; or begin again without it"
                )
            }
            return (cursor, name == "before")
        }
        return nil
    }

    /// What a list is of; a cursor of one list is none of another.
    var question: String {
        ["q", "from", "to", "order"].map { name in
            let value = values[name] ?? (name == "order" ? "desc" : "")
            return "\(name)=\(value.utf8.count):\(value)"
        }.joined(separator: " ")
    }

    /// One to four fields.
    func fields(_ name: String) throws(Problem) -> [Field] {
        var fields: [Field] = []
        for part in (values[name] ?? "").split(separator: ",") { fields.append(try field(String(part), name)) }
        guard (1...4).contains(fields.count) else { throw Problem(status: .badRequest, detail: "\(name): one to four names of fields") }
        return fields
    }

    /// One field.
    func field(_ name: String) throws(Problem) -> Field {
        let fields = try fields(name)
        guard fields.count == 1 else { throw Problem(status: .badRequest, detail: "\(name): one name of a field") }
        return fields[0]
    }

    func optionalField(_ name: String) throws(Problem) -> Field? {
        guard let text = values[name] else { return nil }
        return try field(text, name)
    }

    private func field(_ text: String, _ name: String) throws(Problem) -> Field {
        if let field = Field.named(text) { return field }
        throw Problem(status: .badRequest, detail: "\(name): \(Field.unknown(text))")
    }

    /// Microseconds of a span such as `15m`.
    var interval: Int64 {
        get throws(Problem) {
            if let span = SpanText.microseconds(values["interval"] ?? "1h") { return span }
            throw Problem(status: .badRequest, detail: "interval: a span such as 30s, 15m, 1h or 7d")
        }
    }
}
