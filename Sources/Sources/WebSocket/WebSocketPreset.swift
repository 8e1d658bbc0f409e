/// Feeds whose protocol is known, so that little must be configured.
public enum WebSocketPreset: String, CaseIterable, Sendable {
    case bluesky
    case satoriRTM = "satori-rtm"
    case mastodon
    case fortinet

    /// Whether a channel or topic must be named.
    public var needsChannel: Bool { self == .satoriRTM }

    /// The address where none is stated; nil where one must be.
    public var url: String? {
        switch self {
        case .bluesky: "wss://jetstream1.us-east.bsky.network/subscribe?wantedCollections=app.bsky.feed.post&cursor={cursor}"
        case .fortinet: "wss://threatmap.fortiguard.com/ws"
        case .satoriRTM, .mastodon: nil
        }
    }

    /// The name of the format of its records.
    public var format: String {
        switch self {
        case .bluesky: "bluesky"
        case .satoriRTM: "satori-rtm"
        case .mastodon: "mastodon"
        case .fortinet: "fortinet-map"
        }
    }

    /// Options for an address and, where the feed has channels, one of them.
    public func options(url: String, channel: String? = nil) -> WebSocketSourceOptions {
        var options = WebSocketSourceOptions(url: url)
        options.format = format
        options.topic = channel
        switch self {
        case .bluesky:
            options.cursor = "time_us"
            // Events come up to seconds out of order; rev tells the versions of a record.
            options.rewind = 5_000_000
            options.key = ["did", "kind", "commit.rev", "commit.rkey", "identity.seq", "account.seq"]
        case .satoriRTM:
            let body = "\"channel\":\(Self.quoted(channel ?? "")),\"subscription_id\":\(Self.quoted(channel ?? "")),\"fast_forward\":true"
            options.subscribe = ["{\"action\":\"rtm/subscribe\",\"id\":1,\"body\":{\(body)}}"]
            options.resume = ["{\"action\":\"rtm/subscribe\",\"id\":1,\"body\":{\(body),\"position\":\"{cursor}\"}}"]
            options.cursor = "body.position"
            options.refusals = .satori
        case .mastodon: break
        case .fortinet:
            let realm = "[1,\"threatmap\",{\"roles\":{\"subscriber\":{}}}]"
            options.protocols = ["wamp.2.json"]
            options.subscribe = [realm, "[32,1,{},\(Self.quoted(channel ?? "ips"))]"]
            options.subscribeAfter = "[2,"
            options.refusals = .wamp
        }
        return options
    }

    /// A JSON string.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
