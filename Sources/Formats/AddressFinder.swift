import Model
import Wire

/// Finds the address that a message is about, by what stands before it.
///
/// Every address in the text is a candidate; the words before it say whether it is the client's (`rhost=`, `client`, `from`) or the
/// server's own (`lip=`, `to`). The first of the best counts, because what an intruder can write into a message mostly stands
/// behind; of the keys that programs write at the end of a line (`rhost=`) the last.
enum AddressFinder {
    struct Finding {
        var endpoint: Endpoint
        /// Whether the words before it say that it is the client's.
        var isMarked: Bool
    }

    /// Keys that programs write behind what the client chose, so that the last one counts.
    private static let last: [StaticString] = ["rhost=", "ip=", "relay="]
    /// What stands before the client's address, in lower case.
    private static let strong: [StaticString] = [
        "rip=", "remote_addr=", "remote_addr: ", "remoteaddr=", "remip=", "addr=", "[client ", "client: ", "client=", "client ",
        "client '", "[client: ", "attacker '", "ipv4/udp/", "ipv4/tcp/", "ipv4/tls/", "ipv4/ws/", "ipv6/udp/", "ipv6/tcp/", "ipv6/tls/",
        "remote host [ipv4:", "remote host [ipv6:", "ip:", "ip: ", "clientip=", "peer ", "remote=", "srcip=", "src=", "oip=",
        "host: ", "client \"",
    ]
    private static let medium: [StaticString] = [
        "from ", "from: ", "from=", "from ip ", "from user ", "relay ", "query ", "ip ", "host=", "host ", "ip address ", "h=", "by ",
        "for ",
        "with ", "badlogin: ", "auth: ", "ban ", "found ", "unban ", "source: ", "address ", "connection from ", "[af_inet]", "[af_inet6]",
        "address: ", "user ", "connection ", "connection: ",
    ]
    /// What stands before an address that is not the client's.
    private static let own: [StaticString] = [
        "lip=", "to ", "->", "-> ", "localaddress=", "local host [ipv4:", "local host [ipv6:", "i=[", "i=", "server: ", "dst=", "daddr=",
        "laddr=", "target ", "at ", "on ", "(ip=", "host: \"", "iid=", "localaddress=\"ipv4/udp/", "localaddress=\"ipv4/tcp/",
        "localaddress=\"ipv4/tls/", "@",
    ]

    /// The client's address in a range, or nil when there is none.
    static func find(_ text: Span<UInt8>, in range: Range<Int>) -> Finding? {
        var best: (score: Int, endpoint: Endpoint)?
        var at = range.lowerBound
        while at < range.upperBound {
            guard isAddressByte(text[at]), at == range.lowerBound || isBoundary(text, at) else {
                at += 1
                continue
            }
            let end = tokenEnd(text, at, range.upperBound)
            if let endpoint = endpoint(text, at..<end) {
                let score = isClientsPlace(text, at..<end, endpoint, in: range) ? 2 : score(text, before: at, from: range.lowerBound)
                if best.map({ score > $0.score || score == 4 && $0.score == 4 }) ?? true { best = (score, endpoint) }
            }
            at = max(end, at + 1)
        }
        return best.map { Finding(endpoint: $0.endpoint, isMarked: $0.score >= 2) }
    }

    /// Whether an address stands where only the client's does: with its port as the first word (HAProxy, OpenVPN), alone between bars
    /// (Drupal), or behind a name in the brackets that the message begins with, `(?@192.0.2.1)` (Pure-FTPd).
    private static func isClientsPlace(_ text: Span<UInt8>, _ token: Range<Int>, _ endpoint: Endpoint, in range: Range<Int>) -> Bool {
        let (start, end) = (token.lowerBound, token.upperBound)
        if start == range.lowerBound { return endpoint.port != nil }
        guard end < range.upperBound else { return false }
        if text[start - 1] == UInt8(ascii: "|") { return text[end] == UInt8(ascii: "|") }
        return text[start - 1] == UInt8(ascii: "@") && text[end] == UInt8(ascii: ")") && text[range.lowerBound] == UInt8(ascii: "(")
            && text.firstIndex(of: UInt8(ascii: ")"), from: range.lowerBound, to: range.upperBound) == end
    }

    /// The host name behind `rhost=`, `from`, `host=` or `client`, for messages without an address; empty when there is none.
    static func hostName(_ text: Span<UInt8>, in range: Range<Int>) -> Range<Int> {
        for mark in ["rhost=", "from ", "host=", "[client ", "client "] as [StaticString] {
            guard let found = text.range(of: mark, from: range.lowerBound, to: range.upperBound) else { continue }
            var end = found.upperBound
            var (hasDot, hasLetter) = (false, false)
            while end < range.upperBound {
                let lower = text[end] | 0x20
                let isLetter = lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
                let isOther = text[end] &- UInt8(ascii: "0") < 10 || text[end] == UInt8(ascii: "-") || text[end] == UInt8(ascii: ".")
                guard isLetter || isOther || text[end] == UInt8(ascii: "_") else { break }
                hasDot = hasDot || text[end] == UInt8(ascii: ".")
                hasLetter = hasLetter || isLetter
                end += 1
            }
            if end > found.upperBound, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
            if hasDot, hasLetter, end - found.upperBound >= 4 { return found.upperBound..<end }
        }
        return 0..<0
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f") || byte == UInt8(ascii: ":")
    }

