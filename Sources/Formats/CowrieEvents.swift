import Model
import Wire

/// How Cowrie's events are filed, by `eventid` without its `cowrie.`.
///
/// What an intruder does is an attack, and what succeeds in a honeypot is still hostile, so severity goes up with success. What only
/// describes the session (key exchange, terminal, tty log, its end) is a record.
enum CowrieEvents {
    struct EventClass: Sendable {
        let name: String
        /// Nil makes it a record.
        let attack: (type: AttackType, severity: AttackSeverity)?
        let categories: [StaticString]
        let types: [StaticString]
        let outcome: StaticString?
        /// ATT&CK technique.
        let technique: StaticString?

        init(
            _ name: String, _ type: AttackType, _ severity: AttackSeverity, _ categories: [StaticString], _ types: [StaticString],
            outcome: StaticString? = nil, technique: StaticString? = nil
        ) {
            self.name = name
            attack = (type, severity)
            self.categories = categories
            self.types = types
            self.outcome = outcome
            self.technique = technique
        }

        init(record name: String, _ categories: [StaticString], _ types: [StaticString]) {
            self.name = name
            attack = nil
            self.categories = categories
            self.types = types
            outcome = nil
            technique = nil
        }
    }

    static let classes: [EventClass] = [
        EventClass("session.connect", .scan, .low, ["network", "intrusion_detection"], ["connection", "start"]),
        EventClass(
            "login.failed", .bruteforce, .low, ["authentication", "intrusion_detection"], ["start"], outcome: "failure", technique: "T1110"),
        EventClass(
            "login.success", .bruteforce, .high, ["authentication", "intrusion_detection"], ["start"], outcome: "success",
            technique: "T1110"),
        EventClass("command.input", .exploit, .medium, ["process", "intrusion_detection"], ["start"], technique: "T1059"),
        EventClass(
            "command.success", .exploit, .high, ["process", "intrusion_detection"], ["start"], outcome: "success", technique: "T1059"),
        EventClass(
            "command.failed", .exploit, .medium, ["process", "intrusion_detection"], ["start"], outcome: "failure", technique: "T1059"),
        EventClass("session.input", .exploit, .medium, ["process", "intrusion_detection"], ["start"], technique: "T1059"),
        EventClass("session.file_download", .malware, .high, ["malware", "file"], ["creation"], outcome: "success", technique: "T1105"),
        EventClass(
            "session.file_download.failed", .malware, .medium, ["malware", "file"], ["creation"], outcome: "failure", technique: "T1105"),
        EventClass("session.file_upload", .malware, .high, ["malware", "file"], ["creation"], outcome: "success", technique: "T1105"),
        EventClass("virustotal.scanfile", .malware, .high, ["malware", "file"], ["info"]),
        EventClass("direct-tcpip.request", .policy, .medium, ["network", "intrusion_detection"], ["connection"], technique: "T1090"),
        EventClass("direct-tcpip.data", .policy, .medium, ["network", "intrusion_detection"], ["connection"], technique: "T1090"),
        EventClass(record: "direct-tcpip.ja4", ["network"], ["info"]),
        EventClass("client.fingerprint", .bruteforce, .low, ["authentication", "intrusion_detection"], ["info"], technique: "T1110"),
        EventClass(record: "session.closed", ["network"], ["connection", "end"]),
        EventClass(record: "session.params", ["network"], ["info"]),
        EventClass(record: "client.version", ["network"], ["info"]),
        EventClass(record: "client.kex", ["network"], ["info"]),
        EventClass(record: "client.size", ["network"], ["info"]),
        EventClass(record: "client.var", ["network"], ["info"]),
        EventClass(record: "log.open", ["file"], ["info"]),
        EventClass(record: "log.closed", ["file"], ["info"]),
    ]

    /// An `eventid` that is not in the table is a record, so that a new one never counts as an attack by accident.
    static let other = EventClass(record: "other", ["network"], ["info"])

    static let table = NameTable(classes.map { "cowrie." + $0.name })
}
