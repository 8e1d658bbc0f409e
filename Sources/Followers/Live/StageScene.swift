public import Journal
public import Model

/// What a snapshot or frame says besides arcs and rows, whoever shows it: the common stage, or the replay of one screen.
struct StageScene {
    /// A stored window that is being played.
    struct Playing {
        var from: Timestamp
        var to: Timestamp
        /// Original time that passes in one second of playing, in seconds.
        var speed: Double
        var state: State

        enum State: String {
            case playing, paused, finished
        }
    }

    /// Where the events of a frame stand.
    enum Span {
        case commits(after: EventID, upTo: EventID)
        /// The end is excluded.
        case times(from: Timestamp, to: Timestamp)
    }

    var upTo: EventID
    var clock: Timestamp
    /// Nil when live.
    var playing: Playing?
    var numbers: StageNumbers
    var sensors: [SensorTable.Sensor]
    let context: LiveContext
    let ledgers: [String: Ledger]

    /// Everything a screen shows.
    ///
    /// - Parameter recent: rows as JSON, oldest first.
    func snapshot(recent: some Sequence<[UInt8]>) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            writeHead(&json)
            json.member("version", context.version)
            numbers.write(&json)
            numbers.writeCountries(&json, unlike: nil)
            writeSensors(&json)
            writeSlow(&json)
            json.member("recent") { json in json.array { json in for row in recent { json.value(json: row) } } }
        }
        return json.bytes
    }

    /// What has come since the last frame, and the numbers as they stand.
    ///
    /// - Parameters:
    ///   - rows: ticker rows as JSON, oldest first.
    ///   - shown: the counts of countries that the screens have.
    ///   - isFull: whether the frame carries what comes once a second.
    func frame(
        _ arcs: ArcSet, span: Span, rows: some Sequence<[UInt8]>, unlike shown: [CountryCode: Int], withSensors: Bool, isFull: Bool
    ) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            writeHead(&json)
            json.member("span") { json in
                json.object { json in
                    switch span {
                    case .commits(let after, let upTo):
                        json.member("after", after.description)
                        json.member("upTo", upTo.description)
                    case .times(let from, let to):
                        json.member("from", Int(from.milliseconds))
                        json.member("to", Int(to.milliseconds))
                    }
                }
            }
            json.member("n", arcs.events)
            json.member("arcs") { arcs.write(&$0, sensors: sensors) }
            json.member("ticker") { json in json.array { json in for row in rows { json.value(json: row) } } }
            numbers.write(&json)
            numbers.writeCountries(&json, unlike: shown)
            if withSensors { writeSensors(&json) }
            if isFull { writeSlow(&json) }
        }
        return json.bytes
    }

    private func writeHead(_ json: inout JSONText) {
        json.member("upTo", upTo.description)
        json.member("mode", playing != nil ? "replay" : context.isSimulated ? "simulated" : "live")
        json.member("clock", Int(clock.milliseconds))
        guard let playing else { return }
        json.member("replay") { json in
            json.object { json in
                json.member("from", Int(playing.from.milliseconds))
                json.member("to", Int(playing.to.milliseconds))
                json.member("speed") { $0.value(playing.speed, digits: 1) }
                json.member("state", playing.state.rawValue)
            }
        }
    }

    private func writeSensors(_ json: inout JSONText) {
        json.member("sensors") { json in
            json.array { json in
                for sensor in sensors.dropFirst() {
                    json.object { json in
                        json.member("name", sensor.name)
                        guard let point = sensor.point else { return }
                        json.member("lat") { $0.value(Double(point.latitude), digits: 4) }
                        json.member("lon") { $0.value(Double(point.longitude), digits: 4) }
                    }
                }
            }
        }
    }

    private func writeSlow(_ json: inout JSONText) {
        numbers.writeTops(&json, context: context)
        json.member("ledger") { json in
            var total = Ledger()
            for ledger in ledgers.values { total += ledger }
            json.value(total)
        }
        json.member("sources") { json in
            json.array { json in
                for source in context.sources() {
                    json.object { json in
                        json.member("name", source.name)
                        json.member("state", source.state)
                        json.member("rate") { $0.value(source.rate, digits: 2) }
                        json.member("lag") { $0.value(source.lag, digits: 1) }
                    }
                }
            }
        }
    }
}

extension JSONText {
    /// Writes the books as an object.
    public mutating func value(_ ledger: Ledger) {
        object { json in
            json.member("received", Int(ledger.received))
            json.member("stored", Int(ledger.stored))
            json.member("duplicate", Int(ledger.duplicate))
            json.member("filtered", Int(ledger.filtered))
            json.member("dead_lettered", Int(ledger.deadLettered))
            json.member("shed", Int(ledger.shed))
        }
    }
}
