import Model
import Wire

/// Reads Cisco ASA, FTD and PIX messages: `%ASA-4-106023: Deny tcp src outside:192.0.2.1/4711 dst inside:198.51.100.2/22 …`.
///
/// The table goes by message number (Cisco's "ASA Series Syslog Messages"). What is not in it is a record.
enum CiscoASALog: LogReader {
    /// Groups of message numbers with one meaning.
    static let groups: [(numbers: [String], verdict: Verdict)] = [
        (
            [
                "106001", "106006", "106007", "106010", "106012", "106014", "106015", "106018", "106020", "106023", "106100", "710003",
                "710006", "500004",
            ], Verdict.deniedPacket
        ),
        (["106016", "106017", "106021", "106022", "106024"], spoofed),
        (["113005", "113006", "113015", "113021", "605004", "611102", "308001", "716039", "109006", "109008"], login),
        (["611103", "315011"], logout),
        (["733101", "733102"], Verdict.attack("threat_detected", .scan, .medium, technique: "T1046")),
        (["733100", "733104", "733105"], Verdict.attack("threat_detected", .dos, .medium)),
        (["338001", "338002", "338003", "338004", "338005", "338006", "338007", "338008"], listed),
        (["407002", "201003", "201009", "201010", "201012", "209003"], Verdict.attack("limit_exceeded", .dos, .medium)),
        (["304002"], Verdict.attack("url_denied", .policy, .low, Verdict.network, ["denied"])),
    ]

    /// Every message number of ``groups``, with its group.
    private static let messages: [(number: String, group: Int)] = groups.enumerated().flatMap { index, group in
        group.numbers.map { ($0, index) }
    }

    private static let spoofed = Verdict.attack("spoofed_packet", .exploit, .medium, Verdict.network, ["connection", "denied"])
    private static let login = Verdict.failedLogin("asa_login_failed")
    private static let listed = Verdict.attack("listed_address", .malware, .high)
    private static let table = NameTable(messages.map(\.number))
    private static let logout = Verdict.record("asa_logout", ["authentication"], ["end"])
    private static let signature = Verdict.attack("signature", .exploit, .medium, kind: "alert")
    private static let signatureScan = Verdict.attack("signature", .recon, .low, kind: "alert")
    private static let other = Verdict.record(nil, ["network"], ["info"])
    private static let permitted = Verdict.record("permitted", ["network"], ["connection", "allowed"])

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        guard let mark = mark(text, line.body) else { return nil }
        // `%ASA-4-106023: `, also with a group: `%ASA-session-6-302013: `.
        guard let colon = text.firstIndex(of: UInt8(ascii: ":"), from: mark, to: min(line.body.upperBound, mark + 40)) else { return nil }
        let code = text.extracting(mark + 1..<colon).string.split(separator: "-")
        guard code.count >= 3, let number = code.last, let severity = Int64(code[code.count - 2]), (0...7).contains(severity),
            number.count == 6
        else { return nil }
        let body = text.trimmed(colon + 1..<line.body.upperBound)
        batch.append(.eventCode, String(number))
        batch.append(.eventSeverity, integer: severity)
        batch.append(.observerVendor, "Cisco")
        batch.append(.observerProduct, String(code[0]))
        appendEndpoints(text, body, into: &batch)
        let verdict = verdict(String(number), text, body)
        return LogReading(verdict: verdict, dataset: "cisco.asa", observerType: "firewall", message: body)
    }

    /// Where `%ASA-`, `%FTD-` or `%PIX-` stands.
    static func mark(_ text: Span<UInt8>, _ body: Range<Int>) -> Int? {
        guard let percent = text.firstIndex(of: UInt8(ascii: "%"), from: body.lowerBound, to: min(body.upperBound, body.lowerBound + 64))
        else { return nil }
        return text.has("%ASA-", at: percent) || text.has("%FTD-", at: percent) || text.has("%PIX-", at: percent) ? percent : nil
    }

    private static func verdict(_ number: String, _ text: Span<UInt8>, _ body: Range<Int>) -> Verdict {
        // 106100 logs what a rule permits as well.
        if number == "106100", text.range(of: " permitted ", from: body.lowerBound, to: body.upperBound) != nil { return permitted }
        if let found = table.number(Array(number.utf8).span) { return groups[messages[found].group].verdict }
        // 400000 to 400050: the built-in signatures, of which 23 to 26 are ICMP surveys and 28, 32 and 33 scans.
        if number.hasPrefix("4000"), let last = Int(number.suffix(2)) { return (10...26).contains(last) ? signatureScan : signature }
        return other
    }

    /// `src outside:192.0.2.1/4711 dst inside:…`, `from 192.0.2.1/4711 to …`, `for outside:… to inside:…`.
    private static func appendEndpoints(_ text: Span<UInt8>, _ body: Range<Int>, into batch: inout EventBatch) {
        var found: [Endpoint] = []
        var at = body.lowerBound
        while at < body.upperBound, found.count < 2 {
            let end = text.wordEnd(from: at, to: body.upperBound)
            // An interface's name stands before a colon.
            var start = at
            if let colon = text.firstIndex(of: UInt8(ascii: ":"), from: at, to: end), !text.has("::", at: colon),
                text.extracting(at..<end).firstIndex(of: UInt8(ascii: "/")) != nil || IPAddress(utf8: text.extracting(at..<end)) == nil
            {
                start = colon + 1
            }
            var last = end
            while last > start, [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "."), UInt8(ascii: ")")].contains(text[last - 1]) {
                last -= 1
            }
            if text.has("(", at: start) || last - start < 7 {
                at = text.skippingBlanks(from: end, to: body.upperBound)
                continue
            }
            // 106100 and 302013 write `outside/192.0.2.1(4711)` and `outside:192.0.2.1/4711 (192.0.2.1/4711)`.
            if let slash = text.firstIndex(of: UInt8(ascii: "/"), from: start, to: last),
                let endpoint = Endpoint(text.extracting(slash + 1..<last)), IPAddress(utf8: text.extracting(start..<slash)) == nil
            {
                found.append(endpoint)
            } else if let endpoint = Endpoint(text.extracting(start..<last)) {
                found.append(endpoint)
            }
            at = text.skippingBlanks(from: end, to: body.upperBound)
        }
        if found.isEmpty, let finding = AddressFinder.find(text, in: body) { found = [finding.endpoint] }
        if let source = found.first { source.append(.sourceIP, .sourcePort, into: &batch) }
        if found.count > 1 { found[1].append(.destinationIP, .destinationPort, into: &batch) }
        for name in ["tcp", "udp", "icmp"] as [StaticString] where appendTransport(name, text, body, into: &batch) { break }
    }

    private static func appendTransport(_ name: StaticString, _ text: Span<UInt8>, _ body: Range<Int>, into batch: inout EventBatch) -> Bool
    {
        var at = body.lowerBound
        for _ in 0..<8 where at < body.upperBound {
            let end = text.wordEnd(from: at, to: body.upperBound)
            if text.extracting(at..<end).equalsIgnoringCase(name) {
                batch.append(.networkTransport, name)
                return true
            }
            at = text.skippingBlanks(from: end, to: body.upperBound)
        }
        return false
    }
}
