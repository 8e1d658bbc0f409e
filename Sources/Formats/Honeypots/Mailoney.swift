import Model

extension RecordLayout {
    /// Mailoney, the SMTP honeypot, which always listens on port 25.
    static let mailoney = RecordLayout(
        name: "mailoney", summary: "Mailoney SMTP honeypot, JSON log", time: ["timestamp"], selectors: ["type"],
        classes: [.attack("auth", "credentials", as: .bruteforce, .medium)],
        otherwise: .attack(as: .spam, .low, action: "smtp", message: "SMTP {data}"),
        rules: Endpoints.short + [FieldRule("data", .keyword(.payloadPrintable)), FieldRule("sensor", .keyword(.observerName))],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "smtp")],
        defaults: [(.destinationPort, "25")],
        required: ["src_ip"],
        claims: [
            Claim(
                all: ["timestamp", "src_ip", "data"],
                none: [
                    "eventid", "event_type", "action", "protocol", "method", "dst_port", "dest_port", "handler", "url", "app", "request",
                ],
                likelihood: 70)
        ])
}
