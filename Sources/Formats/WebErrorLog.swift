import Model
import Wire

/// Reads the error logs of Apache (2.0 to 2.4) and nginx, ModSecurity's messages included.
///
/// `[time] [module:level] [pid] [client a:p] message` and `time [level] pid#tid: *n message, client: a, server: s, request: "…"`.
enum WebErrorLog: LogReader {
    /// What a message is about, the telling phrases first. Levels do not count: a missing file is an `error` to Apache.
    static let phrases: [(phrase: String, verdict: Verdict)] = [
        ("modsecurity: access denied", modsecurity), ("modsecurity: warning", modsecurity), ("modsecurity:", modsecurity),
        ("coraza:", modsecurity), ("ignoring function definition attempt", attack("shellshock", .exploit, .high, "T1190")),
        ("error importing function definition", attack("shellshock", .exploit, .high, "T1190")),
        ("limiting requests", attack("rate_limited", .dos, .low, nil)), ("delaying request", attack("rate_limited", .dos, .low, nil)),
        ("limiting connections", attack("rate_limited", .dos, .low, nil)),
        ("password mismatch", login), ("authentication failure", login), ("wrong authentication scheme", login), ("login denied", login),
        ("authorization failure", login), ("user not found", login), ("not found: ", login), ("authorization of user", login),
        ("could not retrieve user", login), ("realm mismatch", login), ("invalid qop", login),
        ("unknown algorithm", login), ("provided via sni", attack("tls_name_mismatch", .scan, .low, "T1595")), ("nonce", login),
        ("invalid nonce", login),
        ("denied by server configuration", attack("access_denied", .scan, .low, "T1595")),
        ("access forbidden by rule", attack("access_denied", .scan, .low, "T1595")),
        ("client denied", attack("access_denied", .scan, .low, "T1595")), ("invalid uri", attack("invalid_request", .web, .low, "T1595")),
        ("invalid method in request", attack("invalid_request", .web, .low, "T1595")),
        ("uri too long", attack("invalid_request", .exploit, .low, nil)),
        ("request failed: erroneous characters", attack("invalid_request", .web, .low, "T1595")),
        ("script not found or unable to stat", attack("missing_script", .scan, .low, "T1595")),
        ("not found or unable to stat", attack("missing_script", .scan, .low, "T1595")),
        ("primary script unknown", attack("missing_script", .scan, .low, "T1595")), ("alert - ", attack("suhosin", .web, .medium, "T1190")),
        ("directory index forbidden", attack("access_denied", .scan, .low, "T1595")),
        ("directory index of", attack("access_denied", .scan, .low, "T1595")),
    ]
    private static let phraseTable = PhraseTable(phrases.map(\.phrase))
    private static let missing = PhraseTable(["file does not exist", "(2: no such file"])

    private static let login = Verdict.failedLogin("http_login_failed")
    private static let modsecurity = attack("modsecurity", .web, .medium, "T1190")
    private static let other = Verdict.record("error", ["web"], ["error"])

