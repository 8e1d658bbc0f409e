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
    /// The first value of each parameter.
    private let values: [String: String]
    private let parameters: [(name: String, value: String)]
    private let now: Timestamp

    /// - Parameter readsQuery: whether `q` must be a whole query; one that is being written is not.
    init(_ request: borrowing Request, now: Timestamp, readsQuery: Bool = true) throws(Problem) {
        parameters = QueryString.parameters(request.uri.query ?? "")
        self.now = now
        var values: [String: String] = [:]
        for (name, value) in parameters where values[name] == nil { values[name] = value }
        self.values = values
        switch values["partial"] {
        case nil: wantsPartial = request.headers[values: .accept].contains { $0.contains("application/x-ndjson") }
        case "true": wantsPartial = true
        case "false": wantsPartial = false
        default: throw Problem(status: .badRequest, detail: "partial: true or false")
        }
        func time(_ name: String) throws(Problem) -> Timestamp? {
            guard let text = values[name] else { return nil }
            if let milliseconds = Int64(text), milliseconds.magnitude < 1 << 50 { return Timestamp(milliseconds: milliseconds) }
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
        if readsQuery, let text = values["q"], !text.allSatisfy(\.isWhitespace) {
            do {
                predicate = try KQLPredicate(parsing: text, options: QueryOptions(now: now))
            } catch {
                throw Problem(status: .badRequest, detail: "q: \(error)")
            }
        }
        let times = from == nil && to == nil ? nil : (from ?? Timestamp(microseconds: .min))..<(to ?? Timestamp(microseconds: .max))
        scope = QueryScope(predicate, times: times, upTo: upTo)
    }

    func text(_ name: String) -> String? { values[name] }

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

    /// The event behind which the page begins, as the answer before named it.
    var after: EventPosition? {
        get throws(Problem) {
            guard let text = values["after"] else { return nil }
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let time = Int64(parts[0]), let id = EventID(parts[1]) else {
                throw Problem(status: .badRequest, detail: "after: give the next of the page before as it is")
            }
            return EventPosition(time: Timestamp(microseconds: time), id: id)
        }
    }

    /// One to four fields.
    func fields(_ name: String, most: Int = 4) throws(Problem) -> [Field] { try fields(values[name] ?? "", name, most) }

    /// The fields of every parameter of that name, each one to four.
    func fieldLists(_ name: String) throws(Problem) -> [[Field]] {
        var lists: [[Field]] = []
        for parameter in parameters where parameter.name == name { lists.append(try fields(parameter.value, name, 4)) }
        return lists
    }

    private func fields(_ text: String, _ name: String, _ most: Int) throws(Problem) -> [Field] {
        var fields: [Field] = []
        for part in text.split(separator: ",") { fields.append(try field(String(part), name)) }
        guard (1...most).contains(fields.count) else {
            throw Problem(status: .badRequest, detail: "\(name): \(most == 1 ? "the name of a field" : "one to four names of fields")")
        }
        return fields
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
        let parts = text.split(separator: ",")
        let numbers = parts.compactMap { Double($0) }
        guard numbers.count == parts.count, !numbers.isEmpty else {
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
