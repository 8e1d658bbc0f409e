import Model
import Wire

/// Reads FortiGate's `key=value` logs (FortiOS 5 to 7): traffic, UTM and events.
enum FortinetLog: LogReader {
    static let rules: [FieldRule] = [
        FieldRule("srcip", .address(.sourceIP, domain: .sourceDomain)),
        FieldRule("dstip", .address(.destinationIP, domain: .destinationDomain)),
        FieldRule("srcport", .port(.sourcePort)), FieldRule("dstport", .port(.destinationPort)),
        FieldRule("devname", .keyword(.observerName)),
        FieldRule("user", .keyword(.userName)), FieldRule("action", .keyword(.eventAction)), FieldRule("logid", .keyword(.eventCode)),
        FieldRule("attack", .keyword(.ruleName)), FieldRule("virus", .keyword(.ruleName)), FieldRule("attackid", .keyword(.ruleID)),
        FieldRule("policyid", .label("policy")), FieldRule("service", .label("service")), FieldRule("app", .keyword(.networkApplication)),
        FieldRule("srcintf", .keyword(.observerIngress)), FieldRule("sentbyte", .integer(.sourceBytes)),
        FieldRule("rcvdbyte", .integer(.destinationBytes)), FieldRule("sentpkt", .integer(.sourcePackets)),
        FieldRule("rcvdpkt", .integer(.destinationPackets)), FieldRule("hostname", .keyword(.urlDomain)),
        FieldRule("url", .keyword(.urlOriginal)),
        FieldRule("filename", .keyword(.fileName)), FieldRule("agent", .keyword(.userAgent)), FieldRule("ref", .keyword(.ruleReference)),
        FieldRule("reason", .keyword(.eventReason)), FieldRule("sessionid", .keyword(.sessionID)), FieldRule("type", .label("type")),
        FieldRule("subtype", .label("subtype")), FieldRule("level", .label("level")), FieldRule("vd", .label("virtual_domain")),
        FieldRule("logdesc", .label("description")), FieldRule("srccountry", .keyword(.sourceCountryName)),
        FieldRule("dstcountry", .keyword(.destinationCountryName)), FieldRule("filehash", .keyword(.relatedHash)),
        FieldRule("devid", .label("device_id")), FieldRule("tunneltype", .label("tunnel_type")),
        FieldRule("catdesc", .keyword(.ruleCategory)),
    ]
    private static let table = NameTable(rules.map(\.path))
    private static let writer = FieldWriter(rules)

    /// What a UTM log is about, by its subtype.
    static let subtypes: [(name: String, type: AttackType, floor: AttackSeverity)] = [
        ("ips", .exploit, .medium), ("virus", .malware, .high), ("waf", .web, .medium), ("anomaly", .dos, .medium),
        ("emailfilter", .spam, .low), ("spam", .spam, .low), ("webfilter", .policy, .low), ("app-ctrl", .policy, .low),
        ("dlp", .policy, .medium), ("botnet", .malware, .high),
    ]
    private static let subtypeTable = NameTable(subtypes.map(\.name))
    /// Actions that let the traffic through.
    private static let passing = NameTable([
        "accept", "pass", "passthrough", "allow", "allowed", "close", "start", "timeout", "monitored", "monitor", "ip-conn", "client-rst",
        "server-rst", "detected",
    ])
    private static let failures = PhraseTable([
        "login-fail", "login fail", "auth-fail", "authentication failed", "logon failed", "login failed", "login_failed",
    ])
    private static let session = Verdict.record(nil, ["network"], ["connection", "allowed"])
    private static let event = Verdict.record(nil, ["configuration"], ["info"])

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        // The classic header takes `date=…` for no tag, so the body begins with it; FortiAnalyzer puts `itime=` or `logver=` before it.
        guard text.range(of: "logid=", from: line.body.lowerBound) != nil || text.range(of: "devid=", from: line.body.lowerBound) != nil,
            text.range(of: "type=", from: line.body.lowerBound) != nil
        else { return nil }
        tools.pairs.read(text, in: line.body)
        let pairs = tools.pairs
        func range(_ key: StaticString) -> Range<Int> { pairs.value(key, in: text) ?? 0..<0 }
        for pair in pairs.pairs {
            let value = text.extracting(pair.value)
            guard let rule = table.number(text.extracting(pair.key)), !value.equals("N/A"), !value.equals("unknown") else { continue }
            writer.write(rule, value, zoneMinutes: 0, into: &batch)
        }
        if text.extracting(range("srcip")).count == 0, let address = IPAddress(utf8: text.extracting(range("remip"))) {
            batch.append(.sourceIP, address)
        }
        appendTransport(text.extracting(range("proto")), into: &batch)
        batch.append(.observerVendor, "Fortinet")
        let verdict = verdict(
            type: text.extracting(range("type")), subtype: text.extracting(range("subtype")), action: text.extracting(range("action")),
            level: text.extracting(range("level")), severity: text.extracting(range("severity")),
            description: text.extracting(range("logdesc")))
        let message = pairs.value("msg", in: text) ?? pairs.value("attack", in: text) ?? pairs.value("logdesc", in: text)
        return LogReading(
            verdict: verdict, dataset: "fortinet", observerType: "firewall", time: time(text, pairs, &tools, context), message: message)
    }

    private static func verdict(
        type: Span<UInt8>, subtype: Span<UInt8>, action: Span<UInt8>, level: Span<UInt8>, severity: Span<UInt8>, description: Span<UInt8>
    ) -> Verdict {
        if failures.first(in: action) != nil || failures.first(in: description) != nil {
            var verdict = Verdict.failedLogin()
            verdict.action = nil
            return verdict
        }
        let isPassed = passing.number(action) != nil || action.count == 0
        if type.equals("traffic") {
            guard !isPassed, subtype.equals("forward") || subtype.equals("local") || subtype.count == 0 else { return session }
            var verdict = Verdict.deniedPacket
            verdict.action = nil
            return verdict
        }
        guard let number = subtypeTable.number(subtype) else { return type.equals("event") ? event : session }
        let known = subtypes[number]
        // What a filter let through is a record; an exploit or a virus is an attack even when it was only seen.
        if known.type == .policy, isPassed { return session }
        let stated: AttackSeverity =
            if severity.equals("critical") { .critical } else if severity.equals("high") { .high } else if level.equals("alert") {
                .medium
            } else { .low }
        return .attack(nil, known.type, max(stated, known.floor), Verdict.network, [isPassed ? "info" : "denied"], kind: "alert")
    }

    private static func appendTransport(_ number: Span<UInt8>, into batch: inout EventBatch) {
        if number.equals("6") {
            batch.append(.networkTransport, "tcp")
        } else if number.equals("17") {
            batch.append(.networkTransport, "udp")
        } else if number.equals("1") {
            batch.append(.networkTransport, "icmp")
        }
    }

    /// `eventtime` (epoch in seconds to nanoseconds), else `date`, `time` and `tz`.
    private static func time(_ text: Span<UInt8>, _ pairs: KeyValueReader, _ tools: inout LogTools, _ context: RecordContext) -> Timestamp?
    {
        if let epoch = pairs.value("eventtime", in: text), let time = TimestampReader.any.read(text.extracting(epoch)) { return time }
        guard let date = pairs.value("date", in: text), let clock = pairs.value("time", in: text) else { return nil }
        var all = text.extracting(date).string + " " + text.extracting(clock).string
        if let zone = pairs.value("tz", in: text), zone.count == 5 || zone.count == 6 { all += " " + text.extracting(zone).string }
        return tools.time(Array(all.utf8).span, at: 0, context)?.time
    }
}
