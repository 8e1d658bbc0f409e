import Journal
import Model

/// The numbers that every frame and snapshot carries, all absolute.
struct StageNumbers {
    static let topCount = 20

    var tally: Tally
    var window: (from: Timestamp, to: Timestamp)
    var rateNow: Double
    var rateHour: Double
    var stored: Int64

    /// Writes the members that change with every event.
    func write(_ json: inout JSONText) {
        json.member("totals") { json in
            json.object { json in
                json.member("events", tally.events)
                json.member("attacks", tally.families[Int(EventFamily.attack.rawValue)])
                json.member("posts", tally.families[Int(EventFamily.post.rawValue)])
                json.member("records", tally.families[Int(EventFamily.record.rawValue)])
                json.member("stored", Int(stored))
            }
        }
        json.member("types") { json in
            json.object { json in
                for type in AttackType.allCases where tally.types[Int(type.rawValue)] > 0 {
                    json.member(type.name, tally.types[Int(type.rawValue)])
                }
            }
        }
        json.member("severity") { json in
            json.object { json in
                for severity in AttackSeverity.allCases { json.member(severity.name, tally.severities[Int(severity.rawValue)]) }
            }
        }
        json.member("rate") { json in
            json.object { json in
                json.member("now") { $0.value(rateNow, digits: 2) }
                json.member("hour") { $0.value(rateHour, digits: 3) }
            }
        }
        json.member("unplaced") { json in
            json.object { json in
                json.member("private", tally.privateSources)
                json.member("unmapped", tally.unmappedSources)
            }
        }
        json.member("window") { json in
            json.object { json in
                json.member("from", Int(window.from.milliseconds))
                json.member("to", Int(window.to.milliseconds))
            }
        }
    }

    /// Writes `countries`: those whose count differs from `shown`, or all.
    func writeCountries(_ json: inout JSONText, unlike shown: [CountryCode: Int]?) {
        json.member("countries") { json in
            json.object { json in
                for (country, count) in tally.countries where shown?[country] != count { json.member(country.description, count) }
                // A count that has left the window is told once as zero.
                for country in (shown ?? [:]).keys where tally.countries[country] == nil { json.member(country.description, 0) }
            }
        }
    }

    /// Writes `tops`.
    func writeTops(_ json: inout JSONText, context: LiveContext) {
        let countries = Tally.top(tally.countries.map { ($0.key, $0.value) }, Self.topCount) { $0.letters < $1.letters }
        let addresses = Tally.top(tally.addresses.lazy.map { ($0.key, $0.value.count) }, Self.topCount) { $0 < $1 }
        let ports = Tally.top(tally.ports.map { ($0.key, $0.value) }, Self.topCount) { $0.number < $1.number }
        let sensors = Tally.top(tally.sensors.map { ($0.key, $0.value) }, Self.topCount) { $0 < $1 }
        json.member("tops") { json in
            json.object { json in
                json.member("countries") { json in
                    json.array { json in
                        for (country, count) in countries {
                            let name = country.description
                            Self.row(&json, [name, context.countryName(name) ?? name], count)
                        }
                    }
                }
                json.member("addresses") { json in
                    json.array { json in
                        for (address, count) in addresses {
                            let country = tally.addresses[address]?.country
                            Self.row(&json, [address.description, country.flatMap { $0.isNone ? nil : $0.description }], count)
                        }
                    }
                }
                json.member("ports") { json in
                    json.array { json in
                        for (port, count) in ports {
                            Self.row(&json, ["\(port.number)", context.serviceName(port.number, port.isUDP)], count)
                        }
                    }
                }
                json.member("types") { json in
                    json.array { json in
                        let types = AttackType.allCases.map { ($0, tally.types[Int($0.rawValue)]) }.filter { $0.1 > 0 }
                        for (type, count) in types.sorted(by: { $0.1 > $1.1 }) { Self.row(&json, [type.name], count) }
                    }
                }
                json.member("sensors") { json in
                    json.array { json in
                        for (sensor, count) in sensors { Self.row(&json, [sensor], count) }
                    }
                }
            }
        }
    }

    private static func row(_ json: inout JSONText, _ names: [String?], _ count: Int) {
        json.array { json in
            for name in names { json.value(name) }
            json.value(count)
        }
    }
}
