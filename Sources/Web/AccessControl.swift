import FoundationEssentials
import HTTPTypes
internal import Synchronization

/// Who may use the server, and under which path it is seen.
///
/// Without a token the server listens on loopback only, and then a request must name a loopback host (or one of `hosts`), so that no web page can
/// reach it under a name of its own (DNS rebinding). With a token every request needs it: as bearer, in one of the
/// ways of log shippers, or as the cookie that the page gets for it. A second token may look and change nothing.
final class AccessControl: Sendable {
    /// What somebody may do.
    enum Right: Int, Comparable, Sendable {
        /// Ask and follow, as a screen on a wall does.
        case look
        /// Everything.
        case change

        static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
    }

    private let token: [UInt8]?
    private let viewerToken: [UInt8]?
    private let hosts: Set<String>
    private let pathPrefix: String
    private let sessions = Mutex<[Right: [String]]>([:])

    /// Most cookies of one right that are valid at the same time; the oldest goes first.
    private static let maximumSessions = 1000
    static let cookieName = "petrel_session"
    /// What is said to a request that names another host.
    static let foreignHost =
        "this server answers to localhost only; name the host in web.hosts, or set a token and address the server by it"

    init(token: String?, viewerToken: String? = nil, hosts: [String], pathPrefix: String) {
        self.token = token.map { Array($0.utf8) }
        self.viewerToken = viewerToken.map { Array($0.utf8) }
        self.hosts = Set(hosts.map { $0.lowercased() })
        self.pathPrefix = pathPrefix
    }

    /// The path within Petrel and the query of a request's target; nil when the path lies outside the prefix.
    func route(_ target: String) -> (path: Substring, query: Substring)? {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = parts[0]
        // A proxy may have taken the prefix off already: both ways are understood.
        if !pathPrefix.isEmpty, path.hasPrefix(pathPrefix) { path = path.dropFirst(pathPrefix.count) }
        return (path, parts.count == 2 ? parts[1] : "")
    }

    /// Whether a path needs no token: the pages, what they say of themselves, and the way to enter a token.
    ///
    /// Compares parts as the router does, to which `//api` and `/api` are the same.
    func isPublic(_ path: String) -> Bool {
        var parts = path.split(separator: "/")[...]
        let prefix = pathPrefix.split(separator: "/")
        if !prefix.isEmpty, parts.starts(with: prefix) { parts = parts.dropFirst(prefix.count) }
        if parts.elementsEqual(["api", "v1", "session"]) || parts.elementsEqual(["api", "v1", "about"]) { return true }
        if parts.elementsEqual(["services", "collector", "health"]) { return true }
        return !["api", "metrics", "services"].contains(parts.first) && !parts.contains { $0.hasPrefix("_") }
    }

    /// What whoever sends these fields may do; nil for nothing.
    func right(_ fields: HTTPFields) -> Right? {
        guard token != nil else { return .change }
        let told = fields[.authorization].map { Self.secrets(in: $0).compactMap(right(of:)) } ?? []
        return (told + [session(fields)?.right].compactMap { $0 }).max()
    }

    /// What a token allows; nil for one that is none.
    private func right(of candidate: String) -> Right? {
        if let token, isEqual(candidate.utf8, token) { return .change }
        if let viewerToken, isEqual(candidate.utf8, viewerToken) { return .look }
        return nil
    }

    /// Whether a request with these fields may go on to what needs that right.
    func permits(_ fields: HTTPFields, _ needed: Right = .look) -> Bool { right(fields).map { $0 >= needed } ?? false }

    /// What an Authorization field says the token is: bearer, Splunk's, an API key of Elasticsearch, or the password of a user.
    static func secrets(in header: String) -> [String] {
        let parts = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return [] }
        let value = parts[1].trimmingPrefix(" ")
        let decoded = Data(base64Encoded: String(value)).map { String(decoding: $0, as: UTF8.self) }
        let password = decoded.flatMap { text in text.firstIndex(of: ":").map { String(text[text.index(after: $0)...]) } }
        switch parts[0].lowercased() {
        case "bearer", "splunk": return [String(value)]
        case "apikey": return [String(value)] + (password.map { [$0] } ?? [])
        case "basic": return password.map { [$0] } ?? []
        default: return []
        }
    }

    /// The session whose cookie a request carries, and what it allows; nil without one that is valid.
    func session(_ fields: HTTPFields) -> (name: String, right: Right)? {
        guard token != nil else { return nil }
        for part in (fields[.cookie] ?? "").split(separator: ";") {
            let pair = part.trimmingPrefix(" ").split(separator: "=", maxSplits: 1)
            if pair.count == 2, pair[0] == Self.cookieName {
                let session = String(pair[1])
                let right = sessions.withLock { sessions in sessions.first { $0.value.contains(session) }?.key }
                return right.map { (session, $0) }
            }
        }
        return nil
    }

    /// Whether the named host is one under which this server may be used.
    func permitsHost(_ authority: String?) -> Bool {
        guard token == nil, let authority else { return true }
        var host = authority.lowercased()
        if host.hasPrefix("[") {
            host = String(host.dropFirst().prefix { $0 != "]" })
        } else if let colon = host.lastIndex(of: ":") {
            host = String(host[..<colon])
        }
        return host == "localhost" || host == "127.0.0.1" || host == "::1" || hosts.contains(host)
    }

    /// A new session's cookie value for somebody who knows a token, with what that token allows; nil for anybody else.
    func makeSession(for candidate: String) -> String? {
        guard let right = right(of: candidate) else { return nil }
        var generator = SystemRandomNumberGenerator()
        let session = (0..<4).map { _ in String(UInt64.random(in: .min ... .max, using: &generator), radix: 16) }.joined()
        sessions.withLock { sessions in
            sessions[right, default: []].append(session)
            if sessions[right, default: []].count > Self.maximumSessions { sessions[right]?.removeFirst() }
        }
        return session
    }

    /// Refuses whoever may look only where that is not enough.
    func check(_ operation: Operation, _ fields: HTTPFields) throws(Problem) {
        guard !operation.isPublic, operation.right > .look, right(fields) == .look else { return }
        throw Problem(status: .forbidden, detail: "this token may look and change nothing (web.viewer_token); use the other one")
    }

    /// Whether a token is needed at all.
    var needsToken: Bool { token != nil }

    /// Compares in a time that does not tell how much of the token is right.
    private func isEqual(_ candidate: some Collection<UInt8>, _ token: [UInt8]) -> Bool {
        var difference = candidate.count ^ token.count
        for (a, b) in zip(candidate, token) { difference |= Int(a ^ b) }
        return difference == 0
    }
}
