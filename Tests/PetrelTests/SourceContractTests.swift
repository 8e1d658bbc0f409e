import Testing

@testable import petrel

/// Every kind of source has the seven cases of the contract somewhere, as a test of that name or as a test against a real peer.
@Suite struct SourceContractTests {
    static let cases = ["backPressure", "resumeWithoutLoss", "reconnect", "malformedMessage", "hugeMessage", "halfOpenPeer", "shutdown"]

    /// The suites of each kind, below `Tests/`; log shippers come by HTTP and are no kind of the configuration.
    static let suites: [String: [String]] = [
        "file": ["SourcesTests/FileContractTests"], "stdin": ["SourcesTests/StandardInputContractTests"],
        "syslog": ["SourcesTests/SyslogContractTests"], "unix": ["SourcesTests/UnixContractTests"],
        "decoy": ["SourcesTests/DecoyContractTests"],
        "websocket": ["SourcesTests/WebSocketContractTests", "SourcesTests/WebSocketHandlerTests"],
        "http-poll": ["SourcesTests/HTTPPollContractTests"], "rss": ["SourcesTests/RSSContractTests"],
        "sse": ["SourcesTests/EventStreamContractTests"], "http-stream": ["SourcesTests/LineStreamContractTests"],
        "hpfeeds": ["SourcesTests/HPFeedsContractTests"], "amqp": ["SourcesTests/AMQPContractTests"],
        "kafka": ["SourcesTests/KafkaContractTests"], "shippers": ["WebTests/ShipperContractTests"],
    ]
    /// Kinds without a peer.
    static let withoutPeer: Set = ["replay", "simulator"]

    @Test func `Every kind that has a peer is in the table`() {
        let kinds = Set(SourceKinds.all.map(\.name))
        #expect(kinds.subtracting(Self.withoutPeer).union(["shippers"]) == Set(Self.suites.keys))
    }

    @Test(arguments: suites.keys.sorted()) func `All seven cases are tested`(kind: String) throws {
        let texts = try (Self.suites[kind] ?? []).map { try Repository.text("Tests/\($0).swift") }
        for name in Self.cases {
            #expect(texts.contains { $0.contains(" func \(name)(") }, "\(kind): no test \(name)")
        }
    }

    @Test func `The documentation names the suites`() throws {
        let page = try Repository.text("docs/sources/README.md")
        for (kind, suites) in Self.suites {
            for suite in suites {
                let name = suite.split(separator: "/").last.map(String.init) ?? suite
                #expect(page.contains("`\(name)`"), "\(kind): \(name) is not in docs/sources/README.md")
            }
        }
    }
}
