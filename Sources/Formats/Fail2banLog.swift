import Model
import Wire

/// Reads fail2ban's own log: `fail2ban.actions [123]: NOTICE [sshd] Ban 192.0.2.1`.
///
/// A ban is the outcome of an attack that somebody else judged; what was found is one failed attempt. Unbans and the daemon's own
/// messages are records.
enum Fail2banLog: LogReader {
    private static let actions: [(word: StaticString, verdict: Verdict)] = [
        ("Restore Ban ", .record("restore_ban", ["intrusion_detection"], ["info"])),
        ("Increase Ban ", ban("increase_ban")),
        ("Ban ", ban("ban")),
        ("Unban ", .record("unban", ["intrusion_detection"], ["info"])),
        ("Found ", .failedLogin("found")),
        ("Ignore ", .record("ignore", ["intrusion_detection"], ["info"])),
    ]

    private static func ban(_ action: StaticString) -> Verdict {
        .attack(action, .bruteforce, .medium, Verdict.login, ["denied"], technique: "T1110")
    }
    private static let other = Verdict.record(nil, ["process"], ["info"])

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        let body = line.body
        let isOwn = text.has("fail2ban", at: line.app.lowerBound) && !line.app.isEmpty
        guard isOwn || text.has("fail2ban.", at: body.lowerBound) else { return nil }
        var verdict = other
        if let open = text.firstIndex(of: UInt8(ascii: "["), from: jailStart(text, body), to: body.upperBound),
            let close = text.firstIndex(of: UInt8(ascii: "]"), from: open, to: body.upperBound)
        {
            batch.append(.ruleName, utf8: text.extracting(open + 1..<close))
            let start = text.skippingBlanks(from: close + 1)
            if let action = actions.first(where: { text.has($0.word, at: start) }) {
                verdict = classified(action.verdict, jail: text.extracting(open + 1..<close))
                appendAddress(text, start + action.word.utf8CodeUnitCount, body.upperBound, into: &batch)
            }
        }
        return LogReading(verdict: verdict, dataset: "fail2ban")
    }

    /// Where the jail's bracket may begin: behind the level, so that a process id in brackets is no jail.
    private static func jailStart(_ text: Span<UInt8>, _ body: Range<Int>) -> Int {
        for level in ["NOTICE", "INFO", "WARNING", "WARN", "ERROR", "CRITICAL", "DEBUG"] as [StaticString] {
            if let found = text.range(of: level, from: body.lowerBound, to: min(body.upperBound, body.lowerBound + 64)) {
                return found.upperBound
            }
        }
        return body.lowerBound
    }

    /// What a jail is about, by words in its name; login failures when none tells.
    private static let jails: [(word: String, type: AttackType)] = [
        ("badbots", .scan), ("botsearch", .scan), ("noscript", .web), ("nohome", .web), ("overflows", .exploit), ("shellshock", .exploit),
        ("modsecurity", .web), ("php-url", .web), ("limit-req", .dos), ("spam", .spam), ("recidive", .bruteforce), ("portscan", .scan),
        ("portsentry", .scan), ("scanlogd", .scan), ("named", .recon), ("postfix-rbl", .spam),
    ]
    private static let jailTable = PhraseTable(jails.map(\.word))

    private static func classified(_ verdict: Verdict, jail: Span<UInt8>) -> Verdict {
        guard let attack = verdict.attack, let number = jailTable.first(in: jail)?.number, jails[number].type != .bruteforce else {
            return verdict
        }
        var other = verdict
        other.attack = (jails[number].type, attack.severity)
        other.categories = Verdict.network
        other.outcome = nil
        other.technique = jails[number].type == .scan ? "T1595" : nil
        return other
    }

    private static func appendAddress(_ text: Span<UInt8>, _ start: Int, _ limit: Int, into batch: inout EventBatch) {
        let end = text.wordEnd(from: start, to: limit)
        if let address = IPAddress(utf8: text.extracting(start..<end)) {
            batch.append(.sourceIP, address)
        } else if let found = AddressFinder.find(text, in: start..<limit) {
            found.endpoint.append(.sourceIP, .sourcePort, into: &batch)
        }
    }
}
