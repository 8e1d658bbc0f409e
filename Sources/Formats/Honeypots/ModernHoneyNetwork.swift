import Model

extension RecordLayout {
    /// Sessions of the Modern Honey Network (mnemosyne), as mongoexport writes them. There is no destination address.
    static let mhn = RecordLayout(
        name: "mhn", summary: "Modern Honey Network sessions (mongoexport)",
        time: ["timestamp.$date", "timestamp.$date.$numberLong", "timestamp"],
        selectors: ["honeypot", "protocol"],
        classes: [
            .attack("kippo", "cowrie", as: .bruteforce, .low), .attack("* ssh", "* telnet", "* ftp", as: .bruteforce, .low),
            .attack("glastopf", "wordpot", "shockpot", "drupot", "elastichoney", as: .web, .medium),
            .attack("* sip", "* sipsession", as: .recon, .low),
        ],
        otherwise: .attack(as: .scan, .low, message: "{honeypot} {protocol} from {source_ip} to port {destination_port}"),
        rules: Endpoints.long + [
            FieldRule("protocol", .translated(.networkProtocol, Dionaea.protocols)), FieldRule("honeypot", .keyword(.eventAction)),
            FieldRule("identifier", .keyword(.observerName)), FieldRule("_id.$oid", .keyword(.eventCode)),
            FieldRule("hpfeed_id.$oid", .label("hpfeed_id")), FieldRule("session_ssh.version", .keyword(.sshClient)),
            FieldRule("auth_attempts.login", .keyword(.userName)), FieldRule("auth_attempts.password", .keyword(.userPassword)),
            FieldRule("attachments.hashes.md5", .keyword(.fileMD5)), FieldRule("attachments.hashes.sha512", .label("sha512")),
        ],
        required: ["source_ip", "honeypot"],
        claims: [Claim(all: ["source_ip", "honeypot", "identifier"], any: ["hpfeed_id", "hpfeed_id.$oid", "_id.$oid"], likelihood: 95)])
}
