import Model
import Wire

/// Reads access logs: the common and combined forms of Apache, nginx, lighttpd, Caddy and Traefik, with or without a virtual host before
/// them.
///
/// `client identity user [time] "request" status bytes "referrer" "agent"`. A request is an attack when ``WebProbes`` says so, or
/// when a name was given and refused (status 401); every other one is a record.
enum WebAccessLog: LogReader {
    static func read(
        _ text: Span<UInt8>, _ line: SyslogLine, _ tools: inout LogTools, _ context: RecordContext, into batch: inout EventBatch
    ) -> LogReading? {
        guard let parts = Parts(text, line.body), let time = tools.time(text, at: parts.time.lowerBound, context),
            time.end <= parts.time.upperBound
        else { return nil }
        if let client = Endpoint(text.extracting(parts.client)) {
            client.append(.sourceIP, .sourcePort, into: &batch)
        } else {
            batch.append(.sourceDomain, utf8: text.extracting(parts.client))
        }
        if !parts.virtualHost.isEmpty { batch.append(.urlDomain, utf8: text.extracting(parts.virtualHost)) }
        let user = text.extracting(parts.user)
        let hasUser = user.count > 0 && !user.equals("-")
        if hasUser { batch.append(.userName, utf8: user) }
        let status = NumberText.integer(text.extracting(parts.status))
        if let status { batch.append(.httpStatus, integer: status) }
        if let bytes = NumberText.integer(text.extracting(parts.bytes)), bytes >= 0 { batch.append(.httpBodyBytes, integer: bytes) }
        appendRequest(text, parts.request, into: &batch)
        appendText(.httpReferrer, text, parts.referrer, into: &batch)
        appendText(.userAgent, text, parts.agent, into: &batch)
        batch.append(.networkProtocol, "http")
        let probe = WebProbes.verdict(request: text.extracting(parts.request), agent: text.extracting(parts.agent), status: status)
        let login = hasUser && status == 401 ? Verdict.failedLogin("http_login_failed") : nil
        let isError = status.map { $0 >= 400 } ?? false
        return LogReading(
            verdict: probe ?? login ?? .record("request", ["web"], [isError ? "error" : "access"]), dataset: "web.access", time: time.time,
            message: parts.request)
    }

    private static func appendText(_ field: Field, _ text: Span<UInt8>, _ range: Range<Int>, into batch: inout EventBatch) {
        let value = text.extracting(range)
        if value.count > 0, !value.equals("-") { batch.append(field, utf8: value) }
    }

    /// `GET /path?query HTTP/1.1`; what is not of that form is kept as `url.original`.
    static func appendRequest(_ text: Span<UInt8>, _ range: Range<Int>, into batch: inout EventBatch) {
        let methodEnd = text.wordEnd(from: range.lowerBound, to: range.upperBound)
        let target = text.skippingBlanks(from: methodEnd, to: range.upperBound)
        var end = range.upperBound
        if let last = text.extracting(0..<range.upperBound).lastRange(of: " HTTP/"), last.lowerBound >= target {
            batch.append(.httpVersion, utf8: text.extracting(last.upperBound..<range.upperBound))
            end = last.lowerBound
        }
        guard methodEnd < range.upperBound, methodEnd - range.lowerBound <= 16, end > target else {
            return appendText(.urlOriginal, text, range, into: &batch)
        }
        batch.append(.httpMethod, utf8: text.extracting(range.lowerBound..<methodEnd))
        batch.append(.urlOriginal, utf8: text.extracting(target..<end))
        guard text[target] == UInt8(ascii: "/") else { return }
        let query = text.firstIndex(of: UInt8(ascii: "?"), from: target, to: end) ?? end
        batch.append(.urlPath, utf8: text.extracting(target..<query))
        if query + 1 < end { batch.append(.urlQuery, utf8: text.extracting(query + 1..<end)) }
    }

    /// The text of the quotes that open at `at`; a backslash escapes.
    static func quoted(_ text: Span<UInt8>, _ at: inout Int, _ limit: Int) -> Range<Int> {
        let start = at + 1
        at = start
        while at < limit, text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
        let end = min(at, limit)
        at = min(at + 1, limit)
        return start..<max(start, end)
    }

    /// Where the parts of an access line lie.
    struct Parts {
        var virtualHost = 0..<0
        var client = 0..<0
        var user = 0..<0
        var time = 0..<0
        var request = 0..<0
        var status = 0..<0
        var bytes = 0..<0
        var referrer = 0..<0
        var agent = 0..<0

        init?(_ text: Span<UInt8>, _ body: Range<Int>) {
            guard let open = text.firstIndex(of: UInt8(ascii: "["), from: body.lowerBound, to: min(body.upperBound, body.lowerBound + 300)),
                open + 20 < body.upperBound, text[open + 3] == UInt8(ascii: "/"),
                let close = text.firstIndex(of: UInt8(ascii: "]"), from: open, to: min(body.upperBound, open + 40))
            else { return nil }
            time = open + 1..<close
            guard readNames(text, body.lowerBound..<open) else { return nil }
            // Traefik and others may put words between the time and the request.
            guard let quote = text.firstIndex(of: UInt8(ascii: "\""), from: close, to: body.upperBound) else { return nil }
            var at = quote
            request = WebAccessLog.quoted(text, &at, body.upperBound)
            status = word(text, &at, body.upperBound)
            bytes = word(text, &at, body.upperBound)
            guard status.count == 3, NumberText.integer(text.extracting(status)) != nil else { return nil }
            at = text.skippingBlanks(from: at, to: body.upperBound)
            if at < body.upperBound, text[at] == UInt8(ascii: "\"") { referrer = WebAccessLog.quoted(text, &at, body.upperBound) }
            at = text.skippingBlanks(from: at, to: body.upperBound)
            if at < body.upperBound, text[at] == UInt8(ascii: "\"") { agent = WebAccessLog.quoted(text, &at, body.upperBound) }
        }

        /// `[virtual host] client identity user`; the client is the first word that is an address, else the last but two.
        private mutating func readNames(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
            var words: [Range<Int>] = []
            var at = range.lowerBound
            while at < range.upperBound, words.count < 8 {
                words.append(word(text, &at, range.upperBound))
                at = text.skippingBlanks(from: at, to: range.upperBound)
            }
            guard words.count >= 3 else { return false }
            let place =
                words.firstIndex { IPAddress(utf8: text.extracting($0)) != nil || Endpoint(text.extracting($0)) != nil }
                ?? max(0, words.count - 3)
            client = words[place]
            if place > 0 { virtualHost = words[0] }
            if place + 2 < words.count { user = words[place + 2].lowerBound..<words[words.count - 1].upperBound }
            return true
        }

        private func word(_ text: Span<UInt8>, _ at: inout Int, _ limit: Int) -> Range<Int> {
            let start = text.skippingBlanks(from: at, to: limit)
            at = text.wordEnd(from: start, to: limit)
            return start..<at
        }
    }
}
