import Model
import Wire

/// What an alert is an attack of, from its signature's prefix, its category and its protocol.
///
/// A prefix of the Emerging Threats and GPL rule sets says more than the category ("Potentially Bad Traffic" covers scans as well as
/// policy), so it comes first. The categories are those of Suricata's classification.config.
enum SuricataAlerts {
    /// The first two words of signatures, or the first alone.
    static let prefixes: [(prefix: String, type: AttackType)] = [
        ("ET SCAN", .scan), ("ETPRO SCAN", .scan), ("GPL SCAN", .scan), ("ET CINS", .scan), ("ET 3CORESec", .scan), ("ET DROP", .scan),
        ("ET COMPROMISED", .scan), ("ET DSHIELD", .scan), ("ET CIARMY", .scan),
        ("ET RECON", .recon), ("GPL ICMP_INFO", .recon), ("GPL ICMP", .recon), ("GPL SNMP", .recon), ("ET SNMP", .recon),
        ("GPL RPC", .recon),
        ("ET MALWARE", .malware), ("ETPRO MALWARE", .malware), ("ET TROJAN", .malware), ("ETPRO TROJAN", .malware), ("ET CNC", .malware),
        ("ET WORM", .malware), ("ET MOBILE_MALWARE", .malware), ("ETPRO MOBILE_MALWARE", .malware), ("ET COINMINER", .malware),
        ("ETPRO COINMINER", .malware), ("ET ADWARE_PUP", .malware), ("ETPRO ADWARE_PUP", .malware), ("ET BOTCC", .malware),
        ("ET JA3", .malware), ("ET ATTACK_RESPONSE", .malware), ("GPL ATTACK_RESPONSE", .malware), ("ET EXPLOIT_KIT", .malware),
        ("ET WEB_SERVER", .web), ("ET WEB_SPECIFIC_APPS", .web), ("ETPRO WEB_SERVER", .web), ("ETPRO WEB_SPECIFIC_APPS", .web),
        ("ET WEB_CLIENT", .web), ("ETPRO WEB_CLIENT", .web), ("GPL WEB_SERVER", .web), ("GPL WEB_CLIENT", .web), ("ET PHP", .web),
        ("ET ACTIVEX", .web), ("GPL ACTIVEX", .web),
        ("ET DOS", .dos), ("ETPRO DOS", .dos), ("GPL DOS", .dos), ("ET DDOS", .dos),
        ("ET EXPLOIT", .exploit), ("ETPRO EXPLOIT", .exploit), ("GPL EXPLOIT", .exploit), ("ET SHELLCODE", .exploit),
        ("GPL SHELLCODE", .exploit), ("ET NETBIOS", .exploit), ("GPL NETBIOS", .exploit), ("ET SCADA", .exploit), ("ET VOIP", .exploit),
        ("GPL VOIP", .exploit), ("ET SQL", .exploit), ("GPL SQL", .exploit), ("ET TELNET", .bruteforce), ("GPL TELNET", .bruteforce),
        ("GPL FTP", .bruteforce),
        ("ET PHISHING", .phishing), ("ETPRO PHISHING", .phishing), ("ET CURRENT_EVENTS", .phishing), ("ETPRO CURRENT_EVENTS", .phishing),
        ("ET SMTP", .spam), ("GPL SMTP", .spam),
        ("ET POLICY", .policy), ("ETPRO POLICY", .policy), ("GPL POLICY", .policy), ("ET INFO", .policy), ("ETPRO INFO", .policy),
        ("ET TOR", .policy), ("ET P2P", .policy), ("GPL P2P", .policy), ("ET CHAT", .policy), ("GPL CHAT", .policy), ("ET GAMES", .policy),
        ("ET HUNTING", .policy), ("ETPRO HUNTING", .policy), ("ET USER_AGENTS", .policy), ("ET DNS", .policy), ("ET FTP", .policy),
        ("ET INAPPROPRIATE", .policy), ("ET DYN_DNS", .policy), ("ET FILE_SHARING", .policy), ("ET REMOTE_ACCESS", .policy),
        ("SURICATA", .policy), ("GPL MISC", .recon), ("ET ICMP", .recon), ("GPL", .exploit),
    ]

