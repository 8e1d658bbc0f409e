import Model

/// Honeypots of which no log was at hand: their field names are those of their sources' documentation and of T-Pot's pipeline.
///
/// Where a sensor always listens on one port and does not say so, the port is a default here.
extension RecordLayout {
    /// SentryPeer: SIP; the time has nanoseconds, the source may be `address:port`.
    static let sentrypeer = RecordLayout(
        name: "sentrypeer", summary: "SentryPeer SIP honeypot", time: ["event_timestamp"], selectors: ["sip_method"],
        classes: [
            .attack("register", as: .bruteforce, .low), .attack("invite", as: .exploit, .medium, technique: "T1496"),
            .attack("options", "", as: .recon, .low),
        ],
        otherwise: .attack(as: .recon, .low, message: "SIP {sip_method} to {called_number}"),
        rules: [
            FieldRule("source_ip", .endpoint(.sourceIP, domain: .sourceDomain, port: .sourcePort)),
            FieldRule("destination_ip", .address(.destinationIP, domain: .destinationDomain)),
            FieldRule("transport_type", .lowercased(.networkTransport)), FieldRule("called_number", .label("called_number")),
            FieldRule("sip_user_agent", .keyword(.userAgent)), FieldRule("sip_message", .keyword(.payloadPrintable)),
            FieldRule("event_uuid", .keyword(.eventCode)), FieldRule("created_by_node_id", .keyword(.observerName)),
        ],
        constants: [(.networkProtocol, "sip")], defaults: [(.destinationPort, "5060")], required: ["source_ip"],
        claims: [
            Claim(all: ["app_name", "source_ip"], values: ["app_name": ["sentrypeer"]], likelihood: 95),
            Claim(all: ["event_timestamp", "source_ip", "called_number"], likelihood: 95),
        ])

