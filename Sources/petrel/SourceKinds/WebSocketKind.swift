import Pipeline
import Sources

extension SourceKind {
    /// Feeds over WebSocket.
    static let webSocket = SourceKind(
        name: "websocket", summary: "A feed over WebSocket, by a preset or by your own subscription.",
        options: SourceKinds.records + connection + subscription + [SourceKinds.maxRecord]
    ) { section in
        let values = section.values
        let preset = values.text("preset").flatMap { WebSocketPreset(rawValue: $0) }
        guard let url = values.text("url") ?? preset?.url else {
            section.note("url", preset == nil ? "is needed without a preset" : "is needed: the preset has no address of its own")
            return nil
        }
        if preset?.needsChannel == true, values.text("channel") == nil { section.note("channel", "is needed by the preset") }
        if preset == nil, values.text("channel") != nil { section.note("channel", "is for presets; name it in subscribe") }
        var options = preset?.options(url: url, channel: values.text("channel")) ?? WebSocketSourceOptions(url: url)
        options.read(values)
        options.format = section.settings.format ?? options.format
        if let problem = options.problem { section.note(problem.option, problem.detail) }
        return { [options] context in WebSocketSource(options, onNotice: context.onNotice) }
    }

    private static let connection: [ConfigurationOption] = [
        ConfigurationOption(
            name: "preset", type: .choice(WebSocketPreset.allCases.map(\.rawValue)),
            summary: "A feed whose protocol is known; what else is stated here goes before what it would choose.", example: "bluesky"),
        ConfigurationOption(
            name: "url", type: .text,
            summary: "Address, ws or wss; in its query {cursor} stands for where the feed goes on. Needed without a preset.",
            example: "wss://feed.example.org/stream?since={cursor}"),
        ConfigurationOption(
            name: "headers", type: .table, summary: "Headers of the handshake.", example: "{Authorization: \"Bearer ${FEED_TOKEN}\"}",
            isSecret: true),
        ConfigurationOption(
            name: "protocols", type: .texts, summary: "Subprotocols to offer; the server must choose one.", example: "[wamp.2.json]"),
        ConfigurationOption(
            name: "compress", type: .flag, summary: "Whether to offer compression of messages (permessage-deflate).", standard: "true"),
        ConfigurationOption(
            name: "tls_ca", type: .path, summary: "File with the certificates to trust instead of the system's (PEM).",
            example: "./feed-ca.pem"),
        ConfigurationOption(
            name: "connect_timeout", type: .duration(1000...600_000), summary: "Time for connecting, and then for the handshake.",
            standard: "15s"),
        ConfigurationOption(
            name: "ping_interval", type: .duration(1000...3_600_000), summary: "Time between pings of our own.", standard: "30s"),
        ConfigurationOption(
            name: "idle_timeout", type: .duration(1000...86_400_000),
            summary: "Time without a byte, also none that answers a ping, after which to connect again.", standard: "90s"),
    ]

    private static let subscription: [ConfigurationOption] = [
        ConfigurationOption(
            name: "channel", type: .text, summary: "What to subscribe to, with a preset that has channels.", example: "attacks"),
        ConfigurationOption(
            name: "subscribe", type: .texts, summary: "Texts to send after the handshake.", example: "['{\"subscribe\":\"attacks\"}']"),
        ConfigurationOption(
            name: "subscribe_resume", type: .texts, summary: "Texts to send instead when there is a cursor, for which {cursor} stands.",
            example: "['{\"subscribe\":\"attacks\",\"since\":\"{cursor}\"}']"),
        ConfigurationOption(
            name: "subscribe_after", type: .text,
            summary: "How the answer begins that is waited for between two of the texts; without it all are sent at once.", example: "'[2,'"
        ),
        ConfigurationOption(
            name: "record", type: .text, summary: "Path of the record, or of a list of them, in each message; without it a message is one.",
            example: "data.items"),
        ConfigurationOption(
            name: "cursor", type: .text, summary: "Path of the cursor in each message.", example: "time_us"),
        ConfigurationOption(
            name: "rewind", type: .integer(0...Int.max),
            summary: "How far before the newest cursor to resume, in its own unit; for feeds that come out of order.", example: "5000000"),
        ConfigurationOption(
            name: "key", type: .texts, summary: "Paths whose values tell a message from all others, so that repeated ones are known.",
            example: "[id]"),
    ]
}

extension WebSocketSourceOptions {
    /// Takes what is configured over what the preset chose.
    fileprivate mutating func read(_ values: ConfigurationSection) {
        headers = values.table("headers").sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        protocols = values.texts("protocols") ?? protocols
        subscribe = values.texts("subscribe") ?? subscribe
        resume = values.texts("subscribe_resume") ?? (values.texts("subscribe") == nil ? resume : [])
        subscribeAfter = values.text("subscribe_after") ?? subscribeAfter
        record = values.text("record") ?? record
        cursor = values.text("cursor") ?? cursor
        rewind = values.integer("rewind").map { Int64($0) } ?? rewind
        key = values.texts("key") ?? key
        compress = values.flag("compress") ?? compress
        connectSeconds = values.integer("connect_timeout").map { $0 / 1000 } ?? connectSeconds
        pingSeconds = values.integer("ping_interval").map { $0 / 1000 } ?? pingSeconds
        idleSeconds = values.integer("idle_timeout").map { $0 / 1000 } ?? idleSeconds
        maxRecordBytes = values.integer("max_record") ?? maxRecordBytes
        certificateAuthority = values.text("tls_ca") ?? certificateAuthority
    }
}
