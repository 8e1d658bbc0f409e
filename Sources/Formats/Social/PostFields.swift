import Model

/// What all posts have: text, message, and the indicators in text and links.
enum PostFields {
    /// Appends the text of a post, its links, and what both mention.
    static func append(text: String, links: [String], into batch: inout EventBatch) {
        if !text.isEmpty { batch.append(.postText, text) }
        batch.append(.message, text.isEmpty ? links.first ?? "post" : text)
        for link in links { batch.append(.postLinks, link) }
        TextIndicators(([text] + links).joined(separator: " ")).append(to: &batch)
    }

    /// The values without those that stand earlier already.
    static func distinct(_ values: [String]) -> [String] {
        var seen: Set<String> = []
        return values.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
}
