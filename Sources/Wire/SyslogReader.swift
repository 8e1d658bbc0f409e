public import Model

/// The parts of a syslog line, as ranges of the line.
public struct SyslogLine: Sendable {
    /// How the header is written.
    public enum Form: Sendable {
        /// No header at all: the body is the whole line, perhaps behind a time.
        case none
        /// `<PRI>Mmm dd HH:MM:SS host tag[pid]: body`, in all its variants.
        case rfc3164
        /// `<PRI>1 time host app pid msgid [data] body`.
        case rfc5424
    }

    /// How the header is written.
    public var form = Form.none
    /// Facility times eight plus severity; nil when not stated.
    public var priority: Int64?
    /// The time that the header states; nil when it states none.
    public var time: Timestamp?
    /// The host that wrote the line; empty when not stated.
    public var host = 0..<0
    /// The program; empty when not stated.
    public var app = 0..<0
    /// The process id; empty when not stated.
    public var pid = 0..<0
    /// RFC 5424's MSGID; empty when not stated or `-`.
    public var messageID = 0..<0
    /// RFC 5424's structured data with its brackets; empty when not stated or `-`.
    public var structuredData = 0..<0
    /// What the program wrote.
    public var body = 0..<0
    /// How often the line stands for the same message (`message repeated 3 times: […]`); 1 mostly.
    public var repeats: Int64 = 1
}

/// Reads syslog lines: RFC 3164 as it is met in the wild, RFC 5424, and bare lines that begin with a time.
///
/// Never fails: what is no header belongs to the body. Linear in the line's bytes.
public struct SyslogReader: Sendable {
    private var times: LineTimeReader

    /// A reader that has seen nothing.
    public init() { times = LineTimeReader() }

    /// A reader that goes on from a ``state``; nil when it is none.
    public init?(state: [UInt8]) {
        guard let times = LineTimeReader(state: state) else { return nil }
        self.times = times
    }

    /// What must be remembered between lines: the last time without a year.
    public var state: [UInt8] { times.state }

    /// Reads one line without its end; the time's parameters are those of ``LineTimeReader``.
    public mutating func read(_ text: Span<UInt8>, zoneMinutes: Int, reference: Timestamp, arrival: Timestamp) -> SyslogLine {
        var line = SyslogLine()
        var at = text.has("\u{feff}") ? 3 : 0
        at = text.skippingBlanks(from: at)
        if let end = priority(text, at, into: &line) { at = end }
        if text.has("1 ", at: at), line.priority != nil || Self.looksLike5424(text, at + 2) {
            let known = times
            if read5424(text, at + 2, zoneMinutes, reference, arrival, into: &line) { return line }
            times = known
        }
        read3164(text, at, zoneMinutes, reference, arrival, into: &line)
        readRepeats(text, into: &line)
        return line
    }

    private func priority(_ text: Span<UInt8>, _ start: Int, into line: inout SyslogLine) -> Int? {
        guard start < text.count, text[start] == UInt8(ascii: "<"),
            let end = text.firstIndex(of: UInt8(ascii: ">"), from: start, to: start + 5),
            let value = NumberText.integer(text.extracting(start + 1..<end)), value >= 0, value <= 191
        else { return nil }
        line.priority = value
        return text.skippingBlanks(from: end + 1)
    }

    // MARK: RFC 5424

    private static func looksLike5424(_ text: Span<UInt8>, _ at: Int) -> Bool {
        at + 20 < text.count && text[at + 4] == UInt8(ascii: "-") && text[at + 10] == UInt8(ascii: "T")
    }

