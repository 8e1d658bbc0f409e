import Model
import Wire

/// Reads messages in ArcSight's Common Event Format (CEF) and IBM's Log Event Extended Format (LEEF).
///
/// Both are envelopes: what an event is, the vendor says in words. Words in its name, category and action decide; an event that they
/// leave open is a record, whatever its severity.
enum EventFormatLog: LogReader {
    /// Keys of both formats, and of UniFi's extension.
    static let rules: [FieldRule] = [
        FieldRule("src", .address(.sourceIP, domain: .sourceDomain)), FieldRule("spt", .port(.sourcePort)),
        FieldRule("srcPort", .port(.sourcePort)),
        FieldRule("dst", .address(.destinationIP, domain: .destinationDomain)), FieldRule("dpt", .port(.destinationPort)),
        FieldRule("dstPort", .port(.destinationPort)), FieldRule("proto", .lowercased(.networkTransport)),
        FieldRule("app", .keyword(.networkApplication)), FieldRule("act", .keyword(.eventAction)),
        FieldRule("action", .keyword(.eventAction)),
        FieldRule("cat", .keyword(.ruleCategory)), FieldRule("shost", .keyword(.sourceDomain)),
        FieldRule("dhost", .keyword(.destinationDomain)),
        FieldRule("suser", .keyword(.userName)), FieldRule("duser", .keyword(.userName)), FieldRule("usrName", .keyword(.userName)),
        FieldRule("request", .keyword(.urlOriginal)), FieldRule("url", .keyword(.urlOriginal)),
        FieldRule("requestMethod", .keyword(.httpMethod)),
        FieldRule("requestClientApplication", .keyword(.userAgent)), FieldRule("userAgent", .keyword(.userAgent)),
        FieldRule("fname", .keyword(.fileName)), FieldRule("fileHash", .keyword(.relatedHash)), FieldRule("in", .integer(.sourceBytes)),
        FieldRule("out", .integer(.destinationBytes)), FieldRule("srcBytes", .integer(.sourceBytes)),
        FieldRule("dstBytes", .integer(.destinationBytes)), FieldRule("deviceInboundInterface", .keyword(.observerIngress)),
        FieldRule("reason", .keyword(.eventReason)), FieldRule("outcome", .label("outcome")),
        FieldRule("externalId", .label("external_id")),
        FieldRule("policy", .label("policy")), FieldRule("UNIFIcategory", .keyword(.ruleCategory)),
        FieldRule("UNIFIadmin", .keyword(.userName)),
        FieldRule("UNIFIipsSignature", .label("ips_signature")), FieldRule("cs1", .label("cs1")), FieldRule("cs2", .label("cs2")),
        FieldRule("cs3", .label("cs3")), FieldRule("cs4", .label("cs4")), FieldRule("cs5", .label("cs5")), FieldRule("cs6", .label("cs6")),
        FieldRule("deviceExternalId", .label("device_id")), FieldRule("sourceTranslatedAddress", .label("source_translated")),
    ]
    private static let table = NameTable(rules.map(\.path))
    private static let writer = FieldWriter(rules)

