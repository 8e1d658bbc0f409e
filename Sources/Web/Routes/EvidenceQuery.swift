import Followers
import HTTPTypes
import KQL
import Model

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

    private let predicate: KQLPredicate?

    /// - Parameter now: what `now` stands for in the query.
    init(_ parameters: QueryString, now: Timestamp) throws {
        func id(_ name: String, _ fallback: EventID) throws(Problem) -> EventID {
            guard let text = parameters[name] else { return fallback }
            guard let id = EventID(text) else { throw Problem(status: .badRequest, detail: "\(name): an event id is a whole number") }
            return id
        }
        func number(_ name: String) throws(Problem) -> Double? {
            guard let text = parameters[name] else { return nil }
            guard let value = Double(text), value.isFinite else { throw Problem(status: .badRequest, detail: "\(name): not a number") }
            return value
        }
        after = try id("after", after)
        upTo = try id("upTo", upTo)
        guard after <= upTo else { throw Problem(status: .badRequest, detail: "after must not be behind upTo") }
        /// Two numbers that have a meaning only together.
        func pair(_ first: String, _ second: String) throws(Problem) -> (Double, Double)? {
            switch (try number(first), try number(second)) {
            case (nil, nil): return nil
            case (let a?, let b?): return (a, b)
            default: throw Problem(status: .badRequest, detail: "\(first) and \(second): give both or neither")
            }
        }
        if let (from, to) = try pair("from", "to") {
            guard abs(from) < 1e15, abs(to) < 1e15, Int64(from) < Int64(to) else {
                throw Problem(status: .badRequest, detail: "from must be before to, by a millisecond at least")
            }
            // The end is excluded; times have microseconds.
            times = Timestamp(milliseconds: Int64(from))...Timestamp(microseconds: Int64(to) * 1000 - 1)
        }
        if let (latitude, longitude) = try pair("lat", "lon") {
            guard (-90...90).contains(latitude), (-180...180).contains(longitude) else {
                throw Problem(status: .badRequest, detail: "lat is from -90 to 90, lon from -180 to 180")
            }
            point = GeoPoint(latitude: Float(latitude), longitude: Float(longitude))
        }
        sensor = parameters["sensor"]
        type = parameters["type"]
        country = parameters["country"]
        if let text = parameters["address"] {
            guard let parsed = IPAddress(text) else { throw Problem(status: .badRequest, detail: "address: not an IP address") }
            address = parsed
        }
        if let text = parameters["port"] {
            guard let parsed = Int64(text), (0...65_535).contains(parsed) else {
                throw Problem(status: .badRequest, detail: "port: a whole number from 0 to 65535")
            }
            port = parsed
        }
        if let type, AttackType(name: type) == nil {
            throw Problem(status: .badRequest, detail: "type: one of \(AttackType.allCases.map(\.name).joined(separator: ", "))")
        }
        filter = try LiveFilter(parameters, now: now)
        predicate = filter.query?.predicate(at: now)
    }

    func accepts(_ row: EventRow) -> Bool {
        guard filter.accepts(row), predicate.map({ $0.matches(row) }) ?? true else { return false }
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
