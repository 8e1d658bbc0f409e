import Columns
import Hummingbird
import KQL
import Model
import Wire

/// What a request says of a query, checked.
struct QueryParameters: Sendable {
    let scope: QueryScope
    let stop = QueryStop()
    /// Whether the client takes an answer in parts, as lines of NDJSON.
    let wantsPartial: Bool
    /// Whether the answer depends on the clock: because the query says `now`, or because an end of the time that is asked about is left open
    /// and taken from it.
    var usesNow: Bool
    private let values: QueryString
    private let now: Timestamp

    /// - Parameter readsQuery: whether `q` must be a whole query; one that is being written is not.
    init(_ request: borrowing Request, now: Timestamp, readsQuery: Bool = true) throws(Problem) {
        let values = QueryString(request)
        self.values = values
        self.now = now
        switch values["partial"] {
        case nil: wantsPartial = request.headers[values: .accept].contains { $0.contains("application/x-ndjson") }
        case "true": wantsPartial = true
        case "false": wantsPartial = false
        default: throw Problem(status: .badRequest, detail: "partial: true or false")
        }
        let (from, to) = (try Self.time("from", values), try Self.time("to", values))
        if let from, let to, from > to { throw Problem(status: .badRequest, detail: "from must not be behind to") }
        var upTo: EventID?
        if let text = values["upTo"] {
            guard let id = EventID(text) else { throw Problem(status: .badRequest, detail: "upTo: an event id is a whole number") }
            upTo = id
        }
        var predicate: KQLPredicate?
        if readsQuery, let text = values["q"], !text.allSatisfy(\.isWhitespace) {
            do {
                predicate = try KQLPredicate(parsing: text, options: QueryOptions(now: now))
            } catch {
                throw Problem(status: .badRequest, detail: "q: \(error)", position: error.offset)
            }
        }
        let times = from == nil && to == nil ? nil : (from ?? Timestamp(microseconds: .min))..<(to ?? Timestamp(microseconds: .max))
        scope = QueryScope(predicate, times: times, upTo: upTo)
        usesNow = predicate?.usesNow ?? false || values["compare"] != nil && to == nil
    }

    /// The time in a parameter; nil where it is not given.
    static func time(_ name: String, _ values: QueryString) throws(Problem) -> Timestamp? {
        guard let text = values[name] else { return nil }
        if let milliseconds = Int64(text), milliseconds.magnitude < 1 << 50 { return Timestamp(milliseconds: milliseconds) }
        if let time = TimestampReader.iso8601.read(Array(text.utf8).span) { return time }
        throw Problem(status: .badRequest, detail: "\(name): neither Unix milliseconds nor a time such as 2024-05-01T12:00:00Z")
    }

    func text(_ name: String) -> String? { values[name] }

    func number(_ name: String, _ standard: Int, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let text = values[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(status: .badRequest, detail: "\(name): a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// How many items are wanted of those that answers to most questions list.
    func limit(_ standard: Int) throws(Problem) -> Int { try number("limit", standard, in: 1...10_000) }

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
    func fields(_ name: String) throws(Problem) -> [Field] { try fields(values[name] ?? "", name) }

    /// The fields of every parameter of that name, each one to four.
    func fieldLists(_ name: String) throws(Problem) -> [[Field]] {
        var lists: [[Field]] = []
        for value in values.all(name) { lists.append(try fields(value, name)) }
        return lists
    }

    private func fields(_ text: String, _ name: String) throws(Problem) -> [Field] {
        var fields: [Field] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: text.isEmpty) { fields.append(try field(String(part), name)) }
        guard (1...4).contains(fields.count), Set(fields).count == fields.count else {
            throw Problem(status: .badRequest, detail: "\(name): one to four names of fields, each once")
        }
        return fields
    }

    /// One field.
    func field(_ name: String) throws(Problem) -> Field {
        if let field = try optionalField(name) { return field }
        throw Problem(status: .badRequest, detail: "\(name): give the name of a field")
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

    /// Microseconds of a span such as `15m`, where one is given.
    var optionalInterval: Int64? {
        get throws(Problem) { values["interval"] == nil ? nil : try interval }
    }

    /// Numbers with commas between them.
    func numbers(_ name: String, _ standard: [Double]) throws(Problem) -> [Double] {
        guard let text = values[name] else { return standard }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Double($0) }
        guard numbers.count == parts.count else {
            throw Problem(status: .badRequest, detail: "\(name): numbers with commas between them, such as 50,99.9")
        }
        return numbers
    }

    /// The period and the one before, with `compare=previous`.
    var periods: ComparedPeriods? {
        get throws(Problem) {
            guard let text = values["compare"] else { return nil }
            guard text == "previous" else { throw Problem(status: .badRequest, detail: "compare: previous") }
            guard let from = scope.times?.lowerBound, from.microseconds != .min else {
                throw Problem(status: .badRequest, detail: "compare: needs from, so that the period has a length")
            }
            let to = scope.times?.upperBound ?? now
            do throws(ColumnError) {
                return try ComparedPeriods(from..<max(from, to.microseconds == .max ? now : to))
            } catch {
                throw QueryDesk.problem(error)
            }
        }
    }

    /// In which order seen values are listed.
    var seenOrder: SeenOrder {
        get throws(Problem) {
            guard let text = values["order"] else { return .frequent }
            if let order = SeenOrder(rawValue: text) { return order }
            throw Problem(
                status: .badRequest, detail: "order: one of \(SeenOrder.allCases.map(\.rawValue).joined(separator: ", "))")
        }
    }

    /// The grid of `degrees` or `geohash`; by default of one degree.
    var grid: GeoGrid {
        get throws(Problem) {
            if let text = values["geohash"] {
                guard values["degrees"] == nil else { throw Problem(status: .badRequest, detail: "give degrees or geohash, not both") }
                if let letters = Int(text), let grid = GeoGrid(geohash: letters) { return grid }
                throw Problem(status: .badRequest, detail: "geohash: the number of letters, 1 to 9")
            }
            if let degrees = Double(values["degrees"] ?? "1"), let grid = GeoGrid(degrees: degrees) { return grid }
            throw Problem(status: .badRequest, detail: "degrees: a number from 0.01 to 90")
        }
    }
}