    /// Categories (the text of classification.config) to what they mean; the severity is a floor.
    static let categories: [(category: String, type: AttackType, floor: AttackSeverity)] = [
        ("Not Suspicious Traffic", .policy, .low),
        ("Unknown Traffic", .policy, .low),
        ("Potentially Bad Traffic", .policy, .low),
        ("Attempted Information Leak", .recon, .medium),
        ("Information Leak", .recon, .medium),
        ("Large Scale Information Leak", .recon, .high),
        ("Attempted Denial of Service", .dos, .medium),
        ("Denial of Service", .dos, .high),
        ("Detection of a Denial of Service Attack", .dos, .medium),
        ("Attempted User Privilege Gain", .exploit, .high),
        ("Unsuccessful User Privilege Gain", .exploit, .medium),
        ("Successful User Privilege Gain", .exploit, .critical),
        ("Attempted Administrator Privilege Gain", .exploit, .high),
        ("Successful Administrator Privilege Gain", .exploit, .critical),
        ("Decode of an RPC Query", .recon, .low),
        ("Executable code was detected", .exploit, .high),
        ("A suspicious string was detected", .policy, .low),
        ("A suspicious filename was detected", .policy, .low),
        ("An attempted login using a suspicious username was detected", .bruteforce, .medium),
        ("Attempt to login by a default username and password", .bruteforce, .medium),
        ("A system call was detected", .exploit, .medium),
        ("A TCP connection was detected", .scan, .low),
        ("A Network Trojan was detected", .malware, .high),
        ("A Network Trojan was Detected", .malware, .high),
        ("A client was using an unusual port", .policy, .low),
        ("Detection of a Network Scan", .scan, .low),
        ("Detection of a non-standard protocol or event", .policy, .low),
        ("Generic Protocol Command Decode", .policy, .low),
        ("access to a potentially vulnerable web application", .web, .low),
        ("Access to a potentially vulnerable web application", .web, .low),
        ("Web Application Attack", .web, .medium),
        ("Misc activity", .policy, .low),
        ("Misc Attack", .scan, .low),
        ("Generic ICMP event", .recon, .low),
        ("Inappropriate Content was Detected", .policy, .low),
        ("Potential Corporate Privacy Violation", .policy, .low),
        ("Targeted Malicious Activity was Detected", .malware, .critical),
        ("Exploit Kit Activity Detected", .malware, .high),
        ("Device Retrieving External IP Address Detected", .recon, .low),
        ("Domain Observed Used for C2 Detected", .malware, .high),
        ("Possibly Unwanted Program Detected", .malware, .low),
        ("Successful Credential Theft Detected", .phishing, .critical),
        ("Possible Social Engineering Attempted", .phishing, .medium),
        ("Crypto Currency Mining Activity Detected", .malware, .medium),
        ("Malware Command and Control Activity Detected", .malware, .critical),
    ]

    private static let categoryTable = NameTable(categories.map(\.category))
    private static let prefixTable = NameTable(prefixes.map(\.prefix))

    /// The type of an alert. `other` is what neither the signature nor the category nor the protocol tells.
    static func type(signature: Span<UInt8>, category: Span<UInt8>, isICMP: Bool) -> AttackType {
        let first = wordEnd(signature, from: 0)
        if first < signature.count {
            let second = wordEnd(signature, from: first + 1)
            if let number = prefixTable.number(signature.extracting(0..<second)) ?? prefixTable.number(signature.extracting(0..<first)) {
                return prefixes[number].type
            }
        }
        if let number = categoryTable.number(category) { return categories[number].type }
        return isICMP ? .recon : .other
    }

    /// The severity of an alert: the rule's priority (1 is worst), raised to the category's floor; policy stays low.
    static func severity(priority: Int64?, category: Span<UInt8>, type: AttackType, isCritical: Bool) -> AttackSeverity {
        let floor = categoryTable.number(category).map { categories[$0].floor } ?? .low
        if isCritical { return .critical }
        if type == .policy { return floor >= .high ? .medium : .low }
        let stated: AttackSeverity =
            switch priority {
            case 1: .high
            case 2: .medium
            default: .low
            }
        return max(stated, floor)
    }

    /// The offset of the first blank at or behind `start`, or the end.
    private static func wordEnd(_ text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at < text.count, text[at] != UInt8(ascii: " ") { at += 1 }
        return at
    }
}