    private static let failures = PhraseTable([
        "login fail", "failed login", "logon fail", "failed logon", "authentication fail", "failed authentication", "auth fail",
        "login denied",
        "invalid password", "bad password",
    ])
    private static let words = PhraseTable(RuleAlerts.words.map(\.word))
    private static let refusals = PhraseTable(["deny", "denied", "drop", "block", "reject", "refuse", "prevent", "quarantine"])
    private static let record = Verdict.record(nil, ["network"], ["info"])

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        guard let start = beginning(text, line.body), tools.events.read(text, in: start..<line.body.upperBound) else { return nil }
        let events = tools.events
        let isCEF = events.kind == .cef
        for pair in events.pairs {
            guard let rule = table.number(text.extracting(pair.key)) else { continue }
            tools.scratch.removeAll(keepingCapacity: true)
            events.appendValue(pair.value, of: text, to: &tools.scratch)
            writer.write(rule, tools.scratch.span, zoneMinutes: 0, into: &batch)
        }
        func header(_ index: Int) -> Range<Int> { index < events.header.count ? events.header[index] : 0..<0 }
        batch.append(.observerVendor, utf8: text.extracting(header(0)))
        batch.append(.observerProduct, utf8: text.extracting(header(1)))
        batch.append(.eventCode, utf8: text.extracting(header(3)))
        let name = isCEF ? header(4) : header(3)
        batch.append(.ruleName, utf8: text.extracting(name))
        let severityText = isCEF ? header(5) : events.value("sev", in: text) ?? 0..<0
        let severity = severity(text.extracting(severityText))
        if let number = NumberText.integer(text.extracting(severityText)) { batch.append(.eventSeverity, integer: number) }
        let action = events.value("act", in: text) ?? events.value("action", in: text) ?? 0..<0
        let category = events.value("cat", in: text) ?? 0..<0
        let verdict = verdict(text.extracting(name), text.extracting(category), text.extracting(action), severity)
        let time = time(text, events, &tools, context)
        return LogReading(
            verdict: verdict, dataset: isCEF ? "cef" : "leef", observerType: nil, time: time,
            message: nonEmpty(events.value("msg", in: text)) ?? name)
    }

    private static func nonEmpty(_ range: Range<Int>?) -> Range<Int>? { range.flatMap { $0.isEmpty ? nil : $0 } }

    /// Where the message begins; some senders write words of their own before it.
    static func beginning(_ text: Span<UInt8>, _ body: Range<Int>) -> Int? {
        let limit = min(body.upperBound, body.lowerBound + 128)
        for mark in ["CEF:0|", "CEF:1|", "LEEF:1.0|", "LEEF:2.0|"] as [StaticString] {
            if let found = text.range(of: mark, from: body.lowerBound, to: limit) { return found.lowerBound }
        }
        return nil
    }

    private static func verdict(_ name: Span<UInt8>, _ category: Span<UInt8>, _ action: Span<UInt8>, _ severity: AttackSeverity) -> Verdict
    {
        let isRefused = refusals.first(in: action) != nil
        if failures.first(in: name) != nil || failures.first(in: category) != nil {
            return .attack(nil, .bruteforce, severity, Verdict.login, ["start"], outcome: "failure", technique: "T1110", kind: "alert")
        }
        if let word = words.first(in: name) ?? words.first(in: category) {
            return .attack(
                nil, RuleAlerts.words[word.number].type, severity, Verdict.network, [isRefused ? "denied" : "info"], kind: "alert")
        }
        guard isRefused || refusals.first(in: name) != nil else { return record }
        return .attack(nil, .scan, severity, Verdict.network, ["connection", "denied"])
    }

    /// 0 to 10, or CEF's words.
    private static func severity(_ text: Span<UInt8>) -> AttackSeverity {
        if let number = NumberText.integer(text) {
            return number >= 9 ? .critical : number >= 7 ? .high : number >= 4 ? .medium : .low
        }
        if text.equalsIgnoringCase("very-high") { return .critical }
        if text.equalsIgnoringCase("high") { return .high }
        return text.equalsIgnoringCase("medium") ? .medium : .low
    }

    private static func time(
        _ text: Span<UInt8>, _ events: EventFormatReader, _ tools: inout LogTools, _ context: RecordContext
    ) -> Timestamp? {
        for key in ["rt", "UNIFIutcTime", "end", "start", "devTime"] as [StaticString] {
            guard let range = nonEmpty(events.value(key, in: text)) else { continue }
            let value = text.extracting(range)
            if let time = TimestampReader.any.read(value, zoneMinutes: context.zoneMinutes) { return time }
            if let time = tools.time(value, at: 0, context) { return time.time }
        }
        return nil
    }
}
