import Model
import Wire

/// What a rule-based sensor (Suricata, Snort) says when a rule fires, wherever it stands in the record.
enum RuleAlert {
    /// Appends family, type, severity, technique and the rule's name.
    ///
    /// Types come from the table that Suricata's alerts use, preceded by Snort's own prefixes; what those leave open is read from words
    /// in the signature, because local rules have neither.
    static func append(
        signature: Span<UInt8>, classification: Span<UInt8>, priority: Int64?, isICMP: Bool, into batch: inout EventBatch
    ) {
        // Snort writes `none` and Suricata `(null)` for what is not classified.
        let isUnnamed = classification.equals("none") || classification.equals("(null)")
        let category = classification.extracting(0..<(isUnnamed ? 0 : classification.count))
        let type = RuleAlerts.type(signature: signature, category: category, isICMP: isICMP)
        let stated = priority.flatMap { $0 > 0 ? $0 : nil }
        let severity = SuricataAlerts.severity(priority: stated, category: category, type: type, isCritical: false)
        batch.append(.eventFamily, "attack")
        batch.append(.attackType, type.name)
        batch.append(.attackSeverity, severity.name)
        if type == .scan { batch.append(.threatTechniqueID, "T1046") }
        if type == .bruteforce { batch.append(.threatTechniqueID, "T1110") }
        batch.append(.eventKind, "alert")
        batch.append(.eventCategory, "network")
        batch.append(.eventCategory, "intrusion_detection")
        batch.append(.eventType, "info")
        batch.append(.observerType, "ids")
        if signature.count > 0 { batch.append(.ruleName, utf8: signature) }
        if category.count > 0 { batch.append(.ruleCategory, utf8: category) }
        if let priority { batch.append(.eventSeverity, integer: priority) }
    }
}

/// Tables for Snort's own rule sets and for local rules; the classification's table is Suricata's.
enum RuleAlerts {
    /// The categories that Snort's rules begin their message with.
    static let prefixes: [(prefix: String, type: AttackType)] = [
        ("INDICATOR-SCAN", .scan), ("INDICATOR-SHELLCODE", .exploit), ("INDICATOR-COMPROMISE", .malware),
        ("INDICATOR-OBFUSCATION", .exploit),
        ("MALWARE-CNC", .malware), ("MALWARE-BACKDOOR", .malware), ("MALWARE-OTHER", .malware), ("MALWARE-TOOLS", .malware),
        ("BLACKLIST", .malware), ("EXPLOIT-KIT", .malware), ("PUA-ADWARE", .malware), ("PUA-TOOLBARS", .malware), ("PUA-P2P", .policy),
        ("PUA-OTHER", .policy), ("SERVER-WEBAPP", .web), ("SERVER-APACHE", .web), ("SERVER-IIS", .web), ("SERVER-MAIL", .exploit),
        ("SERVER-MSSQL", .exploit), ("SERVER-MYSQL", .exploit), ("SERVER-ORACLE", .exploit), ("SERVER-SAMBA", .exploit),
        ("SERVER-OTHER", .exploit), ("BROWSER-IE", .web), ("BROWSER-FIREFOX", .web), ("BROWSER-CHROME", .web), ("BROWSER-WEBKIT", .web),
        ("BROWSER-PLUGINS", .web), ("BROWSER-OTHER", .web), ("OS-WINDOWS", .exploit), ("OS-LINUX", .exploit), ("OS-MOBILE", .exploit),
        ("OS-OTHER", .exploit), ("OS-SOLARIS", .exploit), ("FILE-OFFICE", .exploit), ("FILE-PDF", .exploit), ("FILE-FLASH", .exploit),
        ("FILE-JAVA", .exploit), ("FILE-IMAGE", .exploit), ("FILE-MULTIMEDIA", .exploit), ("FILE-EXECUTABLE", .malware),
        ("FILE-IDENTIFY", .policy), ("FILE-OTHER", .exploit), ("PROTOCOL-ICMP", .recon), ("PROTOCOL-SNMP", .recon),
        ("PROTOCOL-FINGER", .recon), ("PROTOCOL-RPC", .recon), ("PROTOCOL-SCADA", .exploit), ("PROTOCOL-VOIP", .exploit),
        ("PROTOCOL-FTP", .exploit), ("PROTOCOL-TELNET", .bruteforce), ("POLICY-OTHER", .policy), ("POLICY-SPAM", .spam),
        ("POLICY-SOCIAL", .policy), ("POLICY-MULTIMEDIA", .policy), ("APP-DETECT", .policy), ("SQL", .web), ("(portscan)", .scan),
        ("(port_scan)", .scan), ("(spp_sfportscan)", .scan), ("(stream_tcp)", .policy), ("(http_inspect)", .policy), ("(ipv4)", .policy),
        ("(arp_spoof)", .exploit),
    ]

    /// What a local rule's words mean, the telling ones first.
    static let words: [(word: String, type: AttackType)] = [
        ("sql injection", .web), ("xss", .web), ("cross-site", .web), ("cross site", .web), ("directory traversal", .web),
        ("path traversal", .web), ("webshell", .web), ("web shell", .web), ("log4j", .exploit), ("brute force", .bruteforce),
        ("bruteforce", .bruteforce), ("brute-force", .bruteforce), ("failed login", .bruteforce), ("login attempt", .bruteforce),
        ("ddos", .dos), ("denial of service", .dos), ("flood", .dos), ("amplification", .dos), ("ransom", .malware), ("trojan", .malware),
        ("malware", .malware), ("backdoor", .malware), ("botnet", .malware), ("command and control", .malware), ("c2 ", .malware),
        ("coinminer", .malware), ("phish", .phishing), ("spam", .spam), ("nmap", .scan), ("masscan", .scan), ("scan", .scan),
        ("sweep", .scan), ("exploit", .exploit), ("overflow", .exploit), ("shellcode", .exploit), ("injection", .exploit),
        ("cve-", .exploit), ("reverse shell", .exploit), ("rst injection", .exploit), ("spoof", .exploit), ("ping", .recon),
        ("icmp", .recon), ("recon", .recon), ("traceroute", .recon), ("probe", .recon), ("suspicious", .policy), ("policy", .policy),
        ("not allowed", .policy), ("unauthorized", .policy),
    ]

    private static let prefixTable = NameTable(prefixes.map(\.prefix))
    private static let wordTable = PhraseTable(words.map(\.word))

    /// The type of an alert; `other` is what nothing tells.
    static func type(signature: Span<UInt8>, category: Span<UInt8>, isICMP: Bool) -> AttackType {
        let first = signature.wordEnd(from: 0)
        if let number = prefixTable.number(signature.extracting(0..<first)) { return prefixes[number].type }
        let known = SuricataAlerts.type(signature: signature, category: category, isICMP: isICMP)
        guard known == .other || known == .policy && category.count == 0 else { return known }
        return wordTable.first(in: signature).map { words[$0.number].type } ?? known
    }
}
