import Model
import Wire

extension RecordLayout {
    /// The Docker API honeypot, whose records have no time: it stands in the file's name (`dockerapi.<port>.YYYY_MM_DD_HH.log`).
    static let dockerAPI = RecordLayout(
        name: "dockerapi", summary: "Docker API honeypot, one request a line", selectors: ["method"],
        otherwise: .attack(as: .recon, .low, message: "{method} {url}"),
        rules: [
            FieldRule("source", .address(.sourceIP, domain: .sourceDomain)), FieldRule("method", .keyword(.httpMethod)),
            FieldRule("url", .url), FieldRule("data", .base64(.httpRequestBody)), FieldRule("headers", .aside),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "http")],
        required: ["source", "url"],
        claims: [Claim(all: ["view_args", "url", "headers", "method", "source", "data"], likelihood: 95)],
        refine: { values, record, batch in
            DockerAPI.appendHeaders(values, record, into: &batch)
            DockerAPI.appendDestination(values, into: &batch)
        },
        choose: { values in DockerAPI.kind(of: values) })
}

/// What the Docker API honeypot's requests mean.
enum DockerAPI {
    /// What a request with that in its path is, the first that fits; a method makes it narrower.
    static let kinds: [(method: String?, part: String, type: AttackType, severity: AttackSeverity, technique: String)] = [
        ("POST", "/containers/create", .exploit, .high, "T1610"),
        ("POST", "/exec", .exploit, .high, "T1609"),
        ("POST", "/attach", .exploit, .high, "T1609"),
        ("POST", "/start", .exploit, .high, "T1610"),
        ("POST", "/images/create", .exploit, .high, "T1610"),
        ("POST", "/build", .exploit, .high, "T1612"),
        ("DELETE", "/", .exploit, .high, "T1485"),
        (nil, "/_ping", .recon, .low, "T1595"),
        (nil, "/version", .recon, .low, "T1595"),
        (nil, "/info", .recon, .low, "T1613"),
        (nil, "/containers/", .recon, .medium, "T1613"),
        (nil, "/images/", .recon, .medium, "T1613"),
        (nil, "/volumes", .recon, .medium, "T1613"),
        (nil, "/networks", .recon, .medium, "T1613"),
        (nil, ".env", .web, .medium, "T1190"),
        (nil, "phpunit", .web, .high, "T1190"),
        (nil, ".php", .web, .medium, "T1190"),
        (nil, "/.git", .web, .medium, "T1190"),
        ("POST", "/", .web, .medium, "T1190"),
    ]

    static func kind(of values: borrowing MappingValues) -> LayoutAttack {
        let method = values.string("method")
        let url = values.string("url")
        let path = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).dropFirst(3).first.map { "/" + $0 } ?? "/"
        let found = kinds.first { kind in (kind.method == nil || kind.method == method) && path.contains(kind.part) }
        return found.map { LayoutAttack($0.type, $0.severity, $0.technique) } ?? LayoutAttack(.recon, .low, "T1595")
    }

    /// The user agent, from `[[name, value], …]`.
    static func appendHeaders(_ values: borrowing MappingValues, _ record: Span<UInt8>, into batch: inout EventBatch) {
        guard let number = values.number("headers"), let headers = values.fields.token(number), headers.kind == .array else { return }
        guard let match = values.fields.matches.first(where: { $0.path == number }) else { return }
        var at = match.token + 1
        while at < headers.next {
            let pair = values.fields[at]
            if pair.kind == .array, at + 2 < pair.next {
                let (name, value) = (values.fields[at + 1], values.fields[at + 2])
                if name.kind == .string, value.kind == .string, !value.range.isEmpty {
                    append(record.extracting(name.range), value, values, record, &batch)
                }
            }
            at = pair.next
        }
    }

    private static func append(
        _ name: Span<UInt8>, _ value: JSONToken, _ values: borrowing MappingValues, _ record: Span<UInt8>, _ batch: inout EventBatch
    ) {
        let field: Field
        switch name.withUnsafeBufferPointer({ String(decoding: $0, as: UTF8.self) }).lowercased() {
        case "user-agent": field = .userAgent
        case "referer": field = .httpReferrer
        default: return
        }
        var text: [UInt8] = []
        values.fields.appendText(of: value, in: record, to: &text)
        batch.append(field, utf8: text.span)
    }

    /// The honeypot's address and port, from the URL as the client named it.
    static func appendDestination(_ values: borrowing MappingValues, into batch: inout EventBatch) {
        guard let number = values.number("url") else { return }
        let url = values.text.span.extracting(values.first(number))
        let parts = URLParts.ranges(url)
        let host = url.extracting(parts.host)
        if let address = IPAddress(utf8: host) {
            batch.append(.destinationIP, address)
        } else if host.count > 0 {
            batch.append(.destinationDomain, utf8: host)
        }
        if let port = parts.port { batch.append(.destinationPort, integer: port) }
    }
}
