import Model
import Wire

extension RecordLayout {
    /// Dionaea in both shapes: lines like rows of its SQL log (`remote_host`), and log_json as in T-Pot (`src_ip`, `connection{…}`).
    static let dionaea = RecordLayout(
        name: "dionaea", summary: "Dionaea honeypot, JSON logs of both shapes", time: ["timestamp"],
        selectors: ["eventid"], key: { values in Dionaea.key(of: values) }, classes: Dionaea.classes,
        otherwise: .attack(
            as: .scan, .low, action: "connection",
            message: "{connection_protocol} {connection.protocol} connection from {remote_host} {src_ip} to port {local_port} {dst_port}"),
        rules: Endpoints.short + Endpoints.credentials("login_username", "login_password")
            + Endpoints.credentials("credentials.username", "credentials.password") + [
                FieldRule("remote_host", .aside), FieldRule("remote_port", .aside), FieldRule("local_host", .aside),
                FieldRule("local_port", .aside), FieldRule("connection_type", .label("connection_type")),
                FieldRule("connection.type", .label("connection_type")),
                FieldRule("connection_transport", .translated(.networkTransport, ["tls": "tcp"])),
                FieldRule("connection.transport", .translated(.networkTransport, ["tls": "tcp"])),
                FieldRule("connection_protocol", .translated(.networkProtocol, Dionaea.protocols)),
                FieldRule("connection.protocol", .translated(.networkProtocol, Dionaea.protocols)),
                FieldRule("connection_root", .keyword(.sessionID)), FieldRule("src_hostname", .keyword(.sourceDomain)),
                FieldRule("remote_hostname", .keyword(.sourceDomain)), FieldRule("download_url", .keyword(.urlFull)),
                FieldRule("offer_url", .keyword(.urlFull)), FieldRule("download_md5_hash", .fileHash),
                FieldRule("download_filetype", .label("file_magic")), FieldRule("mssql_command_cmd", .keyword(.payloadPrintable)),
                FieldRule("mysql_command_arg_data", .keyword(.payloadPrintable)),
                FieldRule("mysql_command_op_name", .label("mysql_operation")), FieldRule("sip_command_method", .label("sip_method")),
                FieldRule("sip_command_user_agent", .keyword(.userAgent)), FieldRule("sip_command_call_id", .label("sip_call_id")),
                FieldRule("sip_addr_uri_user", .keyword(.userName)), FieldRule("dcerpcbind_uuid", .label("dcerpc_uuid")),
                FieldRule("dcerpcrequest_uuid", .label("dcerpc_uuid")), FieldRule("dcerpcrequest_opnum", .label("dcerpc_opnum")),
                FieldRule("dcerpcserviceop_name", .label("dcerpc_operation")), FieldRule("dcerpcserviceop_vuln", .keyword(.ruleName)),
                FieldRule("mssql_fingerprint_hostname", .label("client_host")),
                FieldRule("mssql_fingerprint_appname", .label("client_app")),
                FieldRule("mssql_fingerprint_cltintname", .label("client_interface")),
                FieldRule("mqtt_fingerprint_clientid", .label("mqtt_client")),
                FieldRule("ftp.commands.command", .keyword(.processCommandLine)),
                FieldRule("mqtt_subscribe_command_topic", .label("mqtt_topic")), FieldRule("p0f_genre", .label("p0f_genre")),
                FieldRule("sensor", .keyword(.observerName)),
            ],
        required: ["remote_host", "src_ip", "local_port", "dst_port"],
        claims: [
            Claim(all: ["connection_type", "connection_protocol", "remote_host", "local_host"], likelihood: 95),
            Claim(all: ["connection.protocol", "connection.transport", "src_ip", "dst_port"], none: ["type"], likelihood: 95),
        ],
        refine: { values, record, batch in Dionaea.appendEnds(values, into: &batch) },
        choose: { values in Dionaea.attack(values) })
}

