import AsyncHTTPClient
public import Model
import NIOCore
import NIOHTTP1
import Wire

/// What X's filtered stream needs besides the stream.
public struct XStreamOptions: Sendable {
    /// The stream; its key is the post's id.
    public var stream: HTTPStreamOptions
    /// Address of the rules.
    public var rulesURL: String
    /// What the rules are to ask for, in the spelling of `keywords:`; empty leaves the rules as they are.
    public var keywords: [String]
    /// What marks rules as this source's; others are left alone.
    public var tag: String
    /// Longest rule that the account may have, in characters.
    public var maximumRuleLength: Int
    /// Minutes that the stream repeats after a loss of connection, 0 to 5; needs an account that may.
    public var backfillMinutes: Int

    /// Options of the given parts.
    public init(
        stream: HTTPStreamOptions, rulesURL: String, keywords: [String], tag: String, maximumRuleLength: Int = 512, backfillMinutes: Int = 0
    ) {
        self.stream = stream
        self.rulesURL = rulesURL
        self.keywords = keywords
        self.tag = tag
        self.maximumRuleLength = maximumRuleLength
        self.backfillMinutes = backfillMinutes
    }
}

/// Reads X's filtered stream (API v2): sets its rules, reconnects at the pace that X documents, and recognises posts that come again.
///
/// The pace is X's and not the supervisor's, because X locks out who comes back too fast.
public struct XStreamSource: Source {
    let options: XStreamOptions
    let wait: HTTPPollSource.Wait
    let now: @Sendable () -> Timestamp
    let onNotice: @Sendable (String) -> Void

    /// A source of those options; what follows them is replaced in tests.
    public init(
        _ options: XStreamOptions, onNotice: @escaping @Sendable (String) -> Void = { _ in },
        wait: @escaping HTTPPollSource.Wait = { try await Task.sleep(for: $0) },
        now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }
    ) {
        self.options = options
        self.onNotice = onNotice
        self.wait = wait
        self.now = now
    }

    public func run(into intake: any Intake) async throws {
        let lines = LineStreamSource(options.stream, wait: wait, now: now)
        try await HTTPFetcher.using(options.stream.client) { fetcher in
            var pace = XPace()
            var areRulesSet = options.keywords.isEmpty
            while true {
                do {
                    if !areRulesSet {
                        try await XRules(options: options, fetcher: fetcher).set()
                        areRulesSet = true
                    }
                    let isReconnect = try await !intake.cursors().isEmpty
                    let backfill = isReconnect && options.backfillMinutes > 0 ? "backfill_minutes=\(options.backfillMinutes)" : ""
                    // What comes shows that the peer takes us again.
                    let count = try await lines.listen(fetcher, intake, query: backfill) { pace = XPace() }
                    guard count > 0 else {
                        throw HTTPSourceError(.ended, "\(options.stream.client.shownURL): the peer closed the stream before anything came")
                    }
                    try await wait(pace.delay(after: .network))
                } catch {
                    let pause = try pause(after: error, &pace)
                    onNotice("\(error); trying again in \(pause.inSeconds) s")
                    try await wait(pause)
                }
            }
        }
    }

    /// How long to wait after a failure; throws on what waiting does not mend.
    private func pause(after error: any Error, _ pace: inout XPace) throws -> Duration {
        if let refusal = error as? StreamRefusal {
            guard refusal.error.status != 401, refusal.error.status != 403 else { throw refusal.error }
            return pace.delay(after: .status(Int(refusal.response.status.code), reset: reset(refusal.response.headers)))
        }
        guard let error = error as? HTTPSourceError, error.code != .configuration else { throw error }
        return pace.delay(after: error.status.map { .status($0, reset: nil) } ?? .network)
    }

    /// How long until the limit of requests is lifted, where X says so.
    private func reset(_ headers: HTTPHeaders) -> Duration? {
        guard let text = headers.first(name: "x-rate-limit-reset"), let epoch = Int64(text.trimmed) else { return nil }
        let seconds = Timestamp(milliseconds: min(max(0, epoch), 1 << 40) * 1000).seconds(since: now())
        return seconds > 0 ? min(.seconds(seconds), RetryAfter.maximum) : nil
    }
}

/// The pace of reconnects that X documents: after losses of the network 250 ms more each time up to 16 s; after HTTP errors 5 s doubling up to
/// 320 s; after 429 a minute doubling, and never before the limit is lifted.
struct XPace: Equatable {
    /// What went wrong.
    enum Failure {
        case network
        case status(Int, reset: Duration?)
    }

    /// The longest wait after 429 where X does not say.
    static let longestLimit = Duration.seconds(3600)

    private var network = Duration.zero
    private var http = Duration.zero
    private var limit = Duration.zero

    /// How long to wait after one more failure.
    mutating func delay(after failure: Failure) -> Duration {
        switch failure {
        case .network:
            network = min(network + .milliseconds(250), .seconds(16))
            return network
        case .status(429, let reset):
            limit = limit == .zero ? .seconds(60) : min(limit * 2, Self.longestLimit)
            return max(limit, reset ?? .zero)
        case .status:
            http = http == .zero ? .seconds(5) : min(http * 2, .seconds(320))
            return http
        }
    }
}
