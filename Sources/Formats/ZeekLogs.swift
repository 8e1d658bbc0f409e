import Model
import Wire

extension Zeek {
    /// How the records of one log are filed.
    struct Log: Sendable {
        let name: String
        let verdict: Verdict
        /// The protocol that the log is about; nil when the record says it or none is meant.
        let protocolName: StaticString?
        /// The values that make the message, joined by blanks behind the log's name.
        let message: [Path]

        init(_ name: String, _ categories: [StaticString], _ types: [StaticString], protocolName: StaticString? = nil, _ message: [Path]) {
            self.name = name
            verdict = .record(nil, categories, types, kind: name == "stats" || name == "capture_loss" ? "metric" : "event")
            self.protocolName = protocolName
            self.message = message
        }
    }

    /// Every log that has a mapping of its own.
    static let logs: [Log] = [
        Log("conn", ["network"], ["connection", "end"], [.proto, .service, .state]),
        Log("dns", ["network"], ["protocol"], protocolName: "dns", [.query, .queryType, .responseCode]),
        Log("http", ["network", "web"], ["protocol", "access"], protocolName: "http", [.method, .host, .uri, .status]),
        Log("ssl", ["network"], ["protocol"], protocolName: "tls", [.serverName, .version, .cipher]),
        Log("ssh", ["network"], ["protocol"], protocolName: "ssh", [.authSuccess]),
        Log("notice", ["network"], ["info"], [.note, .msg]),
        Log("weird", ["network"], ["protocol"], [.name]),
        Log("rdp", ["network"], ["protocol"], protocolName: "rdp", [.result, .cookie]),
        Log("files", ["network", "file"], ["info"], [.mimeType]),
        Log("dhcp", ["network"], ["protocol"], protocolName: "dhcp", [.assigned]),
        Log("modbus", ["network"], ["protocol"], protocolName: "modbus", [.function]),
        Log("dnp3", ["network"], ["protocol"], protocolName: "dnp3", []),
        Log("x509", ["network"], ["info"], [.certificateSerial]),
        Log("smtp", ["network", "email"], ["protocol"], protocolName: "smtp", [.mailFrom]),
        Log("ftp", ["network"], ["protocol"], protocolName: "ftp", [.command, .ftpReply]),
        Log("ntlm", ["network", "authentication"], ["protocol"], protocolName: "ntlm", [.ntlmSuccess]),
        Log("kerberos", ["network", "authentication"], ["protocol"], protocolName: "kerberos", [.ntlmSuccess, .reason]),
        Log("radius", ["network", "authentication"], ["protocol"], protocolName: "radius", [.result]),
        Log("smb_mapping", ["network"], ["protocol"], protocolName: "smb", [.sharePath]),
        Log("smb_files", ["network", "file"], ["protocol"], protocolName: "smb", [.name]),
        Log("dce_rpc", ["network"], ["protocol"], protocolName: "dce_rpc", []),
        Log("dpd", ["network"], ["protocol", "error"], [.analyzer]),
        Log("software", ["network"], ["info"], [.software, .name]),
        Log("stats", [], ["info"], []),
        Log("capture_loss", [], ["info"], []),
        Log("syslog", ["network"], ["protocol"], protocolName: "syslog", []),
        Log("ntp", ["network"], ["protocol"], protocolName: "ntp", []),
        Log("intel", ["network"], ["info"], [.indicator]),
        Log("signatures", ["network"], ["info"], [.note]),
        Log("traceroute", ["network"], ["info"], []),
        Log("tunnel", ["network"], ["connection"], []),
        Log("snmp", ["network"], ["protocol"], protocolName: "snmp", []),
        Log("sip", ["network"], ["protocol"], protocolName: "sip", [.method, .uri]),
        Log("irc", ["network"], ["protocol"], protocolName: "irc", [.command]),
        Log("rfb", ["network"], ["protocol"], protocolName: "vnc", [.authSuccess]),
        Log("mysql", ["network", "database"], ["protocol"], protocolName: "mysql", [.command]),
    ]

    static let logTable = NameTable(logs.map(\.name))

    /// Which log a JSON record without `_path` belongs to, by a value that only that log has.
    static let tellingPaths: [(path: Path, log: String)] = [
        (.note, "notice"), (.state, "conn"), (.authSuccess, "ssh"), (.hostKey, "ssh"), (.function, "modbus"), (.queryType, "dns"),
        (.query, "dns"), (.method, "http"), (.cipher, "ssl"), (.serverName, "ssl"), (.analyzer, "dpd"), (.software, "software"),
        (.certificateSerial, "x509"), (.indicator, "intel"), (.mailFrom, "smtp"), (.cookie, "rdp"), (.ftpReply, "ftp"),
        (.assigned, "dhcp"), (.mimeType, "files"), (.ntlmSuccess, "ntlm"), (.name, "weird"), (.service, "conn"), (.statsMemory, "stats"),
    ]
}
