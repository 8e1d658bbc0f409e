import Model

/// What arcs are merged by: events from one place to one sensor of one type are one arc in a frame.
struct ArcKey: Hashable, Sendable {
    var point: GeoPoint
    var accuracy: GeoAccuracy
    var country: CountryCode
    var sensor: UInt16
    var type: AttackType

    /// The key of an event that can be drawn; nil when it has no place.
    init?(_ event: MapEvent) {
        guard event.placement == .placed, event.family == .attack else { return nil }
        point = event.point
        accuracy = event.accuracy
        country = event.country
        sensor = event.sensor
        type = event.type
    }
}

/// The arcs of one frame, merged.
struct ArcSet: Sendable {
    private(set) var arcs: [ArcKey: (count: Int, severity: AttackSeverity?)] = [:]
    /// Events that came in, with a place or without.
    private(set) var events = 0

    var isEmpty: Bool { events == 0 }

    mutating func add(_ event: MapEvent) {
        events += 1
        guard let key = ArcKey(event) else { return }
        var arc = arcs[key] ?? (0, nil)
        arc.count += 1
        if let severity = event.severity { arc.severity = max(arc.severity ?? severity, severity) }
        arcs[key] = arc
    }

    /// The arcs that the filter wants, and how many events it wants of those that were tallied.
    func filtered(_ filter: LiveFilter, of tally: Tally) -> ArcSet {
        guard filter != .standard else { return self }
        var wanted = ArcSet()
        wanted.arcs = arcs.filter { filter.accepts(.attack, $0.key.type) }
        wanted.events = AttackType.allCases.reduce(0) { filter.accepts(.attack, $1) ? $0 + tally.types[Int($1.rawValue)] : $0 }
        if filter.accepts(.post, nil) { wanted.events += tally.families[Int(EventFamily.post.rawValue)] }
        return wanted
    }

    /// Writes `[[lat, lon, accuracy, country, sensor, type, severity, count], …]`.
    func write(_ json: inout JSONText, sensors: [SensorTable.Sensor]) {
        json.array { json in
            for (key, arc) in arcs {
                json.array { json in
                    json.value(Double(key.point.latitude), digits: 4)
                    json.value(Double(key.point.longitude), digits: 4)
                    json.value(key.accuracy.name)
                    json.value(key.country.isNone ? nil : key.country.description)
                    json.value(sensors[Int(key.sensor)].name)
                    json.value(key.type.name)
                    json.value(arc.severity?.name)
                    json.value(arc.count)
                }
            }
        }
    }
}

/// A ticker row: one event on one line of the screen.
struct TickerRow: Sendable {
    let id: EventID
    let family: EventFamily
    let type: AttackType
    let isNoise: Bool
    let json: [UInt8]

    /// Most characters of a title.
    private static let titleLimit = 160

    /// Encodes `[id, time, family, type, severity, address, country, lat, lon, accuracy, sensor, port, transport, title]`, and behind
    /// them the first kind of noise, if it is noise.
    init(_ event: MapEvent, row: EventRow, sensors: [SensorTable.Sensor]) {
        id = event.id
        family = event.family
        type = event.type
        isNoise = event.isNoise
        var json = JSONText()
        json.array { json in
            json.value(event.id.description)
            json.value(Int(event.time.milliseconds))
            json.value(event.family.name)
            json.value(event.family == .attack ? event.type.name : nil)
            json.value(event.severity?.name)
            json.value(event.address?.description ?? row.string(.sourceDomain) ?? row.string(.postAuthorHandle))
            json.value(event.country.isNone ? nil : event.country.description)
            let placed = event.placement == .placed
            json.value(placed ? Double(event.point.latitude) : nil, digits: 4)
            json.value(placed ? Double(event.point.longitude) : nil, digits: 4)
            json.value(placed ? event.accuracy.name : nil)
            let sensor = sensors[Int(event.sensor)].name
            json.value(sensor.isEmpty ? nil : sensor)
            if let port = event.port { json.value(Int(port)) } else { json.value(nil as String?) }
            json.value(row.string(.networkTransport))
            json.value(Self.title(of: row))
            if let noise = row.string(.noiseKind) { json.value(noise) }
        }
        self.json = json.bytes
    }

    private static func title(of row: EventRow) -> String? {
        (row.string(.ruleName) ?? row.string(.message) ?? row.string(.eventAction)).map { String($0.prefix(titleLimit)) }
    }
}