    /// Redis honeypot: `addr` holds address and port.
    static let redishoneypot = RecordLayout(
        name: "redishoneypot", summary: "Redis honeypot", time: ["time"], selectors: ["action"],
        classes: [
            .attack("newconnect", as: .scan, .low), .record("closed", types: ["connection", "end"]),
            .attack("info", "ping", "command", as: .recon, .low), .attack("auth", as: .bruteforce, .medium),
        ],
        otherwise: .attack(as: .exploit, .medium, technique: "T1059", message: "Redis {action}"),
        rules: [
            FieldRule("addr", .endpoint(.sourceIP, domain: .sourceDomain, port: .sourcePort)),
            FieldRule("action", .aside), FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "redis")], defaults: [(.destinationPort, "6379")], required: ["addr"],
        claims: [Claim(all: ["action", "addr", "time"], any: ["level"], none: ["src_ip"], likelihood: 85)],
        refine: { values, _, batch in
            let action = values.string("action")
            if !action.isEmpty, action != "NewConnect", action != "Closed" { batch.append(.processCommandLine, action) }
        })

    /// HellPot: an endless answer for web scanners.
    static let hellpot = RecordLayout(
        name: "hellpot", summary: "HellPot HTTP honeypot", time: ["time"], selectors: ["message"],
        classes: [.record("finish", types: ["connection", "end"])],
        otherwise: .attack(as: .web, .low, action: "request", message: "request {URL}"),
        rules: [
            FieldRule("REMOTE_ADDR", .endpoint(.sourceIP, domain: .sourceDomain, port: .sourcePort)), FieldRule("URL", .requestTarget),
            FieldRule("USERAGENT", .keyword(.userAgent)), FieldRule("BYTES", .integer(.destinationBytes)),
            FieldRule("DURATION", .label("duration")), FieldRule("caller", .label("caller")),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "http")], defaults: [(.destinationPort, "80")],
        required: ["REMOTE_ADDR"], claims: [Claim(all: ["REMOTE_ADDR", "URL"], any: ["USERAGENT", "BYTES"], likelihood: 95)])

    /// Log4Pot: Log4Shell; `client` and `port` are the attacker's.
    static let log4pot = RecordLayout(
        name: "log4pot", summary: "Log4Pot Log4Shell honeypot", time: ["timestamp"], selectors: ["reason"],
        classes: [
            .attack("exploit", as: .exploit, .critical, technique: "T1190"), .record("start", "stop", "shutdown", categories: ["host"]),
        ],
        otherwise: .attack(as: .web, .low, message: "{reason} {request} {payload}"),
        rules: [
            FieldRule("client", .address(.sourceIP, domain: .sourceDomain)), FieldRule("port", .port(.sourcePort)),
            FieldRule("server_port", .port(.destinationPort)), FieldRule("request", .keyword(.urlOriginal)),
            FieldRule("headers.User-Agent", .keyword(.userAgent)), FieldRule("payload", .keyword(.payloadPrintable)),
            FieldRule("deobfuscated_payload", .keyword(.payloadPrintable)), FieldRule("correlation_id", .keyword(.sessionID)),
            FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "http")], required: ["client"],
        claims: [Claim(all: ["client", "port", "server_port"], any: ["request", "reason", "payload"], likelihood: 90)])

    /// Medpot: HL7.
    static let medpot = RecordLayout(
        name: "medpot", summary: "Medpot HL7 honeypot", time: ["timestamp", "time"],
        otherwise: .attack(as: .recon, .low, action: "hl7", message: "HL7 {message} {data}"),
        rules: Endpoints.short + [FieldRule("data", .base64(.payloadPrintable)), FieldRule("sensor", .keyword(.observerName))],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "hl7")], defaults: [(.destinationPort, "2575")], required: ["src_ip"],
        claims: [Claim(all: ["app", "src_ip"], values: ["app": ["medpot"]], likelihood: 95)])

    /// Miniprint: a printer.
    static let miniprint = RecordLayout(
        name: "miniprint", summary: "Miniprint printer honeypot", time: ["timestamp", "time"], selectors: ["event"],
        classes: [
            .attack("connection", as: .scan, .low), .record("disconnect", "connection_closed", types: ["connection", "end"]),
            .attack("save_raw_print_job", "append_raw_print_job", "save_print_job", as: .policy, .low),
        ],
        otherwise: .attack(as: .recon, .low, message: "printer {event} {action}"),
        rules: Endpoints.short + [
            FieldRule("job_text", .keyword(.payloadPrintable)), FieldRule("file_name", .keyword(.fileName)),
            FieldRule("command", .keyword(.processCommandLine)), FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "pjl")], defaults: [(.destinationPort, "9100")], required: ["src_ip"],
        claims: [
            Claim(
                all: ["event", "src_ip"], none: ["eventid", "event_type", "type"],
                values: ["event": ["save_", "append_raw", "command_received", "rdymsg", "dirlist"]], likelihood: 85)
        ])

    /// DDoSPot: services that amplify; its own fields tell which.
    static let ddospot = RecordLayout(
        name: "ddospot", summary: "DDoSPot amplification honeypot", time: ["time", "timestamp"],
        otherwise: .attack(
            as: .dos, .medium, action: "amplification", technique: "T1498.002", message: "amplification request {dns_name} {st}"),
        rules: Endpoints.short + [
            FieldRule("dns_name", .keyword(.dnsQuestionName)), FieldRule("dns_type", .keyword(.dnsQuestionType)),
            FieldRule("req_size", .integer(.sourceBytes)), FieldRule("resp_size", .integer(.destinationBytes)),
            FieldRule("st", .label("ssdp_target")), FieldRule("mode", .label("ntp_mode")), FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "udp")], required: ["src_ip"],
        claims: [Claim(all: ["src_ip", "src_port", "req_size", "resp_size"], likelihood: 85)],
        refine: { values, _, batch in
            guard values.first(values.number("dest_port")).isEmpty, values.first(values.number("dst_port")).isEmpty else { return }
            func has(_ path: String) -> Bool { !values.first(values.number(path)).isEmpty }
            batch.append(.destinationPort, integer: has("dns_name") ? 53 : has("st") ? 1900 : has("mode") ? 123 : 19)
        })

    /// Dicompot: medical images.
    static let dicompot = RecordLayout(
        name: "dicompot", summary: "Dicompot DICOM honeypot", time: ["time", "timestamp"], selectors: ["Command"],
        classes: [.attack("c-store", as: .malware, .medium), .attack("c-find", "c-get", "c-move", as: .recon, .medium)],
        otherwise: .attack(as: .scan, .low, action: "dicom", message: "DICOM {msg}"),
        rules: [
            FieldRule("IP", .address(.sourceIP, domain: .sourceDomain)), FieldRule("Port", .port(.sourcePort)),
            FieldRule("AETitle", .label("ae_title")), FieldRule("Files", .label("files")), FieldRule("Status", .label("status")),
            FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "dicom")], defaults: [(.destinationPort, "11112")], required: ["IP"],
        claims: [Claim(all: ["IP", "Port"], any: ["time", "msg"], none: ["src_ip"], likelihood: 80)])

    /// Wordpot: WordPress.
    static let wordpot = RecordLayout(
        name: "wordpot", summary: "Wordpot WordPress honeypot", time: ["timestamp"], selectors: ["plugin"],
        classes: [
            .attack("badlogin", as: .bruteforce, .medium), .attack("timthumb", as: .exploit, .high),
            .attack("userenumeration", as: .recon, .low),
        ],
        otherwise: .attack(as: .web, .low, message: "{plugin} {theme} {url} {filename}"),
        rules: Endpoints.short + Endpoints.long + Endpoints.credentials() + [
            FieldRule("url", .requestTarget), FieldRule("user_agent", .keyword(.userAgent)), FieldRule("filename", .keyword(.fileName)),
            FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "http")], defaults: [(.destinationPort, "80")],
        required: ["src_ip", "source_ip"],
        claims: [Claim(all: ["plugin", "url", "user_agent"], any: ["src_ip", "source_ip"], likelihood: 90)])

    /// IPPHoney: the Internet Printing Protocol.
    static let ipphoney = RecordLayout(
        name: "ipphoney", summary: "IPPHoney printing honeypot", time: ["timestamp", "unixtime"], selectors: ["eventid"],
        classes: [.attack("ipphoney.connect", as: .scan, .low)],
        otherwise: .attack(as: .recon, .low, message: "{message} {operation} {url}"),
        rules: Endpoints.short + [
            FieldRule("eventid", .keyword(.eventCode)), FieldRule("operation", .label("ipp_operation")), FieldRule("url", .requestTarget),
            FieldRule("user", .keyword(.userName)), FieldRule("user_agent", .keyword(.userAgent)),
            FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "ipp")], defaults: [(.destinationPort, "631")], required: ["src_ip"],
        claims: [Claim(all: ["eventid"], values: ["eventid": ["ipphoney."]], likelihood: 95)])

    /// h0neytr4p: vulnerabilities of web applications as traps.
    static let h0neytr4p = RecordLayout(
        name: "h0neytr4p", summary: "h0neytr4p web honeypot", time: ["timestamp", "time"], selectors: ["trapped"],
        classes: [.attack("true", as: .exploit, .high, action: "trapped", technique: "T1190")],
        otherwise: .attack(as: .web, .low, action: "request", message: "{request_method} {request_uri} {trapped_for}"),
        rules: Endpoints.short + [
            FieldRule("request_method", .keyword(.httpMethod)), FieldRule("request_uri", .requestTarget),
            FieldRule("user-agent", .keyword(.userAgent)), FieldRule("user_agent", .keyword(.userAgent)),
            FieldRule("host", .keyword(.urlDomain)), FieldRule("trapped_for", .keyword(.ruleName)),
            FieldRule("trap_type", .keyword(.ruleCategory)),
            FieldRule("body", .keyword(.httpRequestBody)), FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "http")], defaults: [(.destinationPort, "443")], required: ["src_ip"],
        claims: [Claim(all: ["src_ip", "trapped", "request_uri"], likelihood: 95)])

    /// go-pot: slow answers for those who look for secrets.
    static let gopot = RecordLayout(
        name: "go-pot", summary: "go-pot HTTP and FTP honeypot", time: ["timestamp", "time", "ts"], selectors: ["protocol"],
        classes: [.attack("ftp", as: .bruteforce, .low)],
        otherwise: .attack(as: .web, .low, action: "request", message: "{method} {path} {msg}"),
        rules: Endpoints.short + Endpoints.credentials() + [
            FieldRule("method", .keyword(.httpMethod)), FieldRule("path", .requestTarget), FieldRule("user_agent", .keyword(.userAgent)),
            FieldRule("host", .keyword(.urlDomain)), FieldRule("id", .keyword(.sessionID)), FieldRule("sensor", .keyword(.observerName)),
        ],
        constants: [(.networkTransport, "tcp")], defaults: [(.networkProtocol, "http"), (.destinationPort, "8080")], required: ["src_ip"],
        claims: [Claim(all: ["logger", "src_ip"], values: ["logger": ["go-pot", "gopot"]], likelihood: 90)])

    /// Galah: web answers by a language model.
    static let galah = RecordLayout(
        name: "galah", summary: "Galah HTTP honeypot", time: ["eventTime", "time"],
        otherwise: .attack(as: .web, .low, action: "request", message: "{httpRequest.method} {httpRequest.request}"),
        rules: [
            FieldRule("srcIP", .address(.sourceIP, domain: .sourceDomain)), FieldRule("srcPort", .port(.sourcePort)),
            FieldRule("port", .port(.destinationPort)), FieldRule("sensorName", .keyword(.observerName)),
            FieldRule("httpRequest.method", .keyword(.httpMethod)), FieldRule("httpRequest.request", .requestTarget),
            FieldRule("httpRequest.userAgent", .keyword(.userAgent)), FieldRule("httpRequest.body", .keyword(.httpRequestBody)),
            FieldRule("httpRequest.protocolVersion", .keyword(.httpVersion)), FieldRule("tags", .keyword(.tags)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "http")], required: ["srcIP"],
        claims: [Claim(all: ["eventTime", "httpRequest", "srcIP"], likelihood: 95)])

    /// Beelzebub: several protocols; the event is nested.
    static let beelzebub = RecordLayout(
        name: "beelzebub", summary: "Beelzebub honeypot", time: ["event.DateTime", "time"], selectors: ["event.Protocol", "event.Status"],
        classes: [
            .attack(
                "ssh interaction", "telnet interaction", as: .exploit, .medium, action: "command", technique: "T1059",
                message: "CMD: {event.Command}"),
            .record("ssh end", "telnet end", "tcp end", types: ["connection", "end"]),
            .attack("ssh", "telnet", as: .bruteforce, .medium, action: "login", message: "{event.Protocol} login {event.User}"),
            .attack("http", as: .web, .low, action: "request", message: "{event.HTTPMethod} {event.RequestURI}"),
        ],
        otherwise: .attack(as: .scan, .low, message: "{event.Protocol} {event.Msg}"),
        rules: Endpoints.credentials("event.User", "event.Password") + [
            FieldRule("event.SourceIp", .address(.sourceIP, domain: .sourceDomain)), FieldRule("event.SourcePort", .port(.sourcePort)),
            FieldRule("event.RemoteAddr", .aside), FieldRule("event.Protocol", .lowercased(.networkProtocol)),
            FieldRule("event.Command", .keyword(.processCommandLine)), FieldRule("event.ID", .keyword(.sessionID)),
            FieldRule("event.Client", .keyword(.sshClient)), FieldRule("event.UserAgent", .keyword(.userAgent)),
            FieldRule("event.HTTPMethod", .keyword(.httpMethod)), FieldRule("event.RequestURI", .requestTarget),
            FieldRule("event.Body", .keyword(.httpRequestBody)), FieldRule("event.HostHTTPRequest", .keyword(.urlDomain)),
        ],
        constants: [(.networkTransport, "tcp")], required: ["event.RemoteAddr", "event.SourceIp"],
        claims: [Claim(all: ["event.DateTime", "event.Protocol"], any: ["event.RemoteAddr", "event.SourceIp"], likelihood: 95)],
        refine: { values, _, batch in
            guard values.first(values.number("event.SourceIp")).isEmpty else { return }
            let address = values.text.span.extracting(values.first(values.number("event.RemoteAddr")))
            FieldWriter([]).appendEndpoint(.sourceIP, .sourceDomain, .sourcePort, address, into: &batch)
        })
}