    /// Whether a word can begin here.
    private static func isBoundary(_ text: Span<UInt8>, _ at: Int) -> Bool {
        let before = text[at - 1]
        if before == UInt8(ascii: ":") { return isKey(text, at - 1) && text[at] != UInt8(ascii: ":") }
        let lower = before | 0x20
        let isWord = lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") || before &- UInt8(ascii: "0") < 10
        return !isWord && before != UInt8(ascii: ".") && before != UInt8(ascii: "-") && before != UInt8(ascii: "_")
    }

    /// Whether what stands before a colon is a key, as in `ip:`, `ipv4:` and `UTC:`, and no part of an IPv6 address.
    private static func isKey(_ text: Span<UInt8>, _ colon: Int) -> Bool {
        var at = colon
        while at > 0, colon - at < 16 {
            let lower = text[at - 1] | 0x20
            if lower > UInt8(ascii: "f"), lower <= UInt8(ascii: "z") { return true }
            guard isAddressByte(text[at - 1]), text[at - 1] != UInt8(ascii: ":") else { return false }
            at -= 1
        }
        return false
    }

    private static func tokenEnd(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Int {
        var end = start
        while end < limit, isAddressByte(text[end]) || text[end] == UInt8(ascii: ".") || text[end] == UInt8(ascii: "%") { end += 1 }
        return end
    }

    /// The address of a token, perhaps with a port behind it, perhaps with punctuation.
    private static func endpoint(_ text: Span<UInt8>, _ token: Range<Int>) -> Endpoint? {
        var end = token.upperBound
        while end > token.lowerBound, text[end - 1] == UInt8(ascii: ":") || text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        guard end - token.lowerBound >= 3 else { return nil }
        if var endpoint = Endpoint(text.extracting(token.lowerBound..<end)) {
            if endpoint.port == nil { endpoint.port = port(text, token.upperBound) }
            return endpoint
        }
        return nil
    }

    /// The port in `#4795`, `(4795)`, ` port 53502`, `]:55379` or `]/1234` behind an address.
    private static func port(_ text: Span<UInt8>, _ start: Int) -> Int64? {
        var at = start
        if text.has(" port ", at: at) {
            at += 6
        } else if text.has("]:", at: at) || text.has("]/", at: at) {
            at += 2
        } else if text.has("#", at: at) || text.has("(", at: at) {
            at += 1
        } else {
            return nil
        }
        var end = at
        while end < text.count, text[end] &- UInt8(ascii: "0") < 10 { end += 1 }
        guard let value = NumberText.integer(text.extracting(at..<end)), value <= 65_535 else { return nil }
        return value
    }

    /// 4 and 3 for a clear mark of the client, 2 for a likely one, 1 for none, 0 for a mark of somebody else.
    private static func score(_ text: Span<UInt8>, before start: Int, from limit: Int) -> Int {
        var at = start
        // What a mail client calls itself: `for ([10.0.0.5]) [203.0.113.5]`.
        if at >= limit + 2, text[at - 1] == UInt8(ascii: "["), text[at - 2] == UInt8(ascii: "(") { return 0 }
        let isDirect = rank(text, at, limit)
        if isDirect != 1 { return isDirect }
        // Step over `[`, `(` and quotes, then over the name in `name[1.2.3.4]` or `name [1.2.3.4]`.
        var stepped = false
        while at > limit, "[(<'\"{".utf8.contains(text[at - 1]) {
            at -= 1
            stepped = true
        }
        guard stepped else { return 1 }
        let afterBracket = rank(text, at, limit)
        if afterBracket != 1 { return afterBracket }
        if at > limit, text[at - 1] == 0x20 { at -= 1 }
        while at > limit, text[at - 1] != 0x20, text[at - 1] != UInt8(ascii: "="), text[at - 1] != UInt8(ascii: ",") { at -= 1 }
        let behindName = rank(text, at, limit)
        // An address in brackets behind a name is a client more often than not.
        return behindName == 1 ? 2 : behindName
    }

    private static func rank(_ text: Span<UInt8>, _ end: Int, _ limit: Int) -> Int {
        if ends(text, end, limit, with: own) { return 0 }
        if ends(text, end, limit, with: last) { return 4 }
        if ends(text, end, limit, with: strong) { return 3 }
        return ends(text, end, limit, with: medium) ? 2 : 1
    }

    private static func ends(_ text: Span<UInt8>, _ end: Int, _ limit: Int, with marks: [StaticString]) -> Bool {
        marks.contains { mark in
            let length = mark.utf8CodeUnitCount
            guard end - length >= limit else { return false }
            for i in 0..<length where Span<UInt8>.lowercased(text[end - length + i]) != mark.utf8Start[i] { return false }
            // The mark must not be the end of a longer word: `into ` is not `to `.
            guard end - length > limit, mark.utf8Start[0] | 0x20 >= UInt8(ascii: "a"), mark.utf8Start[0] | 0x20 <= UInt8(ascii: "z") else {
                return true
            }
            let before = text[end - length - 1] | 0x20
            return before < UInt8(ascii: "a") || before > UInt8(ascii: "z")
        }
    }
}
