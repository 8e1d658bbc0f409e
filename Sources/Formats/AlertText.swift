import Model
import Wire

/// The text of an alert as Suricata's fast.log, Snort's alert_fast and both programs' syslog output write it:
/// `[**] [gid:sid:rev] message [**] [Classification: c] [Priority: n] {PROTO} a:p -> b:p`.
///
/// Snort 3 quotes the message, syslog output leaves out the `[**]`, the classification may be absent, a packet may be marked `[Drop]`.
struct AlertText {
    var signature = 0..<0
    var classification = 0..<0
    var priority: Int64?
    var generator = 0..<0
    var rule = 0..<0
    var revision = 0..<0
    var action = 0..<0
    var protocolName = 0..<0
    var source = 0..<0
    var destination = 0..<0

    /// An alert of which nothing is known.
    init() {}

    /// Finds the parts in a range of a line; nil when there is no `[gid:sid:rev]`.
    init?(_ text: Span<UInt8>, in range: Range<Int>) {
        var at = range.lowerBound
        if let open = text.range(of: "[**]", from: at, to: min(range.upperBound, at + 64)) { at = open.upperBound }
        // Suricata writes `[Drop]` or `[wDrop]` before the first stars, Snort 3 in between.
        for mark in ["[Drop]", "[wDrop]", "[drop]", "[block]", "[allow]", "[would_drop]"] as [StaticString] {
            if let found = text.range(of: mark, from: range.lowerBound, to: min(range.upperBound, at + 16)) {
                action = found.lowerBound + 1..<found.upperBound - 1
                at = max(at, found.upperBound)
                if let open = text.range(of: "[**]", from: at, to: min(range.upperBound, at + 6)) { at = open.upperBound }
                break
            }
        }
        at = text.skippingBlanks(from: at, to: range.upperBound)
        guard at < range.upperBound, text[at] == UInt8(ascii: "["), readRule(text, &at, range.upperBound) else { return nil }
        at = text.skippingBlanks(from: at, to: range.upperBound)
        let end = messageEnd(text, at, range.upperBound)
        signature = Self.unquoted(text, text.trimmed(at..<end))
        readMarks(text, end..<range.upperBound)
    }

    private mutating func readRule(_ text: Span<UInt8>, _ at: inout Int, _ end: Int) -> Bool {
        guard let close = text.firstIndex(of: UInt8(ascii: "]"), from: at, to: min(end, at + 40)),
            let first = text.firstIndex(of: UInt8(ascii: ":"), from: at, to: close),
            let second = text.firstIndex(of: UInt8(ascii: ":"), from: first + 1, to: close)
        else { return false }
        (generator, rule, revision) = (at + 1..<first, first + 1..<second, second + 1..<close)
        for part in [generator, rule, revision] where NumberText.integer(text.extracting(part)) == nil { return false }
        at = close + 1
        return true
    }

    private func messageEnd(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        if start < end, text[start] == UInt8(ascii: "\""), let close = text.range(of: "\" [", from: start + 1, to: end) {
            return close.lowerBound + 1
        }
        var nearest = end
        for mark in ["[**]", "[Classification:", "[Priority:", "{"] as [StaticString] {
            if let found = text.range(of: mark, from: start, to: nearest) { nearest = found.lowerBound }
        }
        return nearest
    }

    private mutating func readMarks(_ text: Span<UInt8>, _ range: Range<Int>) {
        if let mark = text.range(of: "[Classification: ", from: range.lowerBound, to: range.upperBound),
            let close = text.firstIndex(of: UInt8(ascii: "]"), from: mark.upperBound, to: range.upperBound)
        {
            classification = mark.upperBound..<close
        }
        if let mark = text.range(of: "[Priority: ", from: range.lowerBound, to: range.upperBound),
            let close = text.firstIndex(of: UInt8(ascii: "]"), from: mark.upperBound, to: range.upperBound)
        {
            priority = NumberText.integer(text.extracting(mark.upperBound..<close))
        }
        guard let open = text.firstIndex(of: UInt8(ascii: "{"), from: range.lowerBound, to: range.upperBound),
            let close = text.firstIndex(of: UInt8(ascii: "}"), from: open, to: range.upperBound)
        else { return }
        protocolName = open + 1..<close
        readEndpoints(text, close + 1..<range.upperBound)
    }

    /// Reads `a:p -> b:p`.
    mutating func readEndpoints(_ text: Span<UInt8>, _ range: Range<Int>) {
        guard let arrow = text.range(of: " -> ", from: range.lowerBound, to: range.upperBound) else { return }
        source = text.trimmed(range.lowerBound..<arrow.lowerBound)
        let start = text.skippingBlanks(from: arrow.upperBound, to: range.upperBound)
        destination = start..<text.wordEnd(from: start, to: range.upperBound)
    }

    static func unquoted(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        guard range.count >= 2, text[range.lowerBound] == UInt8(ascii: "\""), text[range.upperBound - 1] == UInt8(ascii: "\"") else {
            return range
        }
        return range.lowerBound + 1..<range.upperBound - 1
    }

    /// Whether the protocol has ports.
    private func hasPorts(_ text: Span<UInt8>) -> Bool {
        let name = text.extracting(protocolName)
        return name.equalsIgnoringCase("tcp") || name.equalsIgnoringCase("udp") || name.equalsIgnoringCase("sctp")
    }

    /// Appends all but time and the names of the program.
    func append(_ text: Span<UInt8>, into batch: inout EventBatch) {
        let name = text.extracting(protocolName)
        let isICMP = name.count >= 4 && name.count <= 9 && name.string.lowercased().contains("icmp")
        RuleAlert.append(
            signature: text.extracting(signature), classification: text.extracting(classification), priority: priority, isICMP: isICMP,
            into: &batch)
        batch.append(.ruleRuleset, utf8: text.extracting(generator))
        batch.append(.ruleID, utf8: text.extracting(rule))
        batch.append(.ruleVersion, utf8: text.extracting(revision))
        if name.count > 0 { batch.append(.networkTransport, name.string.lowercased()) }
        appendAction(text, into: &batch)
        let hasPort = hasPorts(text)
        if let endpoint = Endpoint(text.extracting(source), hasPort: hasPort) { endpoint.append(.sourceIP, .sourcePort, into: &batch) }
        if let endpoint = Endpoint(text.extracting(destination), hasPort: hasPort) {
            endpoint.append(.destinationIP, .destinationPort, into: &batch)
        }
        batch.append(.message, utf8: text.extracting(signature.isEmpty ? rule : signature))
    }

    private func appendAction(_ text: Span<UInt8>, into batch: inout EventBatch) {
        guard !action.isEmpty else { return }
        let word = text.extracting(action)
        batch.append(.eventAction, utf8: word)
        if word.equalsIgnoringCase("allow") {
            batch.append(.eventType, "allowed")
        } else if word.equalsIgnoringCase("drop") || word.equalsIgnoringCase("block") {
            batch.append(.eventType, "denied")
        }
    }
}
