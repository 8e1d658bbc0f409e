import Model

/// Counts over a set of events: totals, types, severities and the values for top lists.
///
/// Two tallies can be added and subtracted, so a sliding window is the sum of its minutes.
struct Tally: Sendable, Equatable {
    var families = [Int](repeating: 0, count: EventFamily.allCases.count)
    var types = [Int](repeating: 0, count: AttackType.allCases.count)
    var severities = [Int](repeating: 0, count: AttackSeverity.allCases.count)
    var privateSources = 0
    var unmappedSources = 0
    var countries: [CountryCode: Int] = [:]
    var addresses: [IPAddress: AddressCount] = [:]
    var ports: [Port: Int] = [:]
    var sensors: [String: Int] = [:]

    /// How often an address was seen, and its country.
    struct AddressCount: Sendable, Equatable {
        var count: Int
        var country: CountryCode
    }

    /// A destination port and its transport.
    struct Port: Hashable, Sendable {
        var number: UInt16
        var isUDP: Bool
    }

    var events: Int { families.reduce(0, +) }
    var isEmpty: Bool { events == 0 }
    /// Attacks and posts.
    var shown: Int { events - families[Int(EventFamily.record.rawValue)] }

    /// Counts an event; records count in the totals only.
    ///
    /// - Parameter admitsAddress: whether an address that is not in the tally yet may be added.
    mutating func add(_ event: MapEvent, sensor: String, admitsAddress: Bool = true) {
        families[Int(event.family.rawValue)] += 1
        guard event.family == .attack else { return }
        types[Int(event.type.rawValue)] += 1
        if let severity = event.severity { severities[Int(severity.rawValue)] += 1 }
        switch event.placement {
        case .placed: break
        case .privateAddress: privateSources += 1
        case .unmapped: unmappedSources += 1
        }
        if !event.country.isNone { countries[event.country, default: 0] += 1 }
        if let address = event.address {
            // The country by a rule that does not depend on order: databases may have changed in between.
            if let known = addresses[address] {
                addresses[address] = AddressCount(count: known.count + 1, country: max(known.country, event.country))
            } else if admitsAddress {
                addresses[address] = AddressCount(count: 1, country: event.country)
            }
        }
        if let port = event.port { ports[Port(number: port, isUDP: event.isUDP), default: 0] += 1 }
        if !sensor.isEmpty { sensors[sensor, default: 0] += 1 }
    }

    /// Forgets what only top lists need.
    mutating func forgetTops() {
        addresses = [:]
        ports = [:]
        sensors = [:]
    }

    static func += (sum: inout Tally, other: Tally) { sum.combine(other, sign: 1) }

    static func -= (sum: inout Tally, other: Tally) { sum.combine(other, sign: -1) }

    private mutating func combine(_ other: Tally, sign: Int) {
        for i in families.indices { families[i] += sign * other.families[i] }
        for i in types.indices { types[i] += sign * other.types[i] }
        for i in severities.indices { severities[i] += sign * other.severities[i] }
        privateSources += sign * other.privateSources
        unmappedSources += sign * other.unmappedSources
        Self.combine(&countries, other.countries, sign)
        Self.combine(&ports, other.ports, sign)
        Self.combine(&sensors, other.sensors, sign)
        for (address, found) in other.addresses {
            let count = (addresses[address]?.count ?? 0) + sign * found.count
            let country = max(addresses[address]?.country ?? found.country, found.country)
            addresses[address] = count == 0 ? nil : AddressCount(count: count, country: country)
        }
    }

    private static func combine<Key>(_ counts: inout [Key: Int], _ other: [Key: Int], _ sign: Int) {
        for (key, count) in other {
            let sum = (counts[key] ?? 0) + sign * count
            counts[key] = sum == 0 ? nil : sum
        }
    }
}

extension Tally {
    /// The `limit` largest counts, largest first; equal counts in the order of `isBefore`, so that every screen shows the same list.
    static func top<Key>(
        _ counts: some Collection<(key: Key, value: Int)>, _ limit: Int, _ isBefore: (Key, Key) -> Bool
    ) -> [(key: Key, count: Int)] {
        var best: [(key: Key, count: Int)] = []
        for (key, count) in counts {
            if best.count == limit, let last = best.last, count < last.count || (count == last.count && !isBefore(key, last.key)) {
                continue
            }
            let at = best.firstIndex { count > $0.count || (count == $0.count && isBefore(key, $0.key)) } ?? best.count
            best.insert((key, count), at: at)
            if best.count > limit { best.removeLast() }
        }
        return best
    }
}
