import Model
import Wire

/// Which of Zeek's notices, weirds and logins are attacks. What is in no table is a record.
enum ZeekAttacks {
    /// Notices of Zeek's own scripts and of well-known packages, by name.
    static let notices: [(note: String, verdict: Verdict)] = [
        ("Scan::Address_Scan", attack(.scan, .medium, "T1046")), ("Scan::Port_Scan", attack(.scan, .medium, "T1046")),
        ("Scan::Random_Scan", attack(.scan, .medium, "T1046")), ("Traceroute::Detected", attack(.recon, .low, nil)),
        ("SSH::Password_Guessing", attack(.bruteforce, .medium, "T1110")),
        ("SSH::Login_By_Password_Guesser", attack(.bruteforce, .high, "T1110")),
        ("FTP::Bruteforcing", attack(.bruteforce, .medium, "T1110")),
        ("FTP::Site_Exec_Success", attack(.exploit, .high, nil)), ("HTTP::SQL_Injection_Attacker", attack(.web, .high, "T1190")),
        ("HTTP::SQL_Injection_Victim", attack(.web, .high, "T1190")), ("Heartbleed::SSL_Heartbeat_Attack", attack(.exploit, .high, nil)),
        ("Heartbleed::SSL_Heartbeat_Attack_Success", attack(.exploit, .critical, nil)),
        ("Heartbleed::SSL_Heartbeat_Odd_Length", attack(.exploit, .medium, nil)),
        ("Heartbleed::SSL_Heartbeat_Many_Requests", attack(.exploit, .medium, nil)),
        ("TeamCymruMalwareHashRegistry::Match", attack(.malware, .high, nil)), ("Intel::Notice", attack(.malware, .medium, nil)),
        ("Signatures::Sensitive_Signature", attack(.exploit, .medium, nil)),
        ("Signatures::Multiple_Signatures", attack(.exploit, .medium, nil)),
        ("Signatures::Multiple_Sig_Responders", attack(.scan, .medium, "T1046")),
        ("SMTP::Blocklist_Blocked_Host", attack(.spam, .low, nil)), ("SMTP::Suspicious_Origination", attack(.spam, .low, nil)),
        ("CVE_2021_44228::LOG4J_SUCCESS", attack(.exploit, .critical, "T1190")),
    ]

    /// Words in the names of other notices, the telling ones first.
    static let noticeWords: [(word: String, verdict: Verdict)] = [
        ("log4j", attack(.exploit, .high, "T1190")), ("sql_injection", attack(.web, .high, "T1190")),
        ("scan", attack(.scan, .medium, "T1046")),
        ("guessing", attack(.bruteforce, .medium, "T1110")), ("brute", attack(.bruteforce, .medium, "T1110")),
        ("attack::", attack(.exploit, .high, nil)), ("cve_", attack(.exploit, .high, nil)), ("eternal", attack(.exploit, .high, nil)),
        ("exploit", attack(.exploit, .high, nil)), ("overflow", attack(.exploit, .medium, nil)), ("injection", attack(.web, .medium, nil)),
        ("mimikatz", attack(.malware, .high, nil)), ("malware", attack(.malware, .high, nil)), ("trojan", attack(.malware, .high, nil)),
        ("backdoor", attack(.malware, .high, nil)), ("ransom", attack(.malware, .high, nil)), ("botnet", attack(.malware, .high, nil)),
        ("ddos", attack(.dos, .medium, nil)), ("flood", attack(.dos, .medium, nil)), ("phish", attack(.phishing, .medium, nil)),
        ("attack", attack(.exploit, .medium, nil)),
    ]

    /// Weirds that traffic gets only when somebody means to evade, scan or flood.
    static let weirds: [(name: String, verdict: Verdict)] = [
        ("fragment_overlap", attack(.exploit, .low, nil)), ("fragment_inconsistency", attack(.exploit, .low, nil)),
        ("fragment_size_inconsistency", attack(.exploit, .low, nil)), ("fragment_protocol_inconsistency", attack(.exploit, .low, nil)),
        ("excessively_small_fragment", attack(.exploit, .low, nil)), ("excessively_large_fragment", attack(.exploit, .low, nil)),
        ("TCP_christmas", attack(.scan, .low, "T1046")), ("baroque_SYN", attack(.scan, .low, "T1046")),
        ("FIN_storm", attack(.dos, .low, nil)),
        ("RST_storm", attack(.dos, .low, nil)), ("double_%_in_URI", attack(.web, .low, nil)),
        ("HTTP_overlapping_messages", attack(.web, .low, nil)),
    ]

    static let intel = attack(.malware, .medium, nil)
    static let signature = attack(.exploit, .medium, nil)
    static let traceroute = attack(.recon, .low, nil)
    static let failedLogin = Verdict.failedLogin()

    private static let noticeTable = NameTable(notices.map(\.note))
    private static let wordTable = PhraseTable(noticeWords.map(\.word))
    private static let weirdTable = NameTable(weirds.map(\.name))

    private static func attack(_ type: AttackType, _ severity: AttackSeverity, _ technique: StaticString?) -> Verdict {
        .attack(nil, type, severity, technique: technique, kind: "alert")
    }

    /// What a notice is; nil when it is no attack.
    static func notice(_ note: Span<UInt8>) -> Verdict? {
        if let number = noticeTable.number(note) { return notices[number].verdict }
        // Zeek's SSL and software notices speak of servers, not of intruders.
        if note.has("SSL::") || note.has("Software::") || note.has("PacketFilter::") || note.has("CaptureLoss::") { return nil }
        return wordTable.first(in: note).map { noticeWords[$0.number].verdict }
    }

    /// What a weird is; nil when it is no attack.
    static func weird(_ name: Span<UInt8>) -> Verdict? { weirdTable.number(name).map { weirds[$0].verdict } }

    /// Kerberos errors that mean a wrong password or a guessed name.
    static func isKerberosGuess(_ error: Span<UInt8>) -> Bool {
        error.equals("KDC_ERR_PREAUTH_FAILED") || error.equals("KDC_ERR_C_PRINCIPAL_UNKNOWN")
    }
}
