/// A mapping that is built in.
public struct MappingPreset: Sendable {
    /// The name of its format.
    public let name: String
    /// One line for lists.
    public let summary: String
    /// The mapping itself.
    public let mapping: MappingSpec
    /// Keys of which a record must have all to be recognised.
    let characteristicKeys: [String]

    /// The public cyber-attack map stream of 2017 (Satori RTM channel `live-cyber-attack-threat-map`).
    ///
    /// `latitude`/`longitude` are the origin's and `latitude2`/`longitude2` the target's; empty strings mean unknown; there is no time.
    public static let satoriAttacks = MappingPreset(
        name: "satori-attacks",
        summary: "messages of the 2017 public cyber-attack map stream",
        mapping: MappingSpec(
            fields: [
                "rule.name": "attack_type",
                "event.action": "attack_subtype",
                "source.ip": "attacker_ip",
                "destination.port": "attack_port",
                "source.geo.city_name": "city_origin",
                "source.geo.country_name": "country_origin",
                "destination.geo.city_name": "city_target",
                "destination.geo.country_name": "country_target",
                "labels.attacker": "attacker",
            ],
            constants: ["observer.type": "feed", "event.type": "info"],
            attackType: MappingSpec.Lookup(path: "attack_type", table: attackTypes, fallback: "scan"),
            severity: MappingSpec.Lookup(path: "attack_type", table: severities, fallback: "medium"),
            sourcePlace: MappingSpec.Place(latitude: "latitude", longitude: "longitude"),
            destinationPlace: MappingSpec.Place(latitude: "latitude2", longitude: "longitude2")),
        characteristicKeys: ["attack_type", "attacker_ip", "latitude2", "longitude2"])

    /// First words of `attack_type`: names of malware families' kinds, of attacks and of the services tried.
    private static let attackTypes = [
        "backdoor": "malware", "trojan": "malware", "worm": "malware", "virus": "malware", "botnet": "malware", "bot": "malware",
        "ransomware": "malware", "malware": "malware", "rootkit": "malware", "adware": "malware", "downloader": "malware",
        "ddos": "dos", "dos": "dos", "flood": "dos", "exploit": "exploit", "shellcode": "exploit", "rce": "exploit",
        "sql": "web", "sqli": "web", "xss": "web", "web": "web", "http": "web", "ssh": "bruteforce", "telnet": "bruteforce",
        "rdp": "bruteforce", "ftp": "bruteforce", "brute": "bruteforce", "bruteforce": "bruteforce", "phishing": "phishing",
        "spam": "spam", "scan": "scan", "scanner": "scan", "recon": "recon",
    ]

    private static let severities = [
        "backdoor": "high", "trojan": "high", "worm": "high", "virus": "high", "ransomware": "high", "rootkit": "high", "exploit": "high",
        "scan": "low", "scanner": "low", "recon": "low", "spam": "low",
    ]
}
