import Model

extension RecordLayout {
    /// ElasticPot, the Elasticsearch honeypot.
    static let elasticpot = RecordLayout(
        name: "elasticpot", summary: "ElasticPot Elasticsearch honeypot, JSON log", time: ["timestamp", "unixtime"],
        selectors: ["eventid"],
        classes: [
            .attack("elasticpot.recon", as: .recon, .low, action: "recon", message: "{message} {request} {url}"),
            .attack("elasticpot.attack", as: .exploit, .high, action: "attack", technique: "T1190", message: "{message} {request} {url}"),
        ],
        otherwise: .record(message: "{eventid} {message}"),
        rules: Endpoints.short + [
            FieldRule("eventid", .keyword(.eventCode)), FieldRule("sensor", .keyword(.observerName)),
            FieldRule("url", .requestTarget), FieldRule("request", .keyword(.httpMethod)), FieldRule("payload", .keyword(.httpRequestBody)),
            FieldRule("user_agent", .keyword(.userAgent)), FieldRule("content_type", .label("content_type")),
            FieldRule("accept_language", .label("accept_language")), FieldRule("session", .keyword(.sessionID)),
            FieldRule("message", .aside),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "http")],
        required: ["eventid"],
        claims: [Claim(all: ["eventid"], values: ["eventid": ["elasticpot."]], likelihood: 95)])
}
