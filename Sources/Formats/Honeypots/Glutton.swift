import Model

extension RecordLayout {
    /// Glutton, which answers on every port.
    static let glutton = RecordLayout(
        name: "glutton", summary: "Glutton honeypot, JSON events", time: ["timestamp", "ts", "time"], selectors: ["handler"],
        classes: [
            .attack("ssh", "telnet", "ftp", "rdp", as: .bruteforce, .low, message: "{handler} on port {dstPort} {dest_port}"),
            .attack("adb", "smb", "mqtt", "bittorrent", "memcache", "mongodb", "jabber", "sip", as: .recon, .low),
            .attack("http", as: .web, .low),
        ],
        otherwise: .attack(as: .scan, .low, message: "{transport} {handler} {rule} on port {dstPort} {dest_port}"),
        rules: Endpoints.short + [
            FieldRule("srcHost", .address(.sourceIP, domain: .sourceDomain)), FieldRule("srcPort", .port(.sourcePort)),
            FieldRule("dstPort", .port(.destinationPort)), FieldRule("sensorID", .keyword(.observerName)),
            FieldRule("transport", .lowercased(.networkTransport)), FieldRule("handler", .lowercased(.networkProtocol)),
            FieldRule("rule", .keyword(.ruleName)), FieldRule("payload", .base64(.payloadPrintable)),
            FieldRule("scanner", .label("scanner")), FieldRule("decoded.username", .keyword(.userName)),
        ],
        required: ["srcHost", "src_ip"],
        claims: [
            Claim(all: ["srcHost", "srcPort", "dstPort", "sensorID"], likelihood: 95),
            Claim(all: ["ts", "handler", "src_ip", "dest_port"], none: ["_path", "type"], likelihood: 85),
        ])
}
