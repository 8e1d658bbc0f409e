/// Scheme, host and port of an address.
struct HTTPOrigin: Equatable, Sendable {
    let isSecure: Bool
    let host: String
    let port: Int

    /// The origin of an address; nil when it is none for HTTP.
    init?(_ url: String) {
        guard let end = url.firstRange(of: "://") else { return nil }
        switch url[..<end.lowerBound].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: return nil
        }
        var authority = url[end.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        let bracket = authority.lastIndex(of: "]")
        let colon = authority.lastIndex(of: ":").flatMap { colon in bracket.map { colon > $0 } ?? true ? colon : nil }
        host = String(colon.map { authority[..<$0] } ?? authority).lowercased()
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "<" }) else { return nil }
        if let colon {
            guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else { return nil }
            port = number
        } else {
            port = isSecure ? 443 : 80
        }
    }

    /// The address to which a redirect leads (RFC 3986 §5, without dots in paths); nil when it is none.
    static func resolve(_ location: String, from url: String) -> String? {
        if location.contains("://") { return HTTPOrigin(location) == nil ? nil : location }
        guard let scheme = url.firstRange(of: "://"), !location.isEmpty else { return nil }
        if location.hasPrefix("//") { return url[..<scheme.lowerBound] + ":" + location }
        let authorityEnd = url[scheme.upperBound...].firstIndex { "/?#".contains($0) } ?? url.endIndex
        if location.hasPrefix("/") { return url[..<authorityEnd] + location }
        let path = url[authorityEnd...].prefix { $0 != "?" && $0 != "#" }
        if location.hasPrefix("?") { return url[..<authorityEnd] + path + location }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return url[..<authorityEnd] + folder + location
    }
}
