import Model

extension RecordLayout {
    /// OpenCanary: numbered kinds of events, details in `logdata` whose keys differ in case and have blanks.
    static let opencanary = RecordLayout(
        name: "opencanary", summary: "OpenCanary honeypot, JSON log", time: ["utc_time", "local_time_adjusted", "local_time"],
        timesInUTC: ["utc_time"],
        selectors: ["logtype"], classes: OpenCanary.classes, otherwise: .attack(as: .scan, .low, message: "logtype {logtype}"),
        rules: Endpoints.credentials("logdata.USERNAME", "logdata.PASSWORD") + [
            FieldRule("logtype", .keyword(.eventCode)), FieldRule("logtype", .translated(.networkProtocol, OpenCanary.protocols)),
            FieldRule("node_id", .keyword(.observerName)), FieldRule("src_host", .address(.sourceIP, domain: .sourceDomain)),
            FieldRule("src_port", .port(.sourcePort)), FieldRule("dst_host", .address(.destinationIP, domain: .destinationDomain)),
            FieldRule("dst_port", .port(.destinationPort)), FieldRule("logdata.username", .keyword(.userName)),
            FieldRule("logdata.password", .keyword(.userPassword)), FieldRule("logdata.UserName", .keyword(.userName)),
            FieldRule("logdata.VNC Password", .keyword(.userPassword)), FieldRule("logdata.DOMAIN", .label("domain")),
            FieldRule("logdata.PATH", .requestTarget), FieldRule("logdata.URL", .keyword(.urlFull)),
            FieldRule("logdata.HOSTNAME", .keyword(.urlDomain)), FieldRule("logdata.USERAGENT", .keyword(.userAgent)),
            FieldRule("logdata.REMOTEVERSION", .keyword(.sshClient)), FieldRule("logdata.LOCALVERSION", .keyword(.sshServer)),
            FieldRule("logdata.SESSION", .keyword(.sessionID)), FieldRule("logdata.FILENAME", .keyword(.fileName)),
            FieldRule("logdata.CMD", .keyword(.processCommandLine)), FieldRule("logdata.ARGS", .label("arguments")),
            FieldRule("logdata.NTP CMD", .label("ntp_command")), FieldRule("logdata.REQUESTS", .label("requests")),
            FieldRule("logdata.HEADERS.user-agent", .keyword(.userAgent)), FieldRule("logdata.PROTO", .lowercased(.networkTransport)),
            FieldRule("logdata.SRC", .label("portscan_source")), FieldRule("logdata.SHARENAME", .label("share")),
            FieldRule("honeycred", .label("honeycred")),
        ],
        required: ["logtype"],
        claims: [Claim(all: ["logtype", "node_id", "logdata"], likelihood: 95)])
}

/// What OpenCanary's `logtype` means (its `logger.py` names them).
enum OpenCanary {
    static let classes: [EventClass] = [
        .record("1000", "1001", "1002", "1003", "1004", "1005", "1006", action: "canary", categories: ["host"]),
        .attack("2000", as: .bruteforce, .medium, action: "ftp.login", message: "FTP login {logdata.USERNAME}"),
        .attack("2001", as: .bruteforce, .medium, action: "ftp.auth"),
        .attack("3000", as: .recon, .low, action: "http.get", message: "HTTP GET {logdata.PATH}"),
        .attack("3001", as: .bruteforce, .medium, action: "http.login", message: "HTTP login {logdata.USERNAME} {logdata.PATH}"),
        .attack("3002", "3003", "3004", "3005", as: .recon, .low, action: "http.request", message: "HTTP {logdata.PATH}"),
        .attack("4000", as: .scan, .low, action: "ssh.connect", message: "SSH connection"),
        .attack("4001", as: .scan, .low, action: "ssh.version", message: "SSH version {logdata.REMOTEVERSION}"),
        .attack("4002", as: .bruteforce, .medium, action: "ssh.login", message: "SSH login {logdata.USERNAME}"),
        .attack("5000", as: .recon, .medium, action: "smb.file_open", message: "SMB file opened {logdata.FILENAME}"),
        .attack("5001", as: .scan, .low, action: "portscan.syn"), .attack("5002", as: .scan, .low, action: "portscan.nmap_os"),
        .attack("5003", as: .scan, .low, action: "portscan.nmap_null"), .attack("5004", as: .scan, .low, action: "portscan.nmap_xmas"),
        .attack("5005", as: .scan, .low, action: "portscan.nmap_fin"),
        .attack("6001", as: .bruteforce, .medium, action: "telnet.login", message: "Telnet login {logdata.USERNAME}"),
        .attack("6002", as: .scan, .low, action: "telnet.connect"),
        .attack("7001", as: .bruteforce, .medium, action: "proxy.login", message: "HTTP proxy login {logdata.USERNAME}"),
        .attack("8001", as: .bruteforce, .medium, action: "mysql.login", message: "MySQL login {logdata.USERNAME}"),
        .attack("9001", "9002", as: .bruteforce, .medium, action: "mssql.login", message: "MS-SQL login {logdata.UserName}"),
        .attack("9003", as: .scan, .low, action: "mssql.connect"),
        .attack("10001", as: .recon, .medium, action: "tftp.request", message: "TFTP {logdata.FILENAME}"),
        .attack("11001", as: .dos, .low, action: "ntp.monlist", technique: "T1498.002", message: "NTP {logdata.NTP CMD}"),
        .attack("12001", as: .bruteforce, .medium, action: "vnc.login", message: "VNC login"),
        .attack("13001", as: .recon, .low, action: "snmp.request", message: "SNMP {logdata.REQUESTS}"),
        .attack("14001", as: .bruteforce, .medium, action: "rdp.login", message: "RDP login {logdata.USERNAME}"),
        .attack("15001", as: .recon, .low, action: "sip.request", message: "SIP request"),
        .attack("16001", as: .recon, .low, action: "git.clone", message: "git clone"),
        .attack("17001", as: .exploit, .medium, action: "redis.command", message: "Redis {logdata.CMD} {logdata.ARGS}"),
        .attack("18001", "18002", "18003", "18004", "18005", as: .scan, .low, action: "tcp.banner"),
        .attack("19001", as: .bruteforce, .medium, action: "llmnr.answer"),
        .record("99000", "99001", "99002", "99003", "99004", "99005", "99006", "99007", "99008", "99009", action: "user_module"),
    ]

    static let protocols: Translation = [
        "1000": "opencanary", "1001": "opencanary", "1002": "opencanary", "1003": "opencanary", "1004": "opencanary", "1005": "opencanary",
        "1006": "opencanary", "2000": "ftp", "2001": "ftp", "3000": "http", "3001": "http", "3002": "http", "3003": "http", "3004": "http",
        "3005": "http", "4000": "ssh", "4001": "ssh", "4002": "ssh", "5000": "smb", "5001": "tcp", "5002": "tcp", "5003": "tcp",
        "5004": "tcp", "5005": "tcp", "6001": "telnet", "6002": "telnet", "7001": "http", "8001": "mysql", "9001": "tds", "9002": "tds",
        "9003": "tds", "10001": "tftp", "11001": "ntp", "12001": "vnc", "13001": "snmp", "14001": "rdp", "15001": "sip", "16001": "git",
        "17001": "redis", "18001": "tcp", "18002": "tcp", "18003": "tcp", "18004": "tcp", "18005": "tcp", "19001": "llmnr",
    ]
}
