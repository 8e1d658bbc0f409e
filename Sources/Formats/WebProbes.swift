import Model
import Wire

/// Which requests to a web server are attacks: by what they ask for, and by who says to ask.
///
/// The tables hold what no visitor asks for by accident. A path that a site may well have (`/wp-login.php`) is an attack only with a
/// status that says the site has none, or with a failed login.
enum WebProbes {
    struct Probe: Sendable {
        let phrase: String
        let type: AttackType
        let severity: AttackSeverity
        let technique: StaticString
        /// Whether the request is hostile only when the server has nothing there (status 4xx).
        let needsRefusal: Bool

        init(
            _ phrase: String, _ type: AttackType, _ severity: AttackSeverity, _ technique: StaticString = "T1595",
            needsRefusal: Bool = false
        ) {
            self.phrase = phrase
            self.type = type
            self.severity = severity
            self.technique = technique
            self.needsRefusal = needsRefusal
        }
    }

    /// Looked for in the request line and the referrer, the telling ones first.
    static let requests: [Probe] = [
        Probe("${jndi:", .exploit, .high, "T1190"), Probe("%24%7bjndi", .exploit, .high, "T1190"), Probe("() {", .exploit, .high, "T1190"),
        Probe("%28%29%20%7b", .exploit, .high, "T1190"), Probe("org.apache.commons.io", .exploit, .high, "T1190"),
        Probe("java.lang.runtime", .exploit, .high, "T1190"), Probe("class.module.classloader", .exploit, .high, "T1190"),
        Probe("/cgi-bin/luci/;stok", .exploit, .high, "T1190"), Probe("/setup.cgi?next_file", .exploit, .high, "T1190"),
        Probe("/goform/", .exploit, .medium, "T1190"), Probe("/hnap1", .exploit, .medium, "T1190"),
        Probe("/boaform/", .exploit, .medium, "T1190"),
        Probe("/shell?cd+", .exploit, .high, "T1190"), Probe(";wget", .exploit, .high, "T1190"),
        Probe("wget%20http", .exploit, .high, "T1190"),
        Probe("wget+http", .exploit, .high, "T1190"), Probe(";curl", .exploit, .high, "T1190"), Probe("/bin/sh", .exploit, .high, "T1190"),
        Probe("%2fbin%2fsh", .exploit, .high, "T1190"), Probe("cmd.exe", .exploit, .high, "T1190"),
        Probe("/vendor/phpunit", .exploit, .medium, "T1190"), Probe("eval-stdin.php", .exploit, .medium, "T1190"),
        Probe("/_ignition/execute-solution", .exploit, .medium, "T1190"), Probe("invokefunction", .exploit, .medium, "T1190"),
        Probe("allow_url_include", .exploit, .high, "T1190"), Probe("php://input", .exploit, .high, "T1190"),
        Probe("/solr/admin", .exploit, .low, "T1190", needsRefusal: true), Probe("/struts", .exploit, .low, "T1190", needsRefusal: true),
        Probe("%{(#", .exploit, .high, "T1190"), Probe("union+select", .web, .medium, "T1190"),
        Probe("union%20select", .web, .medium, "T1190"),
        Probe("union all select", .web, .medium, "T1190"), Probe("information_schema", .web, .medium, "T1190"),
        Probe("'%20or%20", .web, .medium, "T1190"), Probe("%27%20or%20", .web, .medium, "T1190"), Probe("sleep(", .web, .medium, "T1190"),
        Probe("benchmark(", .web, .medium, "T1190"), Probe("<script", .web, .medium, "T1190"), Probe("%3cscript", .web, .medium, "T1190"),
        Probe("etc/passwd", .web, .medium, "T1190"), Probe("etc%2fpasswd", .web, .medium, "T1190"), Probe("../..", .web, .medium, "T1190"),
        Probe("..%2f..%2f", .web, .medium, "T1190"), Probe("%2e%2e/", .web, .medium, "T1190"), Probe("%%32%65", .web, .medium, "T1190"),
        Probe("win.ini", .web, .medium, "T1190"), Probe("proc/self/environ", .web, .medium, "T1190"),
        Probe("/.env", .scan, .low), Probe("/.git/", .scan, .low), Probe("/.svn/", .scan, .low), Probe("/.aws", .scan, .low),
        Probe("/.ssh/", .scan, .low), Probe("/.htpasswd", .scan, .low), Probe("/.htaccess", .scan, .low), Probe("/.ds_store", .scan, .low),
        Probe("/wp-config", .scan, .low), Probe("/.vscode/", .scan, .low), Probe("/id_rsa", .scan, .low),
        Probe("/server-status", .scan, .low, needsRefusal: true),
        Probe("/phpinfo", .scan, .low, needsRefusal: true), Probe("phpmyadmin", .scan, .low, needsRefusal: true),
        Probe("/pma", .scan, .low, needsRefusal: true), Probe("/myadmin", .scan, .low, needsRefusal: true),
        Probe("/dbadmin", .scan, .low, needsRefusal: true), Probe("/mysqladmin", .scan, .low, needsRefusal: true),
        Probe("mysql-admin", .scan, .low, needsRefusal: true), Probe("/sqladmin", .scan, .low, needsRefusal: true),
        Probe("/adminer", .scan, .low, needsRefusal: true), Probe("/manager/html", .scan, .low, needsRefusal: true),
        Probe("/wp-login", .scan, .low, needsRefusal: true), Probe("/xmlrpc.php", .scan, .low, needsRefusal: true),
        Probe("/wp-admin", .scan, .low, needsRefusal: true), Probe("/wp-content/", .scan, .low, needsRefusal: true),
        Probe("/wp-includes/", .scan, .low, needsRefusal: true), Probe("/wordpress", .scan, .low, needsRefusal: true),
        Probe("/typo3", .scan, .low, needsRefusal: true), Probe("/administrator", .scan, .low, needsRefusal: true),
        Probe("/scripts/setup.php", .scan, .low, needsRefusal: true), Probe("/cgi-bin/", .scan, .low, needsRefusal: true),
        Probe("/actuator", .scan, .low, needsRefusal: true), Probe("/owa/", .scan, .low, needsRefusal: true),
        Probe("/remote/login", .scan, .low, needsRefusal: true), Probe("/autodiscover", .scan, .low, needsRefusal: true),
        Probe("/w00tw00t", .scan, .low), Probe("/azenv.php", .scan, .low), Probe("/console/login", .scan, .low, needsRefusal: true),
        Probe("/roundcube", .scan, .low, needsRefusal: true), Probe("/webmail", .scan, .low, needsRefusal: true),
        Probe("/trackback", .spam, .low), Probe("?author=", .recon, .low), Probe("/wp-json/wp/v2/users", .recon, .low),
        Probe("\\x16\\x03", .scan, .low, "T1046"), Probe("\\x03\\x00\\x00", .scan, .low, "T1046"), Probe("mstshash=", .scan, .low, "T1046"),
    ]

