import Formats
import Foundation
import Model
import TestKit
import Testing

/// The recordings of honeypots, feeds and posts: one format claims each file, and next to every record becomes a whole event.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.skipMessage)"))
struct RecordedFormatsTests {
    /// Beginnings of paths and the format that claims what lies there, the longest first.
    static let expected: [(path: String, format: String)] = [
        ("adbhoney/", "adbhoney"), ("cowrie/cowrie.json", "cowrie"), ("cowrie/cowrie.log", "cowrie-text"), ("dionaea/", "dionaea"),
        ("dockerhoneypot/", "dockerapi"), ("elasticpot/", "elasticpot"), ("feeds/abuseipdb", "abuseipdb"), ("feeds/cisa-kev", "cisa-kev"),
        ("feeds/threatfox", "threatfox"), ("feeds/urlhaus-urls", "url-list"), ("feeds/", "address-list"),
        ("livefeeds/checkpoint", "checkpoint"),
        ("livefeeds/fortinet", "fortinet-map"), ("livefeeds/satori", "satori-rtm"), ("marx/", "marx"), ("mhn/", "mhn"),
        ("opencanary/", "opencanary"), ("qeeqbox/", "qeeqbox"), ("social/jetstream", "bluesky"), ("social/mastodon", "mastodon"),
        ("social/tweetfeed", "tweetfeed"), ("social/x/v", "x"), ("social/x/wannacry", "x-csv"), ("tanner/", "tanner"),
        ("hostile/", "suricata"),
    ]
    /// No events: lists of accounts, recorded HTTP exchanges, word lists.
    static let unclaimed = ["social/x/", "sentiment/", "hpfeeds/"]

    static func files() throws -> [(path: String, url: URL)] {
        let root = SharedData.folder.resolvingSymlinksInPath().path + "/"
        let all = FileManager.default.enumerator(
            at: SharedData.folder.resolvingSymlinksInPath(), includingPropertiesForKeys: [.isRegularFileKey])
        return (all?.compactMap { $0 as? URL } ?? []).filter { !$0.hasDirectoryPath }.map { (String($0.path.dropFirst(root.count)), $0) }
            .filter { $0.path.contains("/") }.sorted { $0.0 < $1.0 }
    }

    @Test func exactlyOneFormatClaimsEachFile() throws {
        let mine = Set(Self.expected.map(\.format))
        var claimed = 0
        for (path, url) in try Self.files() {
            let head = Array(try SharedData.bytes(at: url).prefix(65_536))
            let claims = FormatCatalogue.standard.claims(head: head.span, fileName: path)
            let specific = claims.filter { $0.isSpecific }
            if let format = Self.expected.first(where: { path.hasPrefix($0.path) })?.format {
                #expect(claims.first?.name == format && specific.count <= 1, "\(path): \(claims)")
                claimed += 1
            } else if Self.unclaimed.contains(where: path.hasPrefix) {
                #expect(specific.isEmpty, "\(path): \(claims)")
            } else {
                let others = mine.subtracting(["suricata"])
                #expect(claims.allSatisfy { !others.contains($0.name) }, "\(path): \(claims)")
                #expect(specific.count <= 1, "\(path): \(claims)")
            }
        }
        #expect(claimed > 100)
    }

    /// Folders, the least share of events with a source address, and whether the file's name stands in for the time.
    static let shares: [(path: String, sourceShare: Double)] = [
        ("adbhoney/", 1), ("cowrie/cowrie.log", 0.76), ("dionaea/", 0.997), ("dockerhoneypot/", 1), ("elasticpot/", 1), ("mhn/", 0.999),
        ("opencanary/", 0.95), ("qeeqbox/", 1), ("tanner/", 1), ("feeds/abuseipdb", 0), ("feeds/cisa", 0), ("feeds/ipsum", 0),
        ("feeds/threatfox", 0),
        ("feeds/firehol-2016-12/", 0), ("livefeeds/checkpoint", 0), ("livefeeds/satori", 1), ("livefeeds/fortinet", 0),
        ("social/jetstream", 0),
        ("social/mastodon", 0), ("social/x/v", 0), ("social/x/wannacry", 0),
    ]

    @Test(arguments: shares)
    func nearlyEveryRecordIsAWholeEvent(path: String, sourceShare: Double) throws {
        var totals: [String: Int] = [:]
        var events = 0
        var withSource = 0
        for (name, url) in try Self.files() where name.hasPrefix(path) {
            guard let format = Self.expected.first(where: { name.hasPrefix($0.path) })?.format else { continue }
            let decoding = try Decoding(stream: try SharedData.bytes(at: url), as: format)
            #expect(decoding.errors.count * 200 <= decoding.records, "\(name): \(decoding.errors.prefix(3))")
            #expect(decoding.isComplete, "\(name)")
            for (type, count) in decoding.counts(.attackType) { totals[type, default: 0] += count }
            events += decoding.batch.count
            for row in 0..<decoding.batch.count where decoding.batch[row].ip(.sourceIP) != nil { withSource += 1 }
        }
        let attacks = totals.values.reduce(0, +)
        print("\(path) \(events) events, source \(withSource), \(totals.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" })")
        #expect(events > 0)
        #expect(Double(withSource) >= sourceShare * Double(events))
        #expect(totals["other", default: 0] * 200 <= attacks)
    }

    @Test func theLongestLineOfDionaeaIsWhole() throws {
        let decoding = try Decoding(stream: try SharedData.bytes("dionaea/dionaea.json.2023-05-31.gz"), as: "dionaea")
        let longest = (0..<decoding.batch.count).map { decoding.batch.raw($0).count }.max()
        #expect(longest == 360_986)
        #expect(decoding.batch.count == 861)
    }

    @Test func countsAreThoseOfTheRecordings() throws {
        #expect(try Decoding(stream: SharedData.bytes("feeds/cisa-kev.json.gz"), as: "cisa-kev").batch.count == 1404)
        #expect(try Decoding(stream: SharedData.bytes("feeds/threatfox-40.json"), as: "threatfox").batch.count == 40)
        let jetstream = try Decoding(stream: SharedData.bytes("social/jetstream/expected_v1.jsonl"), as: "bluesky")
        #expect(jetstream.batch.count == 17 && jetstream.records == 152)
    }

    /// The data's README, 3: rows with a tag about log4j or log4shell by day.
    @Test func tweetFeedShowsLog4Shell() throws {
        let decoding = try Decoding(stream: SharedData.bytes("social/tweetfeed/log4shell-2021-11-01-to-2022-01-31.csv.gz"), as: "tweetfeed")
        #expect(decoding.batch.count == 76_045)
        var days: [String: Int] = [:]
        for row in 0..<decoding.batch.count
        where decoding.batch[row].strings(.postHashtags).contains(where: { $0.lowercased().contains("log4") }) {
            days[decoding.batch[row].date(.timestamp).map { String($0.iso8601.prefix(10)) } ?? "", default: 0] += 1
        }
        #expect(days.keys.min() == "2021-12-11")
        #expect(days["2021-12-11"] == 24)
        #expect(days["2021-12-12"] == 57)
    }
}
