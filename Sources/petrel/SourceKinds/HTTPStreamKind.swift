import Pipeline
import Sources

/// Options that both kinds of HTTP streams have.
private let streaming: [ConfigurationOption] = [
    HTTPClientSection.idleTimeout, SourceKinds.maxRecord,
    ConfigurationOption(
        name: "key", type: .texts, summary: "JSON paths that identify a record, so that what is sent again counts as duplicate.",
        example: "[id]"),
    ConfigurationOption(
        name: "window", type: .integer(1...100_000), summary: "Most keys that are remembered.", standard: "5000"),
    ConfigurationOption(
        name: "reconnect", type: .duration(0...3_600_000),
        summary: "Time before a stream that ended in good order is opened again, unless the peer says another.", standard: "3s"),
]

extension SourceKind {
    /// Event streams.
    static let sse = SourceKind(
        name: "sse", summary: "An event stream (SSE), resumed by the id of its last event.",
        options: SourceKinds.records + [
            ConfigurationOption(
                name: "preset", type: .choice(["checkpoint", "mastodon"]),
                summary: "Format and events of a known stream, and for checkpoint the address; what is stated besides wins.",
                example: "mastodon"),
            HTTPClientSection.url(
                "https://social.example.org/api/v1/streaming/public", isRequired: false,
                summary: "Address of the stream. The preset checkpoint has its own."),
            ConfigurationOption(
                name: "events", type: .texts, summary: "Names of the events that are taken; without it all. Others are filtered.",
                example: "[update]"),
        ] + HTTPClientSection.options + streaming
    ) { section in
        let preset = section.values.text("preset")
        let known = preset == "checkpoint" ? "https://threatmap-api.checkpoint.com/ThreatMap/api/feed" : nil
        guard let url = section.values.text("url") ?? known else {
            if section.values.values["url"] == nil { section.note("url", "is missing; add it") }
            return nil
        }
        var options = stream(&section, url)
        options.format = section.settings.format ?? preset
        options.events = section.values.texts("events") ?? (preset == "mastodon" ? ["update", "status.update"] : [])
        checkAddress(url, &section)
        return { [options] context in EventStreamSource(options, onNotice: context.onNotice) }
    }

    /// Lines that do not end.
    static let httpStream = SourceKind(
        name: "http-stream", summary: "An answer that does not end (NDJSON), e.g. the filtered stream of X.",
        options: SourceKinds.records + [
            ConfigurationOption(
                name: "preset", type: .choice(["x"]),
                summary: "X's filtered stream (API v2): address, format, key, and rules made from keywords.", example: "x"),
            HTTPClientSection.url(
                "https://feed.example.org/stream", isRequired: false,
                summary: "Address of the stream; {cursor} in it stands for the cursor of the last record. The preset has its own."),
            ConfigurationOption(
                name: "cursor", type: .text, summary: "JSON path to the place in each record from which to go on.", example: "id"),
            ConfigurationOption(name: "cursor_start", type: .text, summary: "The cursor of the first request.", example: "\"0\""),
            ConfigurationOption(
                name: "rules_url", type: .text, summary: "With the preset x: address of the rules, if not X's own.",
                example: "https://api.x.com/2/tweets/search/stream/rules"),
            ConfigurationOption(
                name: "rule_length", type: .integer(64...4096), summary: "With the preset x: longest rule that the account may have.",
                standard: "512"),
            ConfigurationOption(
                name: "backfill_minutes", type: .integer(0...5),
                summary: "With the preset x: minutes to ask for again after a loss; 0 where the account may not.", standard: "0"),
        ] + HTTPClientSection.options + streaming
    ) { section in
        let values = section.values
        let isX = values.text("preset") == "x"
        let fields = "created_at,lang,entities,author_id,conversation_id,public_metrics,referenced_tweets,source"
        let known =
            "https://api.x.com/2/tweets/search/stream?tweet.fields=\(fields)&expansions=author_id"
            + "&user.fields=username,name,location,verified,created_at,public_metrics"
        guard let url = values.text("url") ?? (isX ? known : nil) else {
            if values.values["url"] == nil { section.note("url", "is missing; add it, or name a preset") }
            return nil
        }
        var options = stream(&section, url)
        options.cursor = values.text("cursor")
        options.cursorStart = values.text("cursor_start") ?? ""
        if url.contains("{cursor}") != (options.cursor != nil) {
            section.note("cursor", "and {cursor} in url belong together; add the other one")
        }
        checkAddress(url, &section)
        guard isX else {
            return { [options] _ in LineStreamSource(options) }
        }
        if values.text("token") == nil, values.text("token_file") == nil {
            section.note("token_file", "is missing; X answers with a bearer token only")
        }
        options.format = section.settings.format ?? "x"
        if options.key.isEmpty { options.key = ["data.id"] }
        if values.values["idle_timeout"]?.isStated != true { options.client.idleTimeout = .seconds(45) }
        let x = XStreamOptions(
            stream: options, rulesURL: values.text("rules_url") ?? "https://api.x.com/2/tweets/search/stream/rules",
            keywords: section.settings.keywords?.terms ?? [], tag: "petrel:\(section.settings.name)",
            maximumRuleLength: values.integer("rule_length") ?? 512, backfillMinutes: values.integer("backfill_minutes") ?? 0)
        return { context in XStreamSource(x, onNotice: context.onNotice) }
    }

    private static func stream(_ section: inout SourceSection, _ url: String) -> HTTPStreamOptions {
        let values = section.values
        var options = HTTPStreamOptions(client: HTTPClientSection.read(&section, url: url))
        options.format = section.settings.format
        options.sensor = section.settings.sensor
        options.key = values.texts("key") ?? []
        if let window = values.integer("window") { options.window = window }
        if let bytes = values.integer("max_record") { options.maximumRecordBytes = bytes }
        if let milliseconds = values.integer("reconnect") { options.reconnect = .milliseconds(milliseconds) }
        return options
    }

    private static func checkAddress(_ url: String, _ section: inout SourceSection) {
        let address = HTTPPollOptions(client: HTTPClientOptions(url: url.replacing("{cursor}", with: "")))
        if let problem = address.problem { section.note(problem.option, problem.text) }
    }
}