    private mutating func read5424(
        _ text: Span<UInt8>, _ start: Int, _ zoneMinutes: Int, _ reference: Timestamp, _ arrival: Timestamp, into line: inout SyslogLine
    ) -> Bool {
        var at = start
        var words: [Range<Int>] = []
        for _ in 0..<5 {
            let end = text.wordEnd(from: at)
            guard end > at, end < text.count else { return false }
            words.append(at..<end)
            at = end + 1
        }
        func value(_ word: Range<Int>) -> Range<Int> { word.count == 1 && text[word.lowerBound] == UInt8(ascii: "-") ? 0..<0 : word }
        if !value(words[0]).isEmpty {
            guard
                let time = times.read(
                    text, from: words[0].lowerBound, zoneMinutes: zoneMinutes, reference: reference, arrival: arrival),
                time.end == words[0].upperBound
            else { return false }
            line.time = time.time
        }
        line.form = .rfc5424
        (line.host, line.app, line.pid, line.messageID) = (value(words[1]), value(words[2]), value(words[3]), value(words[4]))
        if at < text.count, text[at] == UInt8(ascii: "[") {
            let end = structuredDataEnd(text, at)
            line.structuredData = at..<end
            at = end
        } else if at < text.count, text[at] == UInt8(ascii: "-") {
            at += 1
        }
        at = text.skippingBlanks(from: at)
        if text.has("\u{feff}", at: at) { at += 3 }
        line.body = text.trimmed(at..<text.count)
        return true
    }

