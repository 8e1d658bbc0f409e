import Model
import Wire

/// Reads the access log of Amazon's application load balancer.
///
/// `type time balancer client:port target:port three-times status target-status received sent "request" "agent"` and more. A request is
/// told apart as in ``WebAccessLog``.
enum BalancerLog: LogReader {
    private static let types = NameTable(["http", "https", "h2", "grpcs", "ws", "wss"])

    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        // The first word is no program, whatever the reader of headers made of it.
        guard types.number(text.extracting(0..<text.wordEnd(from: 0, to: text.count))) != nil, let parts = Parts(text),
            let time = tools.time(text, at: parts.words[1].lowerBound, context), time.end <= parts.words[1].upperBound,
            let client = Endpoint(text.extracting(parts.words[3])),
            let status = NumberText.integer(text.extracting(parts.words[8])) ?? (text.extracting(parts.words[8]).equals("-") ? 0 : nil)
        else { return nil }
        client.append(.sourceIP, .sourcePort, into: &batch)
        if let target = Endpoint(text.extracting(parts.words[4])) { target.append(.destinationIP, .destinationPort, into: &batch) }
        if status > 0 { batch.append(.httpStatus, integer: status) }
        if let bytes = NumberText.integer(text.extracting(parts.words[11])), bytes >= 0 { batch.append(.httpBodyBytes, integer: bytes) }
        WebAccessLog.appendRequest(text, parts.request, into: &batch)
        let agent = text.extracting(parts.agent)
        if agent.count > 0, !agent.equals("-") { batch.append(.userAgent, utf8: agent) }
        batch.append(.networkProtocol, "http")
        let probe = WebProbes.verdict(request: text.extracting(parts.request), agent: agent, status: status)
        return LogReading(
            verdict: probe ?? .record("request", ["web"], [status >= 400 ? "error" : "access"]), dataset: "web.access", time: time.time,
            message: parts.request)
    }

    /// The twelve words before the request, the request and the agent.
    struct Parts {
        var words: [Range<Int>] = []
        var request = 0..<0
        var agent = 0..<0

        init?(_ text: Span<UInt8>) {
            var at = 0
            while words.count < 12 {
                let end = text.wordEnd(from: at, to: text.count)
                guard end > at else { return nil }
                words.append(at..<end)
                at = text.skippingBlanks(from: end, to: text.count)
            }
            guard at < text.count, text[at] == UInt8(ascii: "\"") else { return nil }
            request = WebAccessLog.quoted(text, &at, text.count)
            at = text.skippingBlanks(from: at, to: text.count)
            if at < text.count, text[at] == UInt8(ascii: "\"") { agent = WebAccessLog.quoted(text, &at, text.count) }
        }
    }
}
