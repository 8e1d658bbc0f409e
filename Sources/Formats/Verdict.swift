import Model

/// How a kind of record is filed: what a table of a format says of it.
struct Verdict: Sendable {
    /// `event.action`; nil when the record itself says it.
    var action: StaticString?
    /// Nil makes it a record.
    var attack: (type: AttackType, severity: AttackSeverity)?
    var categories: [StaticString]
    var types: [StaticString]
    var outcome: StaticString?
    /// ATT&CK technique.
    var technique: StaticString?
    var kind: StaticString = "event"

    /// Something hostile.
    static func attack(
        _ action: StaticString?, _ type: AttackType, _ severity: AttackSeverity, _ categories: [StaticString] = network,
        _ types: [StaticString] = ["info"], outcome: StaticString? = nil, technique: StaticString? = nil, kind: StaticString = "event"
    ) -> Verdict {
        Verdict(
            action: action, attack: (type, severity), categories: categories, types: types, outcome: outcome, technique: technique,
            kind: kind)
    }

    /// Context.
    static func record(
        _ action: StaticString?, _ categories: [StaticString], _ types: [StaticString], outcome: StaticString? = nil,
        kind: StaticString = "event"
    ) -> Verdict {
        Verdict(action: action, attack: nil, categories: categories, types: types, outcome: outcome, technique: nil, kind: kind)
    }

    /// A login that failed, tried from elsewhere.
    static func failedLogin(_ action: StaticString = "login_failed", _ severity: AttackSeverity = .low) -> Verdict {
        .attack(action, .bruteforce, severity, login, ["start"], outcome: "failure", technique: "T1110")
    }

    /// A packet that a firewall refused.
    static let deniedPacket = Verdict.attack("denied", .scan, .low, network, ["connection", "denied"], technique: "T1046")

    static let network: [StaticString] = ["network", "intrusion_detection"]
    static let login: [StaticString] = ["authentication", "intrusion_detection"]
    static let web: [StaticString] = ["web", "intrusion_detection"]

    /// Appends what the verdict says.
    func append(into batch: inout EventBatch) {
        if let attack {
            batch.append(.eventFamily, "attack")
            batch.append(.attackType, attack.type.name)
            batch.append(.attackSeverity, attack.severity.name)
        } else {
            batch.append(.eventFamily, "record")
        }
        batch.append(.eventKind, kind)
        for category in categories { batch.append(.eventCategory, category) }
        for type in types { batch.append(.eventType, type) }
        if let action { batch.append(.eventAction, action) }
        if let outcome { batch.append(.eventOutcome, outcome) }
        if let technique { batch.append(.threatTechniqueID, technique) }
    }
}
