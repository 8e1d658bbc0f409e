import Model

extension RecordLayout {
    /// Tanner, which analyses the requests that the SNARE web honeypot gets.
    static let tanner = RecordLayout(
        name: "tanner", summary: "Tanner/SNARE web honeypot, tanner_report.json", time: ["timestamp"],
        selectors: ["response_msg.response.message.detection.name", "method"],
        classes: [
            .attack("xss", as: .web, .medium), .attack("sqli", "mongodb_injection", as: .web, .high),
            .attack("cmd_exec", "php_code_injection", "php_object_injection", "template_injection", "xxe_injection", as: .web, .high),
            .attack("lfi", "rfi", "crlf", as: .web, .high), .attack("wp-content", as: .recon, .low),
            .attack("unknown post", as: .web, .medium),
            .attack("index", "unknown", as: .recon, .low),
        ],
        otherwise: .attack(as: .web, .low, message: "{method} {path} {response_msg.response.message.detection.name}"),
        rules: Endpoints.credentials("post_data.username", "post_data.password") + [
            FieldRule("peer.ip", .address(.sourceIP, domain: .sourceDomain)), FieldRule("peer.port", .port(.sourcePort)),
            FieldRule("method", .keyword(.httpMethod)), FieldRule("path", .requestTarget), FieldRule("status", .integer(.httpStatus)),
            FieldRule("headers.user-agent", .keyword(.userAgent)), FieldRule("headers.host", .keyword(.urlDomain)),
            FieldRule("headers.referer", .keyword(.httpReferrer)), FieldRule("uuid", .label("sensor_uuid")),
            FieldRule("response_msg.response.message.sess_uuid", .keyword(.sessionID)),
            FieldRule("response_msg.response.message.detection.payload.value", .keyword(.payloadPrintable)),
            FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "http")],
        defaults: [(.destinationPort, "80")],
        required: ["peer.ip", "path"],
        claims: [Claim(all: ["method", "path", "headers", "peer", "peer.ip"], any: ["response_msg", "uuid"], likelihood: 95)])
}
