import Model
import Wire

/// Reads every other line: keeps it as a record, and recognises attempts with the address they came from.
///
/// No program is known by itself; ``ServicePhrases`` are looked for in the message, and ``AddressFinder`` says whose address it names.
enum ServiceLog: LogReader {
    private static let other = Verdict.record(nil, ["host"], ["info"])

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        let body = line.body.isEmpty ? 0..<text.count : line.body
        let found = AddressFinder.find(text, in: body)
        let host = found == nil ? AddressFinder.hostName(text, in: body) : 0..<0
        var verdict = other
        if found != nil || !host.isEmpty, let known = ServicePhrases.verdict(text.extracting(body)) {
            verdict = known
        } else if found != nil, isPhrasedByProgram(text, line), let known = ServicePhrases.verdict(text) {
            verdict = known
        }
        if let found {
            if verdict.attack != nil || found.isMarked {
                found.endpoint.append(.sourceIP, .sourcePort, into: &batch)
            } else {
                batch.append(.relatedIP, found.endpoint.address)
            }
        } else if !host.isEmpty {
            batch.append(.sourceDomain, utf8: text.extracting(host))
        }
        let user = user(text, body)
        if !user.isEmpty { batch.append(.userName, utf8: text.extracting(user)) }
        return LogReading(verdict: verdict, dataset: "syslog", time: line.time == nil ? time(text, body, &tools, context) : nil)
    }

    /// Programs whose name says what their messages mean.
    private static func isPhrasedByProgram(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool {
        let app = text.extracting(line.app)
        return app.equals("rblsmtpd") || app.equals("scanlogd") || app.equals("endlessh")
    }

    // MARK: Times inside

    /// What stands before a time that is not at the beginning.
    private static let timeMarks: [StaticString] = [
        "audit(", "time=\"", "t=", "\"@timestamp\":\"", "\"timestamp\":\"", "\"time\":\"", "\"StartUTC\":\"", "\"eventTime\":\"", "\"ts\":",
        "SystemTime=\"", "SystemTime='", "utcTime=",
    ]

    private static func time(_ text: Span<UInt8>, _ body: Range<Int>, _ tools: inout LogTools, _ context: RecordContext) -> Timestamp? {
        var at = body.lowerBound
        for _ in 0..<5 where at < body.upperBound {
            var start = at
            while start < body.upperBound, start < at + 4, "[(<W>".utf8.contains(text[start]) { start += 1 }
            if let time = tools.time(text, at: start, context) { return time.time }
            at = text.skippingBlanks(from: text.wordEnd(from: at, to: body.upperBound), to: body.upperBound)
        }
        for mark in timeMarks {
            guard let found = text.range(of: mark, from: body.lowerBound, to: body.upperBound) else { continue }
            if let time = tools.time(text, at: found.upperBound, context) { return time.time }
        }
        return nil
    }

    // MARK: Accounts

    /// What stands before an account's name, and what ends it.
    private static let userMarks: [(mark: StaticString, end: UInt8)] = [
        ("user=<", UInt8(ascii: ">")), ("for user '", UInt8(ascii: "'")), ("for user \"", UInt8(ascii: "\"")),
        ("for user [", UInt8(ascii: "]")),
        ("user '", UInt8(ascii: "'")), ("user \"", UInt8(ascii: "\"")), ("user [", UInt8(ascii: "]")), ("acct=\"", UInt8(ascii: "\"")),
        ("AccountID=\"", UInt8(ascii: "\"")), ("sasl_username=", UInt8(ascii: " ")), ("set_id=", UInt8(ascii: ")")),
        ("username=", UInt8(ascii: " ")), ("username:", UInt8(ascii: " ")), ("USER ", UInt8(ascii: " ")), ("ruser=", UInt8(ascii: " ")),
        ("user=", UInt8(ascii: " ")), ("invalid user ", UInt8(ascii: " ")), ("for user ", UInt8(ascii: " ")), ("user ", UInt8(ascii: " ")),
    ]

    private static func user(_ text: Span<UInt8>, _ body: Range<Int>) -> Range<Int> {
        for (mark, close) in userMarks {
            guard let found = text.range(of: mark, from: body.lowerBound, to: body.upperBound) else { continue }
            var end = text.firstIndex(of: close, from: found.upperBound, to: body.upperBound) ?? body.upperBound
            while end > found.upperBound,
                text[end - 1] == UInt8(ascii: ",") || text[end - 1] == UInt8(ascii: ":") || text[end - 1] == UInt8(ascii: ";")
            { end -= 1 }
            guard end > found.upperBound else { continue }
            return end - found.upperBound <= 128 && isName(text, found.upperBound..<end) ? found.upperBound..<end : 0..<0
        }
        return 0..<0
    }

    /// Words of prose that may follow `user `.
    private static let prose = NameTable([
        "unknown", "not", "does", "doesn't", "in", "is", "was", "or", "name", "logged", "authentication", "from", "records", "login",
    ])

    private static func isName(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool { prose.number(text.extracting(range)) == nil }
}
