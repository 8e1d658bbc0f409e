public import Model
import Wire

/// Decodes Mastodon's statuses: as lines or an array (REST), as the data of its event stream, or inside the messages of its WebSocket.
///
/// Deletes, notifications and whatever else the streams carry are filtered. `content` is HTML; the text of a post is plain.
public struct MastodonFormat: Format {
    public static let spec = FormatSpec(name: "mastodon", summary: "Mastodon statuses and streaming events", framing: .json)

    private var envelope = JSONFields(JSONPaths(["payload", "event", "stream"]))
    private var layout: any Format
    private var payload: [UInt8] = []

    /// Nothing is remembered between records.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty, let layout = RecordLayout.mastodon.entry.make([]) else { return nil }
        self.layout = layout
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        guard let object = try LayoutFormat.object(in: record) else { return .notARecord }
        guard !object.isEmpty else { return .filtered }
        let json = record.extracting(object)
        try envelope.readObject(json)
        guard let token = envelope.token(0), envelope.token(1) != nil else { return try layout.decode(record, in: context, into: &batch) }
        guard token.kind == .string else { return .filtered }
        var text: [UInt8] = []
        swap(&text, &payload)
        defer { swap(&text, &payload) }
        text.removeAll(keepingCapacity: true)
        envelope.appendText(of: token, in: json, to: &text)
        guard text.first == UInt8(ascii: "{") else { return .filtered }
        var found = EventBatch()
        guard try layout.decode(text.span, in: context, into: &found) != .filtered, !found.isEmpty else { return .filtered }
        batch.appendValues(of: found[0])
        batch.endRow(raw: record)
        return .events(1)
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        Claim.likelihood(
            [
                Claim(all: ["id", "created_at", "account.acct", "content", "visibility"], likelihood: 95),
                Claim(all: ["stream", "event", "payload"], likelihood: 90),
                Claim(all: ["id", "unread", "accounts", "last_status"], likelihood: 85),
            ], head: head)
    }
}

extension RecordLayout {
    /// A status. What boosts another has that one's text.
    static let mastodon = RecordLayout(
        name: "mastodon", summary: "a Mastodon status", observerType: "social", time: ["created_at"],
        key: { values in values.string("account.acct").isEmpty || values.string("visibility").isEmpty ? "other" : "post" },
        classes: [.post("post")], otherwise: .filtered(),
        rules: [
            FieldRule("uri", .keyword(.postID)), FieldRule("url", .keyword(.postURL)), FieldRule("language", .keyword(.postLanguage)),
            FieldRule("in_reply_to_id", .keyword(.postReplyTo)), FieldRule("reblog.uri", .keyword(.postRepostOf)),
            FieldRule("application.name", .keyword(.postApp)), FieldRule("account.id", .keyword(.postAuthorID)),
            FieldRule("account.acct", .keyword(.postAuthorHandle)), FieldRule("account.display_name", .keyword(.postAuthorName)),
            FieldRule("account.followers_count", .integer(.postAuthorFollowers)), FieldRule("account.bot", .boolean(.postAuthorBot)),
            FieldRule("tags.name", .keyword(.postHashtags)), FieldRule("mentions.acct", .keyword(.postMentions)),
            FieldRule("edited_at", .date(.eventCreated)), FieldRule("visibility", .label("visibility")),
            FieldRule("spoiler_text", .label("spoiler_text")), FieldRule("sensitive", .label("sensitive")),
            FieldRule("account.statuses_count", .label("author_posts")), FieldRule("account.created_at", .label("author_since")),
            FieldRule("account.following_count", .label("author_following")),
        ] + ["content", "reblog.content", "card.url"].map { FieldRule($0, .aside) },
        constants: [(.postNetwork, "mastodon")],
        refine: { values, _, batch in
            let own = values.first(values.number("content"))
            let boosted = values.first(values.number("reblog.content"))
            let html = HTMLText(values.text.span.extracting(boosted.isEmpty ? own : boosted))
            let links = PostFields.distinct(html.links + values.strings("card.url"))
            PostFields.append(text: String(decoding: html.text, as: UTF8.self), links: links, into: &batch)
        },
        writesMessage: true)
}
