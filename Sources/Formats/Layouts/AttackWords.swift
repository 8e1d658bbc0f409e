import Model

/// What an attack is by words in the names of rules and vulnerabilities, for feeds whose own types do not tell.
enum AttackWords {
    /// Parts of names in lower case, the first that fits.
    static let types: [(part: String, type: AttackType)] = [
        ("brute", .bruteforce), ("password spray", .bruteforce), ("credential stuffing", .bruteforce), ("login", .bruteforce),
        ("phish", .phishing), ("spam", .spam), ("web", .web), ("sql", .web), ("xss", .web), ("cross.site", .web), ("cross-site", .web),
        ("http", .web), ("traversal", .web), ("dos attack", .dos), ("ddos", .dos), ("denial", .dos), (".dos", .dos), ("flood", .dos),
        ("botnet", .malware), ("malware", .malware), ("ransom", .malware), ("trojan", .malware), ("backdoor", .malware), ("worm", .malware),
        ("scan", .scan), ("probe", .scan), ("sweep", .scan), ("disclosure", .recon), ("enumerat", .recon), ("reconnaissance", .recon),
        ("overflow", .exploit), ("execution", .exploit), ("injection", .exploit), ("exploit", .exploit), ("escalation", .exploit),
        ("bypass", .exploit), ("cve-", .exploit),
    ]

    /// The type that a text names, or nil.
    static func type(in text: String) -> AttackType? {
        let lower = text.lowercased()
        return types.first { lower.contains($0.part) }?.type
    }
}
