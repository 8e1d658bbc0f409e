import Model
import Wire

extension RecordLayout {
    /// TweetFeed: one row for each indicator that somebody posted on X. Times are UTC.
    static let tweetfeed = RecordLayout(
        name: "tweetfeed", summary: "TweetFeed CSV: indicators posted on X", framing: .csv, observerType: "social", time: ["date"],
        timesInUTC: ["date"],
        otherwise: .post(),
        rules: [
            FieldRule("user", .keyword(.postAuthorHandle)), FieldRule("tweet", .keyword(.postURL)),
            FieldRule("type", .translated(.threatIndicatorType, IndicatorFields.types)),
        ] + ["value", "tags"].map { FieldRule($0, .aside) },
        constants: [(.postNetwork, "x"), (.threatFeedName, "TweetFeed")], required: ["value"],
        columns: ["date", "user", "type", "value", "tags", "tweet"],
        recognise: { head, _ in
            let line = head.extracting(Detection.firstLine(of: head)).withUnsafeBufferPointer {
                String(decoding: $0.prefix(1000), as: UTF8.self)
            }
            let columns = line.split(separator: ",", omittingEmptySubsequences: false)
            guard columns.count >= 6, let last = columns.last, ["url", "domain", "ip", "sha256", "md5"].contains(columns[2]) else {
                return 0
            }
            return last.hasPrefix("https://twitter.com/") || last.hasPrefix("https://x.com/") ? 95 : 0
        },
        refine: { values, _, batch in
            let (value, type) = (values.string("value"), values.string("type"))
            for tag in PostFields.distinct(values.string("tags").split(separator: " ").map { String($0.drop { $0 == "#" }) }) {
                batch.append(.postHashtags, tag)
            }
            if let id = values.string("tweet").split(separator: "/").last, id.allSatisfy(\.isNumber) { batch.append(.postID, String(id)) }
            IndicatorFields.append(type: type, value: value, into: &batch)
            PostFields.append(text: "\(value) \(values.string("tags"))", links: type == "url" ? [value] : [], into: &batch)
        },
        writesMessage: true)

    /// Posts of X in a table with a header: `Datetime,Username,Tweet`.
    static let xTable = RecordLayout(
        name: "x-csv", summary: "X posts as a table (Datetime, Username, Tweet)", framing: .csv, observerType: "social", time: ["Datetime"],
        otherwise: .post(),
        rules: [FieldRule("Username", .keyword(.postAuthorHandle)), FieldRule("Tweet", .aside), FieldRule("Url", .keyword(.postURL))],
        constants: [(.postNetwork, "x")], required: ["Tweet"], columns: ["Datetime", "Username", "Tweet"],
        recognise: { head, _ in
            let line = head.extracting(Detection.firstLine(of: head)).withUnsafeBufferPointer {
                String(decoding: $0.prefix(200), as: UTF8.self)
            }
            return line.hasPrefix("Datetime,") && line.contains("Username") && line.contains("Tweet") ? 90 : 0
        },
        refine: { values, _, batch in
            let text = values.string("Tweet")
            let words = text.split { " \n\t".contains($0) }
            for tag in PostFields.distinct(words.filter { $0.hasPrefix("#") && $0.count > 1 }.map { String($0.dropFirst()) }) {
                batch.append(.postHashtags, tag)
            }
            for mention in PostFields.distinct(words.filter { $0.hasPrefix("@") && $0.count > 1 }.map { String($0.dropFirst()) }) {
                batch.append(.postMentions, mention)
            }
            PostFields.append(text: text, links: PostFields.distinct(words.filter { $0.hasPrefix("http") }.map(String.init)), into: &batch)
        },
        writesMessage: true)
}
