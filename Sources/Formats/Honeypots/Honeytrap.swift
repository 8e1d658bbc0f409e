import Model

extension RecordLayout {
    /// Honeytrap, which opens a port for every attempt.
    static let honeytrap = RecordLayout(
        name: "honeytrap", summary: "Honeytrap honeypot, attackers.json", time: ["timestamp", "start_time"],
        selectors: ["download_count", "operation_mode"],
        classes: [.attack("0", as: .scan, .low)],
        otherwise: .attack(
            as: .scan, .low,
            message:
                "{attack_connection.protocol} connection to port {attack_connection.local_port}, {attack_connection.payload.length} bytes"),
        rules: Endpoints.remote(below: "attack_connection.") + [
            FieldRule("attack_connection.protocol", .lowercased(.networkTransport)),
            FieldRule("attack_connection.payload.md5_hash", .label("payload_md5")),
            FieldRule("attack_connection.payload.sha512_hash", .label("payload_sha512")),
            FieldRule("attack_connection.payload.data_hex", .keyword(.payload)),
            FieldRule("attack_connection.payload.length", .integer(.sourceBytes)), FieldRule("operation_mode", .label("operation_mode")),
            FieldRule("download_count", .label("download_count")), FieldRule("download_tries", .label("download_tries")),
            FieldRule("end_time", .date(.eventEnd)), FieldRule("sensor", .keyword(.observerName)),
        ],
        required: ["attack_connection.remote_ip"],
        claims: [Claim(all: ["attack_connection", "attack_connection.remote_ip", "attack_connection.local_port"], likelihood: 95)])
}
