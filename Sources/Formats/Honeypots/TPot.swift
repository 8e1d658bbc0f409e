import Model
import Wire

extension RecordLayout {
    /// Documents of T-Pot's Elasticsearch: `type` names the honeypot, the rest are its fields, ends renamed to `src_*` and `dest_*`.
    ///
    /// Exported with or without the hit around them (`_source`), or as the answer to a search.
    static let tpot = RecordLayout(
        name: "tpot", summary: "T-Pot Elasticsearch documents, any honeypot", framing: .document, time: ["@timestamp", "timestamp"],
        selectors: ["eventid"],
        key: { values in TPot.key(of: values) }, classes: TPot.classes,
        otherwise: .attack(
            as: .scan, .low, message: "{type} {eventid} {event_type} {alert.signature} {action} {username} {input} {request} {url} {data}"),
        rules: Endpoints.short + Endpoints.credentials() + [
            FieldRule("type", .lowercased(.observerProduct)), FieldRule("eventid", .keyword(.eventCode)),
            FieldRule("action", .keyword(.eventAction)),
            FieldRule("event_type", .keyword(.eventCode)), FieldRule("t-pot_hostname", .keyword(.observerName)),
            FieldRule("t-pot_ip_ext", .address(.observerIP, domain: nil)), FieldRule("host", .keyword(.hostName)),
            FieldRule("session", .keyword(.sessionID)), FieldRule("input", .keyword(.processCommandLine)),
            FieldRule("url", .keyword(.urlOriginal)), FieldRule("request_uri", .keyword(.urlOriginal)),
            FieldRule("request", .keyword(.payloadPrintable)),
            FieldRule("data", .keyword(.payloadPrintable)), FieldRule("payload_printable", .keyword(.payloadPrintable)),
            FieldRule("payload", .keyword(.payload)), FieldRule("user_agent", .keyword(.userAgent)),
            FieldRule("method", .keyword(.httpMethod)),
            FieldRule("shasum", .fileHash), FieldRule("md5_hash", .fileHash), FieldRule("hassh", .keyword(.sshHASSH)),
            FieldRule("version", .keyword(.sshClient)), FieldRule("protocol", .lowercased(.networkProtocol)),
            FieldRule("connection.protocol", .translated(.networkProtocol, Dionaea.protocols)),
            FieldRule("connection.transport", .lowercased(.networkTransport)), FieldRule("proto", .lowercased(.networkTransport)),
            FieldRule("app_proto", .lowercased(.networkProtocol)), FieldRule("data_type", .lowercased(.networkProtocol)),
            FieldRule("alert.signature", .keyword(.ruleName)), FieldRule("alert.signature_id", .keyword(.ruleID)),
            FieldRule("alert.category", .keyword(.ruleCategory)), FieldRule("alert.severity", .integer(.eventSeverity)),
            FieldRule("alert.cve_id", .cve), FieldRule("flow_id", .keyword(.flowID)), FieldRule("os", .label("os")),
            FieldRule("mod", .label("p0f_module")),
        ],
        required: ["type"], items: ["_source", "hits.hits._source"],
        claims: [
            Claim(all: ["_source.type", "_source.@timestamp"], any: ["_source.src_ip", "_source.t-pot_ip_ext"], likelihood: 92),
            Claim(all: ["hits.hits._source.type", "hits.hits._source.@timestamp"], likelihood: 92),
            Claim(all: ["type", "@timestamp"], any: ["t-pot_ip_ext", "t-pot_hostname"], likelihood: 96),
            Claim(all: ["type", "@timestamp", "src_ip"], any: ["path", "@version", "geoip"], likelihood: 92),
        ],
        choose: { values in TPot.attack(values) })
}

/// What T-Pot's types mean.
enum TPot {
    static let classes: [EventClass] =
        [
            .record("p0f", "nginx", "fatt", "cowrie.record", "suricata.record", "adbhoney.session.closed", categories: ["network"]),
            .attack("suricata.alert", as: .other, .medium, message: "{alert.signature}"),
            .attack(
                "heralding", "mailoney.login", "rdpy", "endlessh", "cowrie.login", as: .bruteforce, .medium, message: "{type} {username}"),
            .attack("adbhoney.command.input", "cowrie.command", as: .exploit, .medium, technique: "T1059", message: "CMD: {input}"),
            .attack("cowrie.download", as: .malware, .high, categories: ["malware", "file"], technique: "T1105"),
            .attack("dionaea", "glutton", "honeytrap", "honeypots", "ciscoasa", as: .scan, .low),
            .attack("conpot", "elasticpot", "dicompot", "medpot", "ipphoney", "sentrypeer", "redishoneypot", "miniprint", as: .recon, .low),
            .attack("tanner", "citrixhoneypot", "hellpot", "wordpot", "snare", "galah", "h0neytr4p", "go-pot", "log4pot", as: .web, .low),
            .attack("mailoney", as: .spam, .low), .attack("ddospot", as: .dos, .medium, technique: "T1498.002"),
        ]

    static func key(of values: borrowing MappingValues) -> String {
        let type = values.string("type").lowercased()
        switch type {
        case "suricata": return values.string("event_type") == "alert" ? "suricata.alert" : "suricata.record"
        case "cowrie":
            let number = CowrieEvents.table.number(Array(values.string("eventid").utf8).span)
            switch number.flatMap({ CowrieEvents.classes[$0].attack?.type }) {
            case .bruteforce: return "cowrie.login"
            case .exploit: return "cowrie.command"
            case .malware: return "cowrie.download"
            case nil: return "cowrie.record"
            default: return "cowrie.connect"
            }
        case "adbhoney":
            let event = values.string("eventid")
            return event == "adbhoney.session.connect" ? "adbhoney" : event
        case "mailoney": return values.string("username").isEmpty ? type : "mailoney.login"
        default: return type
        }
    }

    /// What the tables of the sensors themselves say; nil leaves it to the type.
    static func attack(_ values: borrowing MappingValues) -> LayoutAttack? {
        switch values.string("type").lowercased() {
        case "suricata":
            let signature = Array(values.string("alert.signature").utf8)
            let category = Array(values.string("alert.category").utf8)
            let type = SuricataAlerts.type(
                signature: signature.span, category: category.span, isICMP: values.string("proto").hasPrefix("ICMP"))
            let severity = SuricataAlerts.severity(
                priority: Int64(values.string("alert.severity")), category: category.span, type: type, isCritical: false)
            return LayoutAttack(type, severity)
        case "cowrie":
            guard let number = CowrieEvents.table.number(Array(values.string("eventid").utf8).span) else { return nil }
            let eventClass = CowrieEvents.classes[number]
            return eventClass.attack.map { LayoutAttack($0.type, $0.severity, eventClass.technique?.description) }
        default:
            return values.string("username").isEmpty && values.string("password").isEmpty
                ? nil : LayoutAttack(.bruteforce, .medium, "T1110")
        }
    }
}