/// What Dionaea's records mean.
enum Dionaea {
    static let classes: [EventClass] = [
        .record("outbound", action: "connection.outbound", message: "honeypot called {remote_host} port {remote_port}"),
        .record("listen", action: "connection.listen", message: "listening on {local_port} {dst_port}"),
        .attack(
            "login", as: .bruteforce, .medium,
            message: "{connection_protocol} {connection.protocol} login {login_username} {credentials.username}"),
        .attack(
            "download", "offer", as: .malware, .high, categories: ["malware", "file"], types: ["creation"], technique: "T1105",
            message: "{connection_protocol} {eventid} {download_url} {offer_url} {download_md5_hash}"),
        .attack("service", "profile", as: .exploit, .high, message: "shellcode {eventid}"),
        .attack("mssql_command", as: .exploit, .medium, technique: "T1059", message: "MS-SQL command {mssql_command_cmd}"),
        .attack("mysql_command", as: .exploit, .low, message: "MySQL {mysql_command_op_name} {mysql_command_arg_data}"),
        .attack("sip_command", as: .recon, .low, message: "SIP {sip_command_method} {sip_addr_uri_user}"),
        .attack("dcerpcbind", as: .recon, .low, message: "DCE/RPC bind {dcerpcbind_uuid}"),
        .attack("dcerpcrequest", as: .recon, .low, message: "DCE/RPC request {dcerpcserviceop_name} {dcerpcrequest_uuid}"),
        .attack("mssql_fingerprint", "mqtt_fingerprint", "p0f", as: .recon, .low, message: "{eventid}"),
        .attack("mqtt_subscribe_command", "mqtt_publish_command", as: .recon, .low, message: "{eventid} {mqtt_subscribe_command_topic}"),
    ]

    /// Dionaea names its services by their daemons.
    static let protocols: Translation = [
        "httpd": "http", "smbd": "smb", "mssqld": "tds", "mysqld": "mysql", "ftpd": "ftp", "tftpd": "tftp", "sipsession": "sip",
        "upnpd": "upnp", "epmapper": "dcerpc", "mqttd": "mqtt", "pptpd": "pptp", "mongod": "mongodb", "memcached": "memcache",
        "printerd": "pjl", "ftpdatalisten": "ftp-data", "ftpdataconnect": "ftp-data", "nfqmirrord": "mirror", "mirrorc": "mirror",
        "mirrord": "mirror", "blackhole": "blackhole", "smtpd": "smtp",
    ]

    /// The class of a record: its `eventid`, but for what the honeypot does itself, and for log_json, which has none.
    static func key(of values: borrowing MappingValues) -> String {
        if isOutbound(values) { return "outbound" }
        if values.string("connection_type") == "listen" || values.string("connection.type") == "listen" { return "listen" }
        let event = values.string("eventid")
        guard event.isEmpty else { return event }
        return values.string("credentials.username").isEmpty && values.string("credentials.password").isEmpty ? "" : "login"
    }

    /// A request that uses a known hole is an exploit; nil leaves it to the class.
    static func attack(_ values: borrowing MappingValues) -> LayoutAttack? {
        values.string("dcerpcserviceop_vuln").isEmpty ? nil : LayoutAttack(.exploit, .high, "T1210")
    }

    /// Whether the honeypot itself called out.
    ///
    /// `connect` is also what Dionaea says of datagram sessions and of SIP, which others began; a call of its own has a local port of the
    /// ephemeral range.
    private static func isOutbound(_ values: borrowing MappingValues) -> Bool {
        guard values.string("connection_type") == "connect", values.string("connection_transport") != "udp" else { return false }
        return Int(values.string("local_port")).map { $0 >= 32_768 } ?? false
    }

    /// Source and destination: the remote end is the source, unless the honeypot itself called out.
    static func appendEnds(_ values: borrowing MappingValues, into batch: inout EventBatch) {
        func text(_ path: String) -> Range<Int> { values.first(values.number(path)) }
        let span = values.text.span
        let localPort = NumberText.integer(span.extracting(text("local_port")))
        let remotePort = NumberText.integer(span.extracting(text("remote_port")))
        func append(_ host: String, _ port: Int64?, _ address: Field, _ domain: Field, _ portField: Field) {
            let host = span.extracting(text(host))
            if let ip = IPAddress(utf8: host) {
                batch.append(address, ip)
            } else if host.count > 0 {
                batch.append(domain, utf8: host)
            }
            if let port, (0...65_535).contains(port), port > 0 || host.count > 0 { batch.append(portField, integer: port) }
        }
        if isOutbound(values) {
            append("local_host", localPort, .sourceIP, .sourceDomain, .sourcePort)
            append("remote_host", remotePort, .destinationIP, .destinationDomain, .destinationPort)
        } else {
            append("remote_host", remotePort, .sourceIP, .sourceDomain, .sourcePort)
            append("local_host", localPort, .destinationIP, .destinationDomain, .destinationPort)
        }
    }
}
