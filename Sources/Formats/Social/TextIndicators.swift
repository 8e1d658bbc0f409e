import Model

/// What people write about in posts: addresses, host names, hashes and CVE ids, also in the defanged spelling (`198[.]51[.]100[.]7`,
/// `hxxps://`, `example[dot]org`).
///
/// A bare name counts as a host only under a well-known top-level domain, so that file names and abbreviations do not. Linear in the text.
struct TextIndicators {
    private(set) var addresses: [IPAddress] = []
    private(set) var hosts: [String] = []
    private(set) var hashes: [String] = []
    private(set) var vulnerabilities: [String] = []

    /// Most indicators of one kind that are taken from one text.
    private static let most = 64

    private static let topLevelDomains: Set<String> = [
        "com", "net", "org", "info", "biz", "gov", "edu", "mil", "int", "io", "co", "ai", "app", "dev", "xyz", "top", "site", "online",
        "club", "shop", "icu", "live", "store", "cloud", "tech", "link", "click", "pw", "cc", "tk", "ml", "ga", "cf", "gq", "me", "tv",
        "ru", "su", "cn", "de", "fr", "uk", "nl", "pl", "it", "es", "ir", "in", "jp", "kr", "br", "ua", "eu", "us", "ca", "au", "ch", "se",
        "no", "fi", "dk", "cz", "at", "be", "gr", "hk", "tw", "vn", "id", "th", "tr", "za", "mx", "ar", "cl", "onion", "mobi", "pro",
        "space",
        "website", "fun", "vip", "today", "life", "world", "one", "network", "email", "support", "solutions",
    ]

    init(_ text: String) {
        for scalars in text.unicodeScalars.split(whereSeparator: Self.separators.contains) {
            let word = Substring(scalars)
            if Self.mayHold(word.utf8) { look(at: word) }
        }
    }

    private static let separators: Set<Unicode.Scalar> = [" ", "\n", "\t", "\r", ",", ";", "\"", "'", "<", ">", "|", "\u{3000}"]

    /// Whether a word has what every indicator has: a mark between its parts, or the length of a hash. Most words of people have neither.
    private static func mayHold(_ word: Substring.UTF8View) -> Bool {
        word.count >= 32 || word.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "-") || isBracket($0) }
    }

    /// Whether a byte opens or closes what people put around the dots of harmless spellings.
    private static func isBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "(") || byte == UInt8(ascii: "{")
    }

    private mutating func look(at word: Substring) {
        let trimmed = word.drop { "([{*_~`".contains($0) }
        guard trimmed.utf8.count >= 4, trimmed.utf8.count <= 2048 else { return }
        if trimmed.utf8.contains(UInt8(ascii: "-")) {
            let upper = trimmed.uppercased()
            if let start = upper.firstRange(of: "CVE-") { takeVulnerability(upper[start.upperBound...]) }
        }
        let isDefanged =
            trimmed.utf8.contains(UInt8(ascii: "[")) || trimmed.utf8.contains(UInt8(ascii: "(")) && trimmed.contains("(.)")
            || Self.hasHarmlessScheme(trimmed)
        let plain = isDefanged ? Self.refanged(trimmed) : String(trimmed)
        let isURL = plain.contains("://")
        let afterScheme = plain.firstRange(of: "://").map { plain[$0.upperBound...] } ?? plain[...]
        let authority = afterScheme.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if !isURL, authority.contains("@") { return }
        let host = Self.host(authority)
        if let address = IPAddress(host) {
            if host.contains(".") || host.contains("::") || host.split(separator: ":").count == 8 { Self.add(address, to: &addresses) }
        } else if Self.isHostName(host), isURL || isDefanged || Self.topLevelDomains.contains(Self.lastLabel(host)) {
            Self.add(host.lowercased(), to: &hosts)
        } else if !isURL {
            takeHash(trimmed)
        }
    }

    private mutating func takeVulnerability(_ rest: Substring) {
        let year = rest.prefix(4)
        let number = rest.dropFirst(5).prefix { $0.isASCII && $0.isNumber }
        guard year.count == 4, year.allSatisfy({ $0.isASCII && $0.isNumber }), rest.dropFirst(4).first == "-",
            (4...7).contains(number.count)
        else { return }
        Self.add("CVE-\(year)-\(number)", to: &vulnerabilities)
    }

    private mutating func takeHash(_ word: Substring) {
        let digits = word.prefix { $0.isASCII && $0.isHexDigit }
        guard [32, 40, 64].contains(digits.count), digits.contains(where: \.isLetter), digits.contains(where: \.isNumber) else { return }
        guard word.dropFirst(digits.count).allSatisfy({ ".:)]}!?".contains($0) }) else { return }
        Self.add(digits.lowercased(), to: &hashes)
    }

    private static func add<Value: Equatable>(_ value: Value, to values: inout [Value]) {
        if values.count < most, !values.contains(value) { values.append(value) }
    }

    /// The text as it was before somebody made it harmless.
    static func refanged(_ text: Substring) -> String {
        var plain = String(text)
        if plain.utf8.contains(where: isBracket) { replaceHarmlessMarks(in: &plain) }
        if hasHarmlessScheme(text) { plain = "http" + plain.dropFirst(4) }
        return plain
    }

    private static func hasHarmlessScheme(_ text: Substring) -> Bool {
        text.utf8.prefix(4).elementsEqual("hxxp".utf8) { $0 | 0x20 == $1 }
    }

    private static func replaceHarmlessMarks(in plain: inout String) {
        for (defanged, meant) in [
            ("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[DOT]", "."), ("[:]", ":"), ("[://]", "://"),
            ("[/]", "/"),
            ("[.", "."), (".]", "."),
        ] where plain.contains(defanged) { plain = plain.replacing(defanged, with: meant) }
    }

    /// The authority without user, port and the punctuation of the sentence.
    private static func host(_ authority: Substring) -> String {
        var host = authority
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        while let last = host.last, ".:)]}!?…*_~`".contains(last) { host = host.dropLast() }
        if IPAddress(String(host)) != nil { return String(host) }
        if let colon = host.lastIndex(of: ":"), host[host.index(after: colon)...].allSatisfy({ $0.isASCII && $0.isNumber }) {
            host = host[..<colon]
        }
        return String(host)
    }

    private static func lastLabel(_ host: String) -> String { host.split(separator: ".").last.map { $0.lowercased() } ?? "" }

    private static func isHostName(_ host: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, host.utf8.count <= 253, let last = labels.last, last.count >= 2, last.first?.isLetter == true else {
            return false
        }
        return labels.allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { $0 >= 0x80 || $0 == 0x2d || $0 == 0x5f || $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 }
        }
    }

    /// Appends what was found in the fields in which attacks have theirs.
    func append(to batch: inout EventBatch) {
        for address in addresses { batch.append(.relatedIP, address) }
        for host in hosts { batch.append(.relatedHosts, host) }
        for hash in hashes { batch.append(.relatedHash, hash) }
        for id in vulnerabilities { batch.append(.vulnerabilityID, id) }
    }
}
