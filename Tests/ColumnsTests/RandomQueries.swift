import KQL
import Model
import TestKit

@testable import Columns

/// Queries, ranges of time and keys, from a seed.
struct RandomQueries {
    static let comparisons = [
        "attack.type: scan", "attack.type: \"\"", "attack.type: *b*", "attack.type: nothing", "attack.type < c", "event.family: post",
        "user.name: (root or admin)", "user.name: Ünal", "user.name: 漢*", "user.name: user1*", "user.name: *", "user.name >= user2",
        "user.name: \"\"", "user.name: nul", "user.name: ro\\*ot", "user.name: *o*t", "source.ip: 10.0.0.0/20", "source.ip: 10.0.3.7",
        "source.ip >= 10.0.8.0", "source.ip < 10.0.1.0", "source.ip: \"2001:db8::/126\"", "source.ip: 192.0.2.1", "related.ip: 0.0.0.0",
        "related.ip: 10.0.16.0/21", "not related.ip: *", "destination.port: 22", "destination.port < 0", "destination.port >= 22.5",
        "destination.port: 65535", "event.sequence: -9223372036854775808", "event.sequence > 0", "event.sequence: *",
        "sentiment.compound > -0.5", "sentiment.compound: 0", "post.author.bot: true", "post.author.bot: false",
        "event.created >= 2026-05-01", "event.created: *", "@timestamp > 2026-05-20", "@timestamp: 2026-05-10", "@timestamp: *",
        "@timestamp <= now-30d", "source.geo.location: *", "source.geo: *", "tags: (ssh and web)", "tags: s*", "tags: \"\"", "not tags: *",
        "labels.zone: dmz", "labels.*: D*", "labels.rack: *", "labels: *", "labels.none: *", "message: failed", "message: \"login failed\"",
        "message: exam*", "message: ünlü", "message > m", "failed", "ssh", "22", "ro*", "10.0.3.7", "\"attempt 22\"", "true", "2026-05-10",
        "source.*: 10.0.3.7", "*.ip: 255.255.255.255", "*: ssh", "*: *", "nosuch: x", "not nosuch: x", "nothing",
    ]
    static let fields: [Field] = [
        .eventFamily, .attackType, .userName, .sourceIP, .relatedIP, .destinationPort, .eventSequence, .sentimentCompound, .postAuthorBot,
        .eventCreated, .sourceLocation, .tags, .labels, .message, .ruleName,
    ]
    static let intervals: [Int64] = [1000, 61_000, 3_600_000_000, 25_200_000_000, 86_400_000_000, 315_360_000_000_000]

    var generator: MixedEvents

    init(seed: UInt64) { generator = MixedEvents(seed: seed) }

    mutating func text(depth: Int = 3) -> String {
        switch depth > 0 ? Int.random(in: 0..<5, using: &generator.random) : 0 {
        case 0, 1: generator.pick(Self.comparisons)
        case 2: "not (\(text(depth: depth - 1)))"
        case 3: "(\(text(depth: depth - 1)) and \(text(depth: depth - 1)))"
        default: "(\(text(depth: depth - 1)) or \(text(depth: depth - 1)))"
        }
    }

    mutating func scope(_ text: String) throws -> QueryScope {
        let options = QueryOptions(now: MixedEvents.end, ignoresCase: generator.chance(4))
        return QueryScope(generator.chance(9) ? nil : try KQLPredicate(parsing: text, options: options), times: times())
    }

    /// Any time, or a range of up to forty days that may begin or end outside of them.
    private mutating func times() -> Range<Timestamp>? {
        if generator.chance(2) { return nil }
        let first = Double.random(in: -1..<Double(MixedEvents.days + 1), using: &generator.random)
        let length = generator.pick([0, 0.04, 1, 20, 50])
        let end = MixedEvents.end.adding(seconds: -first * 86_400)
        return end.adding(seconds: -length * 86_400)..<end
    }

    mutating func keys(_ count: Int) -> [GroupKey] {
        (0..<count).map { _ in generator.chance(4) ? .time(interval: interval(), origin: origin()) : .field(field()) }
    }

    mutating func field() -> Field { generator.pick(Self.fields) }

    mutating func interval() -> Int64 { generator.pick(Self.intervals) }

    mutating func origin() -> Int64 { generator.pick([0, MixedEvents.end.microseconds, -12_345, .min, .max]) }
}
