public import Model
import Wire

/// Decodes posts of X (Twitter): lines of the v2 stream, v2 lists and time lines, v1.1 tweets and search answers.
///
/// What is no post (limits, deletes, disconnects, errors) is filtered.
public struct XFormat: Format {
    public static let spec = FormatSpec(name: "x", summary: "X posts: v2 stream and lists, v1.1 tweets", framing: .document)

    private enum Path: Int { case data, users, statuses, text, fullText, extended }

    private var fields = JSONFields(JSONPaths(["data", "includes.users", "statuses", "text", "full_text", "extended_tweet"]))
    private var second: any Format
    private var first: any Format
    private var users = MappingValues(["id", "username", "name", "location", "public_metrics.followers_count", "verified", "created_at"])

    /// Nothing is remembered between records.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty, let second = RecordLayout.xSecond.entry.make([]), let first = RecordLayout.xFirst.entry.make([]) else {
            return nil
        }
        self.second = second
        self.first = first
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        try fields.readObject(record)
        var found = EventBatch()
        let tweets = objects(.data) + objects(.statuses)
        if objects(.data).isEmpty, objects(.statuses).isEmpty {
            guard fields.token(Path.text.rawValue) != nil || fields.token(Path.fullText.rawValue) != nil else { return .filtered }
            return try first.decode(record, in: context, into: &batch)
        }
        let isSecond = !objects(.data).isEmpty
        let authors = try isSecond ? readUsers(record) : [:]
        for tweet in tweets {
            let item = record.extracting(tweet)
            var row = EventBatch()
            _ = isSecond ? try second.decode(item, in: context, into: &row) : try first.decode(item, in: context, into: &row)
            guard !row.isEmpty else { continue }
            found.appendValues(of: row[0])
            if isSecond, let id = row[0].string(.postAuthorID), let author = authors[id] { found.appendValues(of: author[0]) }
            if found.isEmpty { found.endRow(raw: record) } else { found.endRowWithoutRaw() }
        }
        guard !found.isEmpty else { return .filtered }
        batch.append(found)
        return .events(found.count)
    }

    /// The objects at a path, or in the array there.
    private func objects(_ path: Path) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for match in fields.matches where match.path == path.rawValue {
            let token = fields[match.token]
            if token.kind == .object { ranges.append(token.range) }
            guard token.kind == .array else { continue }
            var at = match.token + 1
            while at < token.next {
                if fields[at].kind == .object { ranges.append(fields[at].range) }
                at = fields[at].next
            }
        }
        return ranges
    }

    /// What is known of the authors, by id, each as a row of fields.
    private mutating func readUsers(_ record: Span<UInt8>) throws(DecodeError) -> [String: EventBatch] {
        var found: [String: EventBatch] = [:]
        for user in objects(.users) {
            try users.readJSON(record.extracting(user))
            var row = EventBatch()
            for (path, field) in [("username", Field.postAuthorHandle), ("name", .postAuthorName), ("location", .postAuthorLocation)] {
                let text = users.string(path)
                if !text.isEmpty { row.append(field, text) }
            }
            if let followers = Int64(users.string("public_metrics.followers_count")) {
                row.append(.postAuthorFollowers, integer: followers)
            }
            for (path, label) in [("verified", "author_verified"), ("created_at", "author_since")] {
                let text = users.string(path)
                if !text.isEmpty { row.append(label: label, text) }
            }
            row.endRowWithoutRaw()
            found[users.string("id")] = row
        }
        return found
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        Claim.likelihood(
            [
                Claim(all: ["data.id", "data.text"], likelihood: 92),
                Claim(all: ["created_at", "id_str", "user.screen_name"], any: ["text", "full_text"], likelihood: 95),
                Claim(all: ["statuses", "search_metadata"], likelihood: 92),
            ], head: head)
    }
}

