import Model
import Wire

extension RecordLayout {
    /// Bluesky's Jetstream. Only posts that are created or changed are events; likes, deletes, accounts and identities are filtered.
    ///
    /// The event time is the server's (`time_us`), since `createdAt` is the author's clock.
    static let bluesky = RecordLayout(
        name: "bluesky", summary: "Bluesky Jetstream events (posts)", observerType: "social", time: ["time_us"],
        key: { values in
            let isPost = values.string("commit.collection") == "app.bsky.feed.post" && values.string("commit.operation") != "delete"
            return values.string("kind") == "commit" && isPost ? "post" : "other"
        },
        classes: [.post("post")], otherwise: .filtered(),
        rules: [
            FieldRule("did", .keyword(.postAuthorID)), FieldRule("commit.rev", .label("rev")),
            FieldRule("commit.operation", .label("operation")),
            FieldRule("commit.record.createdAt", .date(.eventCreated)), FieldRule("commit.record.langs", .keyword(.postLanguage)),
            FieldRule("commit.record.reply.parent.uri", .keyword(.postReplyTo)),
            FieldRule("commit.record.embed.record.uri", .keyword(.postRepostOf)),
        ]
            + [
                "kind", "commit.collection", "commit.rkey", "commit.record.text", "commit.record.facets", "commit.record.tags",
                "commit.record.embed.external.uri",
            ].map { FieldRule($0, .aside) },
        constants: [(.postNetwork, "bluesky")], required: ["did"],
        claims: [Claim(all: ["did", "time_us", "kind"], likelihood: 95)],
        refine: { values, record, batch in Bluesky.append(values, record, into: &batch) },
        writesMessage: true)
}

/// Facets and addresses of Bluesky's posts.
enum Bluesky {
    static func append(_ values: borrowing MappingValues, _ record: Span<UInt8>, into batch: inout EventBatch) {
        let (did, key) = (values.string("did"), values.string("commit.rkey"))
        if !key.isEmpty {
            batch.append(.postID, "at://\(did)/app.bsky.feed.post/\(key)")
            batch.append(.postURL, "https://bsky.app/profile/\(did)/post/\(key)")
        }
        let text = values.string("commit.record.text")
        let facets = facets(values, record, Array(text.utf8))
        for tag in PostFields.distinct(facets.tags + values.strings("commit.record.tags")) { batch.append(.postHashtags, tag) }
        for mention in PostFields.distinct(facets.mentions) { batch.append(.postMentions, mention) }
        let links = PostFields.distinct(facets.links + values.strings("commit.record.embed.external.uri"))
        PostFields.append(text: text, links: links, into: &batch)
    }

    struct Facets {
        var tags: [String] = []
        var mentions: [String] = []
        var links: [String] = []
    }

    /// What the facets name. Their offsets count bytes of UTF-8, not characters; a tag without a name is the text that it covers.
    static func facets(_ values: borrowing MappingValues, _ record: Span<UInt8>, _ text: [UInt8]) -> Facets {
        var found = Facets()
        guard let number = values.number("commit.record.facets"), let match = values.fields.matches.first(where: { $0.path == number }),
            values.fields[match.token].kind == .array
        else { return found }
        var inner = MappingValues([
            "index.byteStart", "index.byteEnd", "features.$type", "features.tag", "features.uri", "features.did",
        ])
        var at = match.token + 1
        while at < values.fields[match.token].next {
            let facet = values.fields[at]
            at = facet.next
            do throws(DecodeError) { try inner.readJSON(record.extracting(facet.range)) } catch { continue }
            found.tags += inner.strings("features.tag")
            found.links += inner.strings("features.uri")
            found.mentions += inner.strings("features.did")
            if inner.strings("features.$type").contains("app.bsky.richtext.facet#tag"), inner.strings("features.tag").isEmpty,
                let start = Int(inner.string("index.byteStart")), let end = Int(inner.string("index.byteEnd")), start >= 0, start < end,
                end <= text.count
            {
                found.tags.append(String(decoding: text[start..<end], as: UTF8.self).replacing("#", with: ""))
            }
        }
        return found
    }
}
