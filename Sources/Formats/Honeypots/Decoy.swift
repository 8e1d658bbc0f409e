import Model
import Wire

extension RecordLayout {
    /// What the source `decoy` makes of a conversation: one event for each of its steps.
    static let decoy = RecordLayout(
        name: "decoy", summary: "conversations of the decoy source", time: ["time"], timesInUTC: ["time"], selectors: ["kind"],
        classes: [
            .attack("login", as: .bruteforce, .medium, outcome: "failure", message: "{service} login {user}"),
            .attack("command", as: .recon, .low, message: "{service}: {command}"),
            .attack("request", as: .recon, .low, message: "{service}: {method} {target} {uri}"),
            .attack("contact", as: .scan, .low, technique: "T1046", message: "{service} contact"),
        ],
        otherwise: .attack(as: .scan, .low, technique: "T1046", message: "{service} {kind}"),
        rules: [
            FieldRule("kind", .aside), FieldRule("service", .label("service")), FieldRule("user", .keyword(.userName)),
            FieldRule("password", .keyword(.userPassword)), FieldRule("proof", .label("proof")),
            FieldRule("command", .keyword(.processCommandLine)), FieldRule("method", .keyword(.httpMethod)),
            FieldRule("target", .requestTarget), FieldRule("uri", .keyword(.urlOriginal)), FieldRule("database", .label("database")),
            FieldRule("host", .keyword(.urlDomain)), FieldRule("agent", .keyword(.userAgent)),
            FieldRule("body", .keyword(.httpRequestBody)),
        ],
        required: ["kind"],
        items: ["steps"],
        shared: Endpoints.short + [
            FieldRule("session", .keyword(.sessionID)), FieldRule("protocol", .lowercased(.networkProtocol)),
            FieldRule("transport", .lowercased(.networkTransport)), FieldRule("duration", .seconds(.eventDuration)),
            FieldRule("ssh_client", .keyword(.sshClient)), FieldRule("client", .label("client")), FieldRule("end", .label("end")),
            FieldRule("first_bytes", .keyword(.payload)), FieldRule("steps_dropped", .label("steps_dropped")),
        ],
        claims: [Claim(all: ["decoy", "service", "protocol", "steps"], likelihood: 97)],
        choose: { values in Decoy.attack(values) })
}

/// What the steps of a decoy's conversations mean.
enum Decoy {
    /// What a command is by what stands in `service command`, the telling ones first.
    static let commands: [(phrase: String, type: AttackType, severity: AttackSeverity, technique: String)] = [
        ("wget ", .malware, .high, "T1105"), ("curl ", .malware, .high, "T1105"), ("tftp ", .malware, .high, "T1105"),
        ("adb sync:", .malware, .high, "T1105"), ("adb shell:", .exploit, .high, "T1059.004"), ("adb exec:", .exploit, .high, "T1059.004"),
        ("/bin/", .exploit, .high, "T1059.004"), ("/etc/cron", .exploit, .high, "T1053.003"), ("/.ssh", .exploit, .high, "T1098.004"),
        ("redis config set", .exploit, .high, "T1190"), ("redis slaveof", .exploit, .high, "T1190"),
        ("redis replicaof", .exploit, .high, "T1190"), ("redis module", .exploit, .high, "T1190"), ("redis eval", .exploit, .high, "T1190"),
        ("redis flush", .exploit, .high, "T1485"), ("redis set ", .exploit, .medium, "T1190"), ("redis save", .exploit, .medium, "T1190"),
        ("redis bgsave", .exploit, .medium, "T1190"), ("smtp mail ", .spam, .low, "T1586.002"), ("smtp rcpt ", .spam, .low, "T1586.002"),
        ("smtp data", .spam, .low, "T1586.002"),
    ]

    private static let commandTable = PhraseTable(commands.map(\.phrase))

    /// What a step is, where more than its kind tells; nil leaves it to the kind.
    static func attack(_ values: borrowing MappingValues) -> LayoutAttack? {
        let service = values.string("service")
        switch values.string("kind") {
        case "command":
            let text = Array("\(service) \(values.string("command"))".utf8)
            return commandTable.first(in: text.span).map { found in
                let command = commands[found.number]
                return LayoutAttack(command.type, command.severity, command.technique)
            }
        case "request" where service == "docker":
            let (method, target) = (values.string("method"), values.string("target").lowercased())
            let kind = DockerAPI.kinds.first { ($0.method ?? method) == method && target.contains($0.part) }
            return kind.map { LayoutAttack($0.type, $0.severity, $0.technique) }
        case "request" where service == "sip":
            return values.string("method") == "INVITE" ? LayoutAttack(.exploit, .medium, "T1496") : nil
        case "request":
            return probe(values)
        default: return nil
        }
    }

    /// What a request to the web server is an attack of, by its line, its body and who says to ask.
    private static func probe(_ values: borrowing MappingValues) -> LayoutAttack? {
        let request = Array("\(values.string("method")) \(values.string("target")) \(values.string("body"))".utf8)
        let agent = Array(values.string("agent").utf8)
        guard let verdict = WebProbes.verdict(request: request.span, agent: agent.span, status: 404), let attack = verdict.attack else {
            return nil
        }
        return LayoutAttack(attack.type, attack.severity, verdict.technique.map { "\($0)" })
    }
}
