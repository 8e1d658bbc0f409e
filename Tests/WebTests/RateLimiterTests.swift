import HTTPTypes
import Model
import Synchronization
import TestKit
import Testing

@testable import Web

@Suite struct RateLimiterTests {
    @Test func `A burst is allowed, then the rate`() {
        let limiter = RateLimiter<String>(RateLimit(rate: 2, burst: 5), maximumClients: 100)
        for left in [4, 3, 2, 1, 0] {
            let taken = limiter.take("a", at: .seconds(10))
            #expect(taken.isAllowed && taken.left == left)
        }
        let refused = limiter.take("a", at: .seconds(10))
        #expect(!refused.isAllowed && refused.secondsToNext == 1 && refused.secondsToFull == 3)
        #expect(limiter.take("b", at: .seconds(10)).isAllowed, "another client has its own bucket")
        #expect(!limiter.take("a", at: .milliseconds(10_499)).isAllowed)
        #expect(limiter.take("a", at: .milliseconds(10_500)).isAllowed)
        #expect(!limiter.take("a", at: .milliseconds(10_501)).isAllowed)
        #expect(limiter.take("a", at: .seconds(60)).left == 4, "a rest fills the bucket, not more")
    }

    @Test func `A clock that goes back gives nothing`() {
        let limiter = RateLimiter<Int>(RateLimit(rate: 1, burst: 1), maximumClients: 100)
        #expect(limiter.take(1, at: .seconds(100)).isAllowed)
        #expect(!limiter.take(1, at: .seconds(1)).isAllowed)
        #expect(!limiter.take(1, at: .milliseconds(100_900)).isAllowed)
        #expect(limiter.take(1, at: .seconds(101)).isAllowed)
    }

    @Test func `A slow limit says how long to wait`() {
        let limiter = RateLimiter<Int>(RateLimit(rate: 1, burst: 60), maximumClients: 100)
        for _ in 0..<60 { #expect(limiter.take(1, at: .zero).isAllowed) }
        #expect(limiter.take(1, at: .zero).secondsToFull == 60)
        #expect(limiter.limit.windowSeconds == 60)
    }

    @Test func `Memory is bounded, and the clients of late are remembered`() {
        let limiter = RateLimiter<Int>(RateLimit(rate: 1, burst: 2), maximumClients: 1000)
        for client in 0..<100_000 {
            _ = limiter.take(client, at: .zero)
            _ = limiter.take(-1, at: .zero)
            #expect(limiter.clients <= 1001)
        }
        #expect(!limiter.take(-1, at: .zero).isAllowed, "one that keeps asking is not forgotten")
    }
}

@Suite struct RateLimitsTests {
    static func limits(token: String? = nil, exempt: [String] = ["127.0.0.0/8", "::1/128"]) -> (RateLimits, AccessControl) {
        let access = AccessControl(token: token, hosts: [], pathPrefix: "")
        var options = RateLimitOptions()
        options.exempt = exempt.compactMap { Network($0) }
        return (RateLimits(options, access: access, now: { .zero }), access)
    }

    static func forwarded(_ text: String) -> HTTPFields { [.xForwardedFor: text] }

    @Test func `Clients are told apart by address, behind a proxy of this machine by the address that it names`() throws {
        let (limits, _) = Self.limits()
        func address(_ text: String) throws -> RateLimits.Client { .address(try #require(IPAddress(text))) }
        #expect(limits.client([:], peer: "127.0.0.1") == nil, "this machine has no limits")
        #expect(limits.client([:], peer: "::1") == nil)
        #expect(try limits.client([:], peer: "192.0.2.7") == address("192.0.2.7"))
        #expect(try limits.client(Self.forwarded("203.0.113.9, 198.51.100.4"), peer: "127.0.0.1") == address("198.51.100.4"))
        #expect(try limits.client(Self.forwarded("203.0.113.9"), peer: "192.0.2.7") == address("192.0.2.7"), "anybody may claim that")
        #expect(limits.client(Self.forwarded("nonsense"), peer: "127.0.0.1") == nil)
        #expect(
            limits.client([:], peer: "2001:db8::1") == limits.client([:], peer: "2001:db8::2"), "one network of IPv6 is one client")
        #expect(limits.client([:], peer: "2001:db8::1") != limits.client([:], peer: "2001:db8:0:1::1"))
        #expect(try limits.client([:], peer: nil) == address("::"), "a peer without an address is counted, too")
    }

    @Test func `A browser that is logged in is a client of its own`() throws {
        let (limits, access) = Self.limits(token: "secret")
        let session = try #require(access.makeSession(for: "secret"))
        #expect(limits.client([.cookie: "petrel_session=\(session)"], peer: "192.0.2.7") == .session(session))
        #expect(try limits.client([.cookie: "petrel_session=x"], peer: "192.0.2.7") == .address(#require(IPAddress("192.0.2.7"))))
        #expect(limits.client([.cookie: "petrel_session=\(session)"], peer: "127.0.0.1") == nil)
    }
}

/// A steady clock that moves only when told to.
final class SteadyClock: Sendable {
    private let state = Mutex(Duration.zero)

    var value: Duration {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

@Suite(.serialized, .timeLimit(.minutes(5))) struct RateLimitServerTests {
    @Test func `Too many questions are refused until the bucket fills, and nothing else is`() async throws {
        let clock = SteadyClock()
        try await RunningServer.run {
            $0.rateLimits.query = RateLimit(rate: 1, burst: 2)
            $0.rateLimits.exempt = []
            $0.steadyClock = { clock.value }
        } _: { server in
            let first = try await server.ask("/api/v1/count")
            #expect(first.status == 200 && first.text.contains("RateLimit-Policy: \"query\";q=2;w=2"))
            #expect(first.text.contains("RateLimit: \"query\";r=1;t=1"))
            #expect(try await server.ask("/api/v1/count?limit=1").status == 400, "what is wrong is counted, too")
            let refused = try await server.ask("/api/v1/top?field=source.ip")
            #expect(refused.status == 429 && refused.text.contains("Retry-After: 1\r\n"))
            #expect(refused.text.contains("application/problem+json") && refused.text.contains("RateLimit: \"query\";r=0;t=2"))
            for target in ["/healthz", "/", "/api/v1/about", "/metrics"] { #expect(try await server.ask(target).status == 200) }
            let ingest = try await server.ask("/api/v1/ingest/suricata", method: "POST")
            #expect(ingest.status == 200 && ingest.text.contains("RateLimit: \"ingest\";r=4999;t=1"))
            clock.value = .seconds(1)
            #expect(try await server.ask("/api/v1/count").status == 200)
            #expect(try await server.ask("/api/v1/count").status == 429)
        }
    }

    @Test func `This machine has no limits unless it is told so`() async throws {
        try await RunningServer.run {
            $0.rateLimits.query = RateLimit(rate: 1, burst: 1)
            $0.steadyClock = { .zero }
        } _: { server in
            for _ in 0..<5 {
                let answer = try await server.ask("/api/v1/count")
                #expect(answer.status == 200 && !answer.text.contains("RateLimit"))
            }
            let outside = ["X-Forwarded-For: 192.0.2.1"]
            #expect(try await server.ask("/api/v1/count", headers: outside).status == 200)
            #expect(try await server.ask("/api/v1/count", headers: outside).status == 429)
            #expect(try await server.ask("/api/v1/count", headers: ["X-Forwarded-For: 192.0.2.2"]).status == 200)
        }
    }
}