    /// The offset behind `[id name="value"]…`; a bracket or quote in a value is escaped by a backslash.
    private func structuredDataEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
        var at = start
        var isQuoted = false
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\\") where isQuoted: at += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "]") where !isQuoted:
                if at + 1 >= text.count || text[at + 1] != UInt8(ascii: "[") { return at + 1 }
            default: break
            }
            at += 1
        }
        // No end: it was no structured data.
        return start
    }

    // MARK: RFC 3164

    private mutating func read3164(
        _ text: Span<UInt8>, _ start: Int, _ zoneMinutes: Int, _ reference: Timestamp, _ arrival: Timestamp, into line: inout SyslogLine
    ) {
        var at = start
        let isBracketed = at < text.count && text[at] == UInt8(ascii: "[")
        // Cisco marks a clock that is not set by `*` or `.`; a sequence number may stand before the time.
        var timeStart = at
        if isBracketed || at < text.count && (text[at] == UInt8(ascii: "*") || text[at] == UInt8(ascii: ".")) { timeStart += 1 }
        let time = times.read(text, from: timeStart, zoneMinutes: zoneMinutes, reference: reference, arrival: arrival)
        guard let time else {
            line.body = text.trimmed(at..<text.count)
            // Without a time only `host app[pid]: ` is header enough.
            var tagged = line
            if tag(text, at, allowingHost: true, into: &tagged), line.priority != nil || !tagged.host.isEmpty && !tagged.pid.isEmpty {
                line = tagged
            }
            return
        }
        line.time = time.time
        at = time.end
        if isBracketed, at < text.count, text[at] == UInt8(ascii: "]") { at += 1 }
        at = text.skippingBlanks(from: at)
        if at < text.count, text[at] == UInt8(ascii: ":"), at + 1 < text.count, text[at + 1] == 0x20 {
            // A colon ends the header: what follows is the message.
            line.body = text.trimmed(at + 1..<text.count)
            return
        }
        line.body = text.trimmed(at..<text.count)
        if tag(text, at, allowingHost: true, into: &line) { return }
        // Without a tag only the classic time promises a host behind it.
        guard time.form == .syslog || time.form == .iso else { return }
        let end = text.wordEnd(from: at)
        guard end < text.count, isHost(text, at..<end) else { return }
        line.form = .rfc3164
        line.host = at..<end
        line.body = text.trimmed(end..<text.count)
    }

    /// Reads `[host ]tag[pid]: `, or finds that there is none.
    private func tag(_ text: Span<UInt8>, _ start: Int, allowingHost: Bool, into line: inout SyslogLine) -> Bool {
        var at = start
        // `<auth.info>` as some daemons write facility and level.
        if at < text.count, text[at] == UInt8(ascii: "<"), let end = text.firstIndex(of: UInt8(ascii: ">"), from: at, to: at + 24),
            text.firstIndex(of: UInt8(ascii: "."), from: at, to: end) != nil
        {
            at = text.skippingBlanks(from: end + 1)
        }
        let end = text.wordEnd(from: at)
        guard end > at else { return false }
        if let found = tagParts(text, at, end) {
            (line.app, line.pid) = (found.app, found.pid)
            line.body = text.trimmed(found.end..<text.count)
            line.form = .rfc3164
            return true
        }
        guard allowingHost, isHost(text, at..<end) else { return false }
        var next = text.skippingBlanks(from: end)
        // Cisco's device id: `asa1 : %ASA-…`.
        if text.has(": %", at: next) { next += 2 }
        var nested = line
        if isMark(text, next) {
            line.form = .rfc3164
            line.host = at..<end
            line.body = text.trimmed(next..<text.count)
            return true
        }
        guard tag(text, next, allowingHost: false, into: &nested) else { return false }
        line = nested
        line.host = at..<end
        return true
    }

    /// Whether a message that needs no tag begins here: `%ASA-4-106023:`, `CEF:0|`, `LEEF:1.0|`, JSON.
    private func isMark(_ text: Span<UInt8>, _ at: Int) -> Bool {
        guard at < text.count else { return false }
        return text[at] == UInt8(ascii: "%") || text[at] == UInt8(ascii: "{") || text.has("CEF:", at: at) || text.has("LEEF:", at: at)
    }

    /// The parts of `app[pid]:`, `app:`, `app[pid]` or `app(module)[pid]:`; nil when a word is none of these.
    private func tagParts(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> (app: Range<Int>, pid: Range<Int>, end: Int)? {
        guard !isMark(text, start) else { return nil }
        // `[sshd]: `, as some write the tag.
        if text[start] == UInt8(ascii: "["), end - start >= 4, text.has("]:", at: end - 2), Self.isLetterOrSlash(text[start + 1]) {
            return (start + 1..<end - 2, 0..<0, end)
        }
        var at = start
        while at < end, Self.isTagByte(text[at]) { at += 1 }
        let app = start..<at
        guard app.count > 0, app.count <= 64, Self.isLetterOrSlash(text[start]) else { return nil }
        if at < end, text[at] == UInt8(ascii: "("), let close = text.firstIndex(of: UInt8(ascii: ")"), from: at, to: end) { at = close + 1 }
        var pid = 0..<0
        if at < end, text[at] == UInt8(ascii: "["), let close = text.firstIndex(of: UInt8(ascii: "]"), from: at, to: text.count) {
            // `su [pid]` is one word; a thread's name may hold blanks, but is short.
            guard close - at <= 32 else { return nil }
            pid = at + 1..<close
            at = close + 1
            if at < text.count, text[at] == UInt8(ascii: ":") { at += 1 }
            guard at >= text.count || text[at] == 0x20 || text[at - 1] == UInt8(ascii: ":") else { return nil }
            return (app, pid, at)
        }
        guard at < end, text[at] == UInt8(ascii: ":"), at + 1 == end else { return nil }
        return (app, pid, at + 1)
    }

    private static func isLetterOrSlash(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "_")
    }

    private static func isTagByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: "+"):
            true
        default: false
        }
    }

    /// Whether a word can be a host's name or address; with one colon it is a client with its port (OpenVPN).
    private func isHost(_ text: Span<UInt8>, _ word: Range<Int>) -> Bool {
        guard word.count > 0, word.count <= 255 else { return false }
        var (isWordy, colons) = (false, 0)
        for i in word {
            let byte = text[i]
            guard Self.isTagByte(byte) && byte != UInt8(ascii: "/") || byte == UInt8(ascii: ":") else { return false }
            if byte == UInt8(ascii: ":") { colons += 1 }
            isWordy = isWordy || byte != UInt8(ascii: "-") && byte != UInt8(ascii: ":")
        }
        return isWordy && colons != 1 && text[word.upperBound - 1] != UInt8(ascii: ":")
    }

    // MARK: Repeats

    /// `message repeated 2 times: [ … ]` stands for its inside, so often; `last message repeated 3 times` names none.
    private func readRepeats(_ text: Span<UInt8>, into line: inout SyslogLine) {
        let body = line.body
        for form in ["message repeated ", "last message repeated "] as [StaticString] where text.has(form, at: body.lowerBound) {
            let start = body.lowerBound + form.utf8CodeUnitCount
            let end = text.wordEnd(from: start, to: body.upperBound)
            guard let count = NumberText.integer(text.extracting(start..<end)), count > 0, text.has(" times", at: end) else { return }
            line.repeats = count
            let inner = end + 6
            guard text.has(": [", at: inner), text[body.upperBound - 1] == UInt8(ascii: "]"), inner + 3 < body.upperBound else { return }
            line.body = text.trimmed(inner + 3..<body.upperBound - 1)
        }
    }
}
