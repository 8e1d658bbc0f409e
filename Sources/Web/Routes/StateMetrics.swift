import Followers
import Journal
import Pipeline

extension StateRoutes {
    /// Prometheus text (exposition format 0.0.4).
    var metrics: String {
        var text = ""
        func metric(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: String)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
        }
        func escaped(_ label: String) -> String {
            label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        }
        let ledgers = pipeline.journal.ledgers.sorted { $0.key < $1.key }
        metric(
            "petrel_events_total", "counter", "Events by source and outcome; received is the sum of the others.",
            ledgers.flatMap { source, ledger in
                [
                    ("received", ledger.received), ("stored", ledger.stored), ("duplicate", ledger.duplicate),
                    ("filtered", ledger.filtered),
                    ("dead_lettered", ledger.deadLettered), ("shed", ledger.shed),
                ].map { ("{source=\"\(escaped(source))\",outcome=\"\($0.0)\"}", "\($0.1)") }
            })
        metric("petrel_journal_events", "gauge", "Events kept.", [("", "\(pipeline.journal.storedCount)")])
        for gauge in columns.gauges { metric(gauge.name, "gauge", gauge.help, [("", "\(gauge.value)")]) }
        let flight = pipeline.inFlight
        metric("petrel_in_flight_bytes", "gauge", "Raw bytes between sources and journal.", [("", "\(flight.bytes)")])
        metric("petrel_in_flight_limit_bytes", "gauge", "Bound of petrel_in_flight_bytes.", [("", "\(flight.limit)")])
        metric("petrel_streams", "gauge", "Open event streams.", [("", "\(hub.streams)")])
        metric(
            "petrel_source_lag_seconds", "gauge", "Seconds by which the newest event time is behind the clock.",
            pipeline.sources.compactMap { source in source.lag.map { ("{source=\"\(escaped(source.name))\"}", "\($0)") } })
        metric(
            "petrel_source_future_total", "counter", "Events whose time was too far ahead of the clock and was set to their arrival.",
            pipeline.sources.map { ("{source=\"\(escaped($0.name))\"}", "\($0.future)") })
        return text
    }
}
