import Model
import Wire

/// Reads what OpenSSH's server writes.
///
/// The table is matched from the beginning of the message, because user names are the intruder's choice.
enum SSHLog: LogReader {
    /// Where the client's address stands.
    enum Place { case lastFrom, afterText, beforePort, anywhere }

    struct Rule: Sendable {
        let beginning: StaticString
        let place: Place
        let verdict: Verdict
    }

    static let programs = NameTable(["sshd", "sshd-session", "sshd-auth", "auth-sshd", "sshd.bin"])

    static let rules: [Rule] = [
        Rule(beginning: "Failed publickey for invalid user ", place: .lastFrom, verdict: .failedLogin("ssh_login_failed")),
        Rule(
            beginning: "Failed publickey ", place: .lastFrom,
            verdict: .record("ssh_key_refused", ["authentication"], ["info"], outcome: "failure")),
        Rule(beginning: "Failed ", place: .lastFrom, verdict: .failedLogin("ssh_login_failed")),
        Rule(beginning: "Invalid user ", place: .lastFrom, verdict: .failedLogin("ssh_invalid_user")),
        Rule(beginning: "Illegal user ", place: .lastFrom, verdict: .failedLogin("ssh_invalid_user")),
        Rule(beginning: "error: PAM: ", place: .lastFrom, verdict: .failedLogin("ssh_login_failed")),
        Rule(
            beginning: "maximum authentication attempts exceeded", place: .lastFrom, verdict: .failedLogin("ssh_too_many_failures", .medium)
        ),
        Rule(beginning: "Disconnecting authenticating user ", place: .anywhere, verdict: .failedLogin("ssh_too_many_failures", .medium)),
        Rule(beginning: "Disconnecting invalid user ", place: .anywhere, verdict: .failedLogin("ssh_too_many_failures", .medium)),
        Rule(
            beginning: "Disconnecting: Too many authentication failures", place: .anywhere,
            verdict: .failedLogin("ssh_too_many_failures", .medium)),
        Rule(beginning: "User ", place: .lastFrom, verdict: .failedLogin("ssh_user_not_allowed")),
        Rule(beginning: "ROOT LOGIN REFUSED FROM ", place: .afterText, verdict: .failedLogin("ssh_user_not_allowed")),
        Rule(beginning: "Authentication tried for ", place: .anywhere, verdict: .failedLogin("ssh_user_not_allowed")),
        Rule(beginning: "authentication failure; ", place: .anywhere, verdict: pam),
        Rule(beginning: "PAM ", place: .anywhere, verdict: .failedLogin("pam_authentication_failed")),
        Rule(beginning: "Did not receive identification string from ", place: .afterText, verdict: scan),
        Rule(beginning: "Bad protocol version identification", place: .lastFrom, verdict: scan),
        Rule(beginning: "banner exchange: Connection from ", place: .afterText, verdict: scan),
        Rule(beginning: "Unable to negotiate with ", place: .afterText, verdict: scan),
        Rule(beginning: "Unable to negotiate a key exchange method", place: .anywhere, verdict: scan),
        Rule(beginning: "ssh_dispatch_run_fatal: Connection from ", place: .afterText, verdict: scan),
        Rule(beginning: "Timeout before authentication for ", place: .afterText, verdict: scan),
        Rule(beginning: "Connection from ", place: .afterText, verdict: connection),
        Rule(beginning: "refused connect from ", place: .anywhere, verdict: .deniedPacket),
        Rule(beginning: "drop connection ", place: .anywhere, verdict: .deniedPacket),
        Rule(beginning: "Corrupted MAC on input", place: .anywhere, verdict: scan),
        Rule(
            beginning: "Accepted ", place: .lastFrom,
            verdict: .record("ssh_login", ["authentication", "session"], ["start"], outcome: "success")),
        Rule(beginning: "Received disconnect from ", place: .afterText, verdict: end),
        Rule(beginning: "Disconnected from authenticating user ", place: .beforePort, verdict: unfinished),
        Rule(beginning: "Disconnected from invalid user ", place: .beforePort, verdict: unfinished),
        Rule(beginning: "Connection closed by authenticating user ", place: .beforePort, verdict: unfinished),
        Rule(beginning: "Connection closed by invalid user ", place: .beforePort, verdict: unfinished),
        Rule(beginning: "Connection reset by authenticating user ", place: .beforePort, verdict: unfinished),
        Rule(beginning: "Connection reset by invalid user ", place: .beforePort, verdict: unfinished),
        Rule(beginning: "Disconnected from ", place: .anywhere, verdict: end),
        Rule(beginning: "Connection closed by ", place: .anywhere, verdict: end),
        Rule(beginning: "Connection reset by ", place: .anywhere, verdict: end),
        Rule(beginning: "Close session: ", place: .lastFrom, verdict: end),
        Rule(beginning: "Starting session: ", place: .lastFrom, verdict: connection),
        Rule(beginning: "reverse mapping checking getaddrinfo", place: .anywhere, verdict: nameCheck),
        Rule(beginning: "Address ", place: .afterText, verdict: nameCheck),
        Rule(beginning: "Nasty PTR record", place: .anywhere, verdict: nameCheck),
    ]