    private static func attack(_ action: StaticString, _ type: AttackType, _ severity: AttackSeverity, _ technique: StaticString?)
        -> Verdict
    {
        .attack(action, type, severity, Verdict.web, ["error"], technique: technique)
    }

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        let isNginx = isNginx(text, line.body)
        guard isNginx || isApache(text, line) else { return nil }
        appendClient(text, line.body, into: &batch)
        let request = value(text, line.body, "request: \"", "\"")
        if !request.isEmpty { WebAccessLog.appendRequest(text, request, into: &batch) }
        let host = value(text, line.body, "host: \"", "\"")
        if !host.isEmpty { batch.append(.urlDomain, utf8: text.extracting(host)) }
        let rule = value(text, line.body, "[id \"", "\"]")
        if !rule.isEmpty { batch.append(.ruleID, utf8: text.extracting(rule)) }
        let name = value(text, line.body, "[msg \"", "\"]")
        if !name.isEmpty { batch.append(.ruleName, utf8: text.extracting(name)) }
        let uri = value(text, line.body, "[uri \"", "\"]")
        if !uri.isEmpty { batch.append(.urlPath, utf8: text.extracting(uri)) }
        let inBrackets = value(text, line.body, "] user ", " ")
        let user = inBrackets.isEmpty ? value(text, line.body, ": user ", " ") : inBrackets
        if !user.isEmpty, user.count <= 64 { batch.append(.userName, utf8: text.extracting(user)) }
        batch.append(.networkProtocol, "http")
        var time: Timestamp?
        if isNginx, line.form != .none, let own = tools.time(text, at: line.body.lowerBound, context) { time = own.time }
        return LogReading(verdict: verdict(text, line.body, request), dataset: "web.error", time: time)
    }

    private static func verdict(_ text: Span<UInt8>, _ body: Range<Int>, _ request: Range<Int>) -> Verdict {
        let message = text.extracting(body)
        // `user root not found` at the end of a line.
        let isUser = message.range(of: "] user ") != nil || message.range(of: ": user ") != nil
        if isUser, message.range(of: " not found") != nil { return login }
        if let found = phraseTable.first(in: message) {
            // Without a client it is the server speaking of itself.
            guard message.range(of: "client") != nil || message.range(of: "[remote ") != nil || message.range(of: "attacker") != nil else {
                return other
            }
            return phrases[found.number].verdict
        }
        // What is not there is an attack when it is one of the things that only scanners ask for.
        guard missing.first(in: message) != nil else { return other }
        let asked = request.isEmpty ? message : text.extracting(request)
        return WebProbes.verdict(request: asked, agent: text.extracting(0..<0), status: 404) ?? other
    }

    /// Whether the line is one of the two servers'.
    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool { isNginx(text, line.body) || isApache(text, line) }

    /// `[error] 2833#0: `, at the beginning or behind nginx's own time in syslog.
    private static func isNginx(_ text: Span<UInt8>, _ body: Range<Int>) -> Bool {
        let limit = min(body.upperBound, body.lowerBound + 64)
        for level in ["[error] ", "[warn] ", "[info] ", "[notice] ", "[crit] ", "[alert] ", "[emerg] ", "[debug] "] as [StaticString] {
            guard let found = text.range(of: level, from: body.lowerBound, to: limit) else { continue }
            let word = found.upperBound..<text.wordEnd(from: found.upperBound, to: body.upperBound)
            return text.firstIndex(of: UInt8(ascii: "#"), from: word.lowerBound, to: word.upperBound) != nil
                && text[word.upperBound - 1] == UInt8(ascii: ":")
        }
        return false
    }

    /// `[core:error] [pid …]` or `[error] [client …]`, behind a time in brackets.
    private static func isApache(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool {
        let body = line.body
        let isOwn =
            line.form == .none && text.has("[") || text.has("httpd", at: line.app.lowerBound) || text.has("apache", at: line.app.lowerBound)
        guard isOwn,
            text.has("[", at: body.lowerBound),
            let close = text.firstIndex(of: UInt8(ascii: "]"), from: body.lowerBound, to: min(body.upperBound, body.lowerBound + 40))
        else { return false }
        let colon = text.firstIndex(of: UInt8(ascii: ":"), from: body.lowerBound, to: close) ?? body.lowerBound
        let name = text.extracting(colon + 1..<close)
        for known in ["error", "warn", "notice", "info", "crit", "alert", "emerg", "debug"] as [StaticString] where name.equals(known) {
            return true
        }
        return name.has("trace")
    }

    private static func appendClient(_ text: Span<UInt8>, _ body: Range<Int>, into batch: inout EventBatch) {
        for (mark, end) in [("[client ", "] "), ("[remote ", "] "), (", client: ", ","), ("attacker '", "'")]
            as [(StaticString, StaticString)]
        {
            let range = value(text, body, mark, end)
            guard !range.isEmpty else { continue }
            if let endpoint = Endpoint(text.extracting(range)) {
                return endpoint.append(.sourceIP, .sourcePort, into: &batch)
            }
            return batch.append(.sourceDomain, utf8: text.extracting(range))
        }
    }

    /// What stands between two marks; to the end of the body when the second is not there.
    private static func value(_ text: Span<UInt8>, _ body: Range<Int>, _ mark: StaticString, _ end: StaticString) -> Range<Int> {
        guard let found = text.range(of: mark, from: body.lowerBound, to: body.upperBound) else { return 0..<0 }
        let close = text.range(of: end, from: found.upperBound, to: body.upperBound)?.lowerBound ?? body.upperBound
        return found.upperBound..<close
    }
}