    /// Looked for in the user agent: programs whose only use is to look for weaknesses, and those that send spam.
    static let agents: [(phrase: String, type: AttackType, severity: AttackSeverity)] = [
        ("${jndi:", .exploit, .high), ("() {", .exploit, .high), ("sqlmap", .web, .medium), ("nikto", .scan, .medium),
        ("nessus", .scan, .medium),
        ("nmap", .scan, .low), ("masscan", .scan, .low), ("zgrab", .scan, .low), ("nuclei", .scan, .medium), ("wpscan", .scan, .medium),
        ("acunetix", .scan, .medium), ("netsparker", .scan, .medium), ("openvas", .scan, .medium), ("dirbuster", .scan, .medium),
        ("gobuster", .scan, .medium), ("feroxbuster", .scan, .medium), ("fuzz faster u fool", .scan, .medium), ("wfuzz", .scan, .medium),
        ("hydra", .bruteforce, .medium), ("jorgee", .scan, .low), ("morfeus", .scan, .low), ("zmeu", .scan, .low), ("w3af", .scan, .medium),
        ("havij", .web, .medium), ("arachni", .scan, .medium), ("expanse", .scan, .low), ("censysinspect", .scan, .low),
        ("shodan", .scan, .low),
        ("internet-measurement.com", .scan, .low), ("paloaltonetworks.com", .scan, .low), ("leakix", .scan, .low),
        ("l9explore", .scan, .low),
        ("l9tcpid", .scan, .low), ("netsystemsresearch", .scan, .low), ("project25499", .scan, .low), ("trackback/", .spam, .low),
        ("emailcollector", .spam, .low), ("emailsiphon", .spam, .low), ("emailwolf", .spam, .low), ("extractorpro", .spam, .low),
        ("libwww-perl", .scan, .low), ("hello, world", .exploit, .medium), ("mirai", .malware, .medium),
        ("xmlset_roodkcable", .malware, .medium),
    ]

    private static let requestTable = PhraseTable(requests.map(\.phrase))
    private static let openTable = PhraseTable(requests.filter { !$0.needsRefusal }.map(\.phrase))
    private static let openProbes = requests.filter { !$0.needsRefusal }
    private static let agentTable = PhraseTable(agents.map(\.phrase))

    /// What a request is an attack of; nil when nothing speaks against it.
    static func verdict(request: Span<UInt8>, agent: Span<UInt8>, status: Int64?) -> Verdict? {
        // A proxy that is none was asked to connect elsewhere.
        if request.has("CONNECT "), status != 200 {
            return .attack("proxy_probe", .scan, .low, Verdict.web, ["access"], technique: "T1090")
        }
        let isRefused = status.map { (400..<500).contains($0) } ?? true
        let number = isRefused ? requestTable.first(in: request)?.number : openTable.first(in: request)?.number
        if let number {
            let probe = isRefused ? requests[number] : openProbes[number]
            return .attack("web_probe", probe.type, probe.severity, Verdict.web, ["access"], technique: probe.technique)
        }
        guard agent.count > 0, let found = agentTable.first(in: agent) else { return nil }
        let tool = agents[found.number]
        return .attack(
            "scanner_user_agent", tool.type, tool.severity, Verdict.web, ["access"],
            technique: tool.type == .exploit ? "T1190" : tool.type == .scan || tool.type == .web ? "T1595" : nil)
    }
}
