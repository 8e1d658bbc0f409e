internal import Synchronization

/// How much one client may ask: a token bucket (RFC 2697 in spirit) of `burst` requests that fills at `rate` a second.
public struct RateLimit: Sendable, Equatable {
    /// Requests a second in the long run.
    public var rate: Int
    /// Requests at once after a rest.
    public var burst: Int

    /// A limit of `rate` requests a second, `burst` at once.
    public init(rate: Int, burst: Int) {
        self.rate = rate
        self.burst = burst
    }

    /// Seconds in which an empty bucket is full again.
    var windowSeconds: Int { max(1, (burst + rate - 1) / rate) }
}

/// Counts the requests of every client against one limit.
///
/// Memory is bounded: two generations of at most half the clients each; the older one is dropped when the younger is full. A client that
/// is forgotten that way begins with a full bucket, so a flood from many addresses costs fairness and never memory.
final class RateLimiter<Client: Hashable & Sendable>: Sendable {
    private struct Bucket {
        /// Requests left, as of the instant.
        var left: Double
        var seen: Duration
    }

    private struct State {
        var young: [Client: Bucket] = [:]
        var old: [Client: Bucket] = [:]
    }

    let limit: RateLimit
    private let maximumClients: Int
    private let state = Mutex(State())

    init(_ limit: RateLimit, maximumClients: Int) {
        self.limit = limit
        self.maximumClients = maximumClients
    }

    /// Clients that are remembered.
    var clients: Int { state.withLock { $0.young.count + $0.old.count } }

    /// Takes a request of a client at an instant of a steady clock; false with the seconds to wait when there is none left.
    func take(_ client: Client, at now: Duration) -> (isAllowed: Bool, left: Int, secondsToNext: Int, secondsToFull: Int) {
        let (rate, burst) = (Double(limit.rate), Double(limit.burst))
        return state.withLock { state in
            var bucket = state.young[client] ?? state.old.removeValue(forKey: client) ?? Bucket(left: burst, seen: now)
            bucket.left = min(burst, bucket.left + max(0, (now - bucket.seen) / .seconds(1)) * rate)
            bucket.seen = max(now, bucket.seen)
            let isAllowed = bucket.left >= 1
            if isAllowed { bucket.left -= 1 }
            if state.young[client] == nil, state.young.count >= max(1, maximumClients / 2) {
                state.old = state.young
                state.young = [:]
            }
            state.young[client] = bucket
            return (
                isAllowed, Int(bucket.left), max(1, Int(((1 - bucket.left) / rate).rounded(.up))),
                Int(((burst - bucket.left) / rate).rounded(.up))
            )
        }
    }
}
