import Model

extension RecordLayout {
    /// Conpot, the honeypot for industrial control systems.
    static let conpot = RecordLayout(
        name: "conpot", summary: "Conpot industrial control honeypot, JSON log", time: ["timestamp"],
        selectors: ["event_type", "data_type"],
        classes: [
            .attack("new_connection", as: .scan, .low, action: "connection", message: "{data_type} connection"),
            .record("connection_lost", "connection_terminated", "session_ended", action: "connection.end", types: ["connection", "end"]),
            .record("connection_queued", "connection_established"),
        ],
        otherwise: .attack(as: .recon, .medium, action: "request", technique: "T0846", message: "{data_type} {event_type} {request}"),
        rules: Endpoints.short + Endpoints.remote(remote: "remote.0", remotePort: "remote.1", local: "local.0", localPort: "local.1") + [
            FieldRule("data_type", .lowercased(.networkProtocol)), FieldRule("sensorid", .keyword(.observerName)),
            FieldRule("id", .keyword(.sessionID)), FieldRule("public_ip", .address(.observerIP, domain: nil)),
            FieldRule("request", .keyword(.payloadPrintable)), FieldRule("response", .label("response")),
        ],
        required: ["src_ip", "remote.0"],
        claims: [Claim(all: ["sensorid", "data_type", "request", "response", "event_type"], likelihood: 95)])
}