extension RecordLayout {
    /// A post of the v2 API, without its author.
    static let xSecond = RecordLayout(
        name: "x", summary: "a post of X, v2", observerType: "social", time: ["created_at"], otherwise: .post(),
        rules: [
            FieldRule("id", .keyword(.postID)), FieldRule("lang", .keyword(.postLanguage)), FieldRule("source", .keyword(.postApp)),
            FieldRule("author_id", .keyword(.postAuthorID)), FieldRule("entities.hashtags.tag", .keyword(.postHashtags)),
            FieldRule("entities.mentions.username", .keyword(.postMentions)), FieldRule("conversation_id", .label("conversation_id")),
            FieldRule("public_metrics.retweet_count", .label("reposts")), FieldRule("public_metrics.reply_count", .label("replies")),
            FieldRule("public_metrics.like_count", .label("likes")),
        ]
            + ["text", "entities.urls.expanded_url", "referenced_tweets.type", "referenced_tweets.id", "note_tweet.text"]
            .map { FieldRule($0, .aside) },
        constants: [(.postNetwork, "x")], required: ["id"],
        refine: { values, _, batch in
            XText.append(values, text: ["note_tweet.text", "text"], links: "entities.urls.expanded_url", into: &batch)
            for (type, id) in zip(values.strings("referenced_tweets.type"), values.strings("referenced_tweets.id")) {
                if type == "replied_to" { batch.append(.postReplyTo, id) }
                if type == "retweeted" { batch.append(.postRepostOf, id) }
            }
            batch.append(.postURL, "https://x.com/i/status/\(values.string("id"))")
        },
        writesMessage: true)

    /// A tweet of the v1.1 API.
    static let xFirst = RecordLayout(
        name: "x", summary: "a post of X, v1.1", observerType: "social", time: ["created_at"], otherwise: .post(),
        rules: [
            FieldRule("id_str", .keyword(.postID)), FieldRule("lang", .keyword(.postLanguage)),
            FieldRule("user.id_str", .keyword(.postAuthorID)),
            FieldRule("user.screen_name", .keyword(.postAuthorHandle)), FieldRule("user.name", .keyword(.postAuthorName)),
            FieldRule("user.location", .keyword(.postAuthorLocation)), FieldRule("user.followers_count", .integer(.postAuthorFollowers)),
            FieldRule("user.friends_count", .label("author_following")), FieldRule("user.statuses_count", .label("author_posts")),
            FieldRule("user.created_at", .label("author_since")), FieldRule("user.verified", .label("author_verified")),
            FieldRule("user.default_profile", .label("author_default_profile")),
            FieldRule("entities.hashtags.text", .keyword(.postHashtags)),
            FieldRule("entities.user_mentions.screen_name", .keyword(.postMentions)),
            FieldRule("in_reply_to_status_id_str", .keyword(.postReplyTo)), FieldRule("retweeted_status.id_str", .keyword(.postRepostOf)),
        ]
            + ["extended_tweet.full_text", "full_text", "text", "entities.urls.expanded_url", "source"].map { FieldRule($0, .aside) },
        constants: [(.postNetwork, "x")], required: ["id_str"],
        refine: { values, _, batch in
            let app = HTMLText(values.text.span.extracting(values.first(values.number("source")))).text
            if !app.isEmpty { batch.append(.postApp, utf8: app.span) }
            XText.append(
                values, text: ["extended_tweet.full_text", "full_text", "text"], links: "entities.urls.expanded_url", into: &batch)
            let (user, id) = (values.string("user.screen_name"), values.string("id_str"))
            if !user.isEmpty { batch.append(.postURL, "https://x.com/\(user)/status/\(id)") }
        },
        writesMessage: true)
}

/// The text of X's posts, in which `&`, `<` and `>` are character references.
enum XText {
    static func append(_ values: borrowing MappingValues, text paths: [String], links: String, into batch: inout EventBatch) {
        let escaped = paths.map(values.string).first { !$0.isEmpty } ?? ""
        let text = escaped.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
        PostFields.append(text: text, links: PostFields.distinct(values.strings(links)), into: &batch)
    }
}
