import Model

extension RecordLayout {
    /// qeeqbox honeypots: thirty services in one, ports as text. Old versions say `server` where new ones say `protocol`.
    static let qeeqbox = RecordLayout(
        name: "qeeqbox", summary: "qeeqbox honeypots, JSON log", time: ["timestamp"], selectors: ["action"],
        key: { values in Qeeqbox.key(of: values) },
        classes: [
            .record("process", categories: ["host"], message: "{protocol} {server} {action} {status}"),
            .attack("connection", as: .scan, .low),
            .attack("login success", as: .bruteforce, .high),
            .attack("login", as: .bruteforce, .medium, message: "{protocol} {server} login {username}"),
            .attack("get", "post", "head", "put", "options", as: .web, .low),
            .attack("query ntp", "stats", "request memcache", as: .dos, .low, technique: "T1498.002"),
            .attack("request sip", "query", "request", "list", "dns_query", as: .recon, .low),
            .attack("command", as: .exploit, .medium, technique: "T1059"),
            .attack("file_upload", "upload", "put_file", as: .malware, .high, technique: "T1105"),
        ],
        preambles: ["Version:"], otherwise: .attack(as: .scan, .low, message: "{protocol} {server} {action} {data} {data.cmd} {data.data}"),
        rules: Endpoints.short + Endpoints.credentials() + [
            FieldRule("protocol", .translated(.networkProtocol, Qeeqbox.protocols)),
            FieldRule("server", .translated(.networkProtocol, Qeeqbox.protocols)),
            FieldRule("status", .translated(.eventOutcome, ["failed": "failure", "success": "success"])),
            FieldRule("data", .keyword(.payloadPrintable)), FieldRule("data.cmd", .keyword(.processCommandLine)),
            FieldRule("data.command", .keyword(.processCommandLine)), FieldRule("data.data", .keyword(.payloadPrintable)),
            FieldRule("data.User-Agent", .keyword(.userAgent)), FieldRule("data.user-agent", .keyword(.userAgent)),
        ],
        required: ["action"],
        claims: [
            Claim(
                all: ["action", "src_ip", "src_port", "dest_ip", "dest_port", "timestamp"], any: ["protocol", "server"],
                none: ["eventid", "event_type", "type"])
        ])
}

/// The protocols behind qeeqbox's names of servers.
enum Qeeqbox {
    /// The class of a record: its action, with what makes a difference.
    static func key(of values: borrowing MappingValues) -> String {
        let action = values.string("action").lowercased()
        let service = (values.string("protocol") + values.string("server")).lowercased().replacing("_server", with: "")
        switch (action, service) {
        case ("login", _): return values.string("status") == "success" ? "login success" : action
        case ("query", "ntp"), ("request", "memcache"), ("request", "sip"): return "\(action) \(service)"
        default: return action
        }
    }

    static let protocols: Translation = [
        "dns_server": "dns", "elastic_server": "elasticsearch", "ftp_server": "ftp", "http_server": "http", "https_server": "https",
        "http_proxy_server": "http", "httpproxy": "http", "imap_server": "imap", "irc_server": "irc", "ldap_server": "ldap",
        "memcache_server": "memcache", "mssql_server": "tds", "mssql": "tds", "mysql_server": "mysql", "ntp_server": "ntp",
        "oracle_server": "oracle", "pop3_server": "pop3", "postgres_server": "postgresql", "postgres": "postgresql", "rdp_server": "rdp",
        "redis_server": "redis", "sip_server": "sip", "smb_server": "smb", "smtp_server": "smtp", "snmp_server": "snmp",
        "socks5_server": "socks", "socks5": "socks", "ssh_server": "ssh", "telnet_server": "telnet", "vnc_server": "vnc",
        "dhcp_server": "dhcp", "ipp_server": "ipp", "pjl_server": "pjl",
    ]
}
