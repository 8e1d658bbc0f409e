import Followers
import HTTPTypes
import Hummingbird
import Journal
import Model

/// Single events, and the evidence behind what the map draws.
struct EventRoutes: Sendable {
    let journal: EventJournal

    /// Most events in one answer.
    private static let limit = 200

    func register(on group: RouterGroup<some RequestContext>) {
        group.get("events/:id") { _, context in
            guard let id = EventID(try context.parameters.require("id")) else {
                throw Problem(status: .badRequest, detail: "an event id is a whole number")
            }
            let found = try await journal.reading { reader throws(JournalError) in try reader.event(id) }
            guard let found else {
                throw Problem(status: .notFound, detail: "event \(id) is not kept (any more)")
            }
            var out: [UInt8] = []
            EventJSON.append(found.block.events[found.index], id: id, raw: found.block.events.raw(found.index), to: &out)
            return Response(out)
        }
        group.get("evidence") { request, _ in
            let query = try EvidenceQuery(request.uri.queryParameters)
            return Response(try await answer(query))
        }
    }

    private func answer(_ query: EvidenceQuery) async throws -> [UInt8] {
        var total = 0
        var newest: [[UInt8]] = []
        var cursor = query.after
        while let block = try await journal.next(after: cursor, times: query.times) {
            for index in block.firstIndex(after: cursor)..<block.firstIndex(after: query.upTo) where query.accepts(block.events[index]) {
                total += 1
                var out: [UInt8] = []
                EventJSON.append(block.events[index], id: block.id(index), to: &out)
                newest.append(out)
                if newest.count > 2 * Self.limit { newest.removeFirst(Self.limit) }
            }
            cursor = block.lastID
            if cursor >= query.upTo { break }
            try Task.checkCancellation()
        }
        var json = JSONText()
        json.object { json in
            json.member("total", total)
            json.member("events") { json in
                json.array { json in for event in newest.suffix(Self.limit).reversed() { json.value(json: event) } }
            }
            json.member("truncated") { $0.value(total > Self.limit) }
        }
        return json.bytes
    }
}

/// Which events are asked for: a span of commits or of event times, and what an arc was merged by.
struct EvidenceQuery: Sendable {
    var after = EventID.zero
    var upTo = EventID(.max - 1)
    /// Event times, both ends included.
    var times: ClosedRange<Timestamp>?
    var point: GeoPoint?
    var sensor: String?
    var type: String?
    var country: String?
    var address: IPAddress?
    var port: Int64?
    var filter: LiveFilter

    init(_ parameters: borrowing Parameters) throws {
        func id(_ name: Substring, _ fallback: EventID) throws(Problem) -> EventID {
            guard let text = parameters[name] else { return fallback }
            guard let id = EventID(text) else { throw Problem(status: .badRequest, detail: "\(name): an event id is a whole number") }
            return id
        }
        func number(_ name: Substring) throws(Problem) -> Double? {
            guard let text = parameters[name] else { return nil }
            guard let value = Double(text), value.isFinite else { throw Problem(status: .badRequest, detail: "\(name): not a number") }
            return value
        }
        after = try id("after", after)
        upTo = try id("upTo", upTo)
        guard after <= upTo else { throw Problem(status: .badRequest, detail: "after must not be behind upTo") }
        if let from = try number("from"), let to = try number("to") {
            guard abs(from) < 1e15, abs(to) < 1e15, Int64(from) < Int64(to) else {
                throw Problem(status: .badRequest, detail: "from must be before to, by a millisecond at least")
            }
            // The end is excluded; times have microseconds.
            times = Timestamp(milliseconds: Int64(from))...Timestamp(microseconds: Int64(to) * 1000 - 1)
        }
        if let latitude = try number("lat"), let longitude = try number("lon") {
            point = GeoPoint(latitude: Float(latitude), longitude: Float(longitude))
        }
        sensor = parameters["sensor"].map(String.init)
        type = parameters["type"].map(String.init)
        country = parameters["country"].map(String.init)
        if let text = parameters["address"] {
            guard let parsed = IPAddress(String(text)) else { throw Problem(status: .badRequest, detail: "address: not an IP address") }
            address = parsed
        }
        port = try number("port").flatMap { Int64(exactly: $0) }
        do {
            filter = try LiveFilter(families: parameters["families"].map(String.init), types: parameters["types"].map(String.init))
        } catch {
            throw Problem(status: .badRequest, detail: "\(error)")
        }
    }

    func accepts(_ row: EventRow) -> Bool {
        guard filter.accepts(row) else { return false }
        if let times, let time = row.date(.timestamp), !times.contains(time) { return false }
        if let type, row.string(.attackType) != type { return false }
        if let sensor, row.string(.observerName) ?? "" != sensor { return false }
        if let country, row.string(.sourceCountryCode) != country { return false }
        if let address, row.ip(.sourceIP) != address { return false }
        if let port, row.integer(.destinationPort) != port { return false }
        if let point {
            guard let found = row.point(.sourceLocation) else { return false }
            // The map is told four digits.
            return abs(found.latitude - point.latitude) < 0.0001 && abs(found.longitude - point.longitude) < 0.0001
        }
        return true
    }
}
