import HTTPTypes
import Hummingbird
public import Model

/// The rate limits of the server.
public struct RateLimitOptions: Sendable {
    /// Questions and lists of one client; nil for no limit.
    public var query: RateLimit? = RateLimit(rate: 50, burst: 500)
    /// Ingest requests of one client; nil for no limit.
    public var ingest: RateLimit? = RateLimit(rate: 500, burst: 5000)
    /// Most clients that are remembered, for each of the two.
    public var maximumClients = 10_000
    /// Clients without limits.
    public var exempt: [Network] = ["127.0.0.0/8", "::1/128"].compactMap { Network($0) }

    /// The defaults.
    public init() {}
}

/// Finds the client of a request and takes its requests from its allowances.
struct RateLimits: Sendable {
    /// Who is counted: a browser that is logged in, else an address.
    enum Client: Hashable, Sendable {
        case session(String)
        case address(IPAddress)
    }

    private let query: RateLimiter<Client>?
    private let ingest: RateLimiter<Client>?
    private let exempt: [Network]
    private let access: AccessControl
    private let now: @Sendable () -> Duration

    /// - Parameter now: a steady clock.
    init(_ options: RateLimitOptions, access: AccessControl, now: @escaping @Sendable () -> Duration = RateLimits.steadyClock) {
        query = options.query.map { RateLimiter($0, maximumClients: options.maximumClients) }
        ingest = options.ingest.map { RateLimiter($0, maximumClients: options.maximumClients) }
        exempt = options.exempt
        self.access = access
        self.now = now
    }

    /// Time since the process began to look at it.
    static let steadyClock: @Sendable () -> Duration = {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }()

    /// What is left for the client; nil where nothing is counted.
    func take(_ allowance: Operation.Allowance, _ request: Request, _ context: WebContext) -> RateVerdict? {
        let limiter: RateLimiter<Client>?
        switch allowance {
        case .none: return nil
        case .query: limiter = query
        case .ingest: limiter = ingest
        }
        guard let limiter, let client = client(request.headers, peer: context.remoteAddress?.ipAddress) else { return nil }
        let taken = limiter.take(client, at: now())
        return RateVerdict(
            name: allowance == .query ? "query" : "ingest", limit: limiter.limit, isAllowed: taken.isAllowed, left: taken.left,
            secondsToNext: taken.secondsToNext, secondsToFull: taken.secondsToFull)
    }

    /// Who sends the request; nil for a client without limits.
    ///
    /// A peer on this machine may be a proxy: the last address of its `X-Forwarded-For`, which it appended itself, is the client then.
    func client(_ fields: HTTPFields, peer: String?) -> Client? {
        var address = peer.flatMap { IPAddress($0) }
        if let peer = address, Self.loopback.contains(where: { $0.contains(peer) }),
            let last = fields[.xForwardedFor]?.split(separator: ",").last, let told = IPAddress(String(last.filter { $0 != " " }))
        {
            address = told
        }
        if let address, exempt.contains(where: { $0.contains(address) }) { return nil }
        if let session = access.session(fields) { return .session(session.name) }
        guard let address else { return .address(IPAddress(high: 0, low: 0)) }
        // Whoever has one IPv6 address has 2^64 of them.
        return .address(address.v4 == nil ? IPAddress(high: address.high, low: 0) : address)
    }

    private static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { Network($0) }
}

/// What a request is told of its client's allowance, in the fields of draft-ietf-httpapi-ratelimit-headers-09.
struct RateVerdict: Sendable {
    let name: String
    let limit: RateLimit
    let isAllowed: Bool
    let left: Int
    let secondsToNext: Int
    let secondsToFull: Int

    /// `q` requests in `w` seconds; `r` are left, and in `t` seconds all are there again.
    func write(to fields: inout HTTPFields) {
        fields[.rateLimitPolicy] = "\"\(name)\";q=\(limit.burst);w=\(limit.windowSeconds)"
        fields[.rateLimit] = "\"\(name)\";r=\(left);t=\(secondsToFull)"
    }

    /// The refusal.
    var problem: Problem {
        var fields = HTTPFields()
        write(to: &fields)
        return Problem(
            status: .tooManyRequests,
            detail: "more than \(limit.rate) \(name) requests a second; nothing was done, go on after Retry-After",
            retryAfter: secondsToNext, fields: fields)
    }
}

extension HTTPField.Name {
    static let xForwardedFor = Self("X-Forwarded-For").unsafelyUnwrapped
    static let rateLimit = Self("RateLimit").unsafelyUnwrapped
    static let rateLimitPolicy = Self("RateLimit-Policy").unsafelyUnwrapped
}