    private static let scan = Verdict.attack("ssh_no_login", .scan, .low, Verdict.network, ["connection", "error"], technique: "T1046")
    private static let connection = Verdict.record("ssh_connection", ["network", "session"], ["connection", "start"])
    /// Servers that take keys only write no other line of an attempt.
    private static let unfinished = Verdict.failedLogin("ssh_login_unfinished")
    private static let end = Verdict.record("ssh_disconnect", ["network", "session"], ["connection", "end"])
    private static let nameCheck = Verdict.record("ssh_name_check", ["network"], ["info"])
    private static let other = Verdict.record("ssh_message", ["network", "session"], ["info"])
    private static let pam = Verdict.failedLogin("pam_authentication_failed")

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        guard programs.number(text.extracting(line.app)) != nil else { return nil }
        let body = withoutLevel(text, line.body)
        var verdict = other
        var place = Place.anywhere
        var behind = body.lowerBound
        if text.has("pam_", at: body.lowerBound) {
            if text.range(of: "authentication failure", from: behind, to: body.upperBound) != nil { verdict = pam }
        } else if let rule = rules.first(where: { text.has($0.beginning, at: body.lowerBound) }) {
            verdict = rule.verdict
            place = rule.place
            behind += rule.beginning.utf8CodeUnitCount
            if !isRefused(text, body) { verdict = other }
            // A client that says so itself: `3: com.jcraft.jsch.JSchException: Auth fail`.
            if text.has("Received disconnect", at: body.lowerBound) {
                if text.range(of: ": Auth fail", from: behind) != nil { verdict = .failedLogin("ssh_login_failed") }
                if text.range(of: "authentication methods available", from: behind) != nil { verdict = scan }
            }
        }
        appendAddress(text, body, place, behind, into: &batch)
        appendUser(text, body, into: &batch)
        batch.append(.networkProtocol, "ssh")
        return LogReading(verdict: verdict, dataset: "sshd")
    }

    /// `User x from y not allowed because …`, and nothing else that begins so.
    private static func isRefused(_ text: Span<UInt8>, _ body: Range<Int>) -> Bool {
        !text.has("User ", at: body.lowerBound) || text.range(of: " not allowed because ", from: body.lowerBound) != nil
    }

    /// The message without `error: ` and the like.
    private static func withoutLevel(_ text: Span<UInt8>, _ body: Range<Int>) -> Range<Int> {
        var start = body.lowerBound
        // Solaris: `[ID 800047 auth.info] `.
        if text.has("[ID ", at: start), let close = text.range(of: "] ", from: start, to: body.upperBound) { start = close.upperBound }
        for level in ["error: ", "fatal: ", "(pam_unix) ", "Disconnecting: "] as [StaticString]
        where text.has(level, at: start) && !text.has("error: PAM: ", at: start) && !text.has("Disconnecting: Too", at: start) {
            start += level.utf8CodeUnitCount
        }
        return start..<max(start, body.upperBound)
    }

    private static func appendAddress(
        _ text: Span<UInt8>, _ body: Range<Int>, _ place: Place, _ behind: Int, into batch: inout EventBatch
    ) {
        var start = behind
        if place == .lastFrom, let from = lastFrom(text, body) { start = from }
        if place == .beforePort, let port = text.extracting(0..<body.upperBound).lastRange(of: " port ") {
            start = port.lowerBound
            while start > body.lowerBound, text[start - 1] != 0x20 { start -= 1 }
        }
        if place != .anywhere {
            let end = min(text.wordEnd(from: start), body.upperBound)
            if end > start, var endpoint = Endpoint(text.extracting(start..<trimmedEnd(text, start, end))) {
                if endpoint.port == nil, text.has(" port ", at: end) {
                    endpoint.port = NumberText.integer(text.extracting(end + 6..<digitsEnd(text, end + 6)))
                }
                return endpoint.append(.sourceIP, .sourcePort, into: &batch)
            }
        }
        let name = place == .lastFrom ? start..<min(text.wordEnd(from: start), body.upperBound) : 0..<0
        if name.count > 3, text.firstIndex(of: UInt8(ascii: "."), from: name.lowerBound, to: name.upperBound) != nil {
            batch.append(.sourceDomain, utf8: text.extracting(name))
        } else if let found = AddressFinder.find(text, in: body) {
            found.endpoint.append(.sourceIP, .sourcePort, into: &batch)
        } else {
            let host = AddressFinder.hostName(text, in: body)
            if !host.isEmpty { batch.append(.sourceDomain, utf8: text.extracting(host)) }
        }
    }

    /// Behind the last ` from ` whose word has a port, else behind the last one.
    ///
    /// Protocol 1 let the client's own words follow the port.
    private static func lastFrom(_ text: Span<UInt8>, _ body: Range<Int>) -> Int? {
        var last: Int?
        var end = body.upperBound
        while let from = text.lastRange(of: " from ", to: end), from.lowerBound >= body.lowerBound {
            last = last ?? from.upperBound
            if text.has(" port ", at: text.wordEnd(from: from.upperBound)) { return from.upperBound }
            end = from.lowerBound
        }
        return last
    }

    private static func trimmedEnd(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var end = end
        while end > start, text[end - 1] == UInt8(ascii: ":") || text[end - 1] == UInt8(ascii: ",") { end -= 1 }
        return end
    }

    private static func digitsEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
        var end = start
        while end < text.count, end < start + 5, text[end] &- UInt8(ascii: "0") < 10 { end += 1 }
        return end
    }

    /// The account: behind `user `, `for ` or `user=`.
    private static func appendUser(_ text: Span<UInt8>, _ body: Range<Int>, into batch: inout EventBatch) {
        let from = text.extracting(0..<body.upperBound).lastRange(of: " from ")?.lowerBound ?? body.upperBound
        for mark in [
            "invalid user ", "Invalid user ", "Illegal user ", "illegal user ", "authenticating user ", " for ", " user=", "User ",
        ] as [StaticString] {
            guard let found = text.range(of: mark, from: body.lowerBound, to: body.upperBound) else { continue }
            let isAnnounced = found.upperBound <= from
            let end =
                isAnnounced && from < body.upperBound && !text.has(" user=", at: found.lowerBound)
                ? from : text.wordEnd(from: found.upperBound, to: body.upperBound)
            if end > found.upperBound, end - found.upperBound <= 256 {
                batch.append(.userName, utf8: text.extracting(found.upperBound..<end))
                return
            }
        }
    }
}
