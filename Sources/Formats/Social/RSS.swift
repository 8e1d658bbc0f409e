public import Model
import Wire

/// Decodes the entries of feeds: RSS 0.9 to 2.0, RSS 1.0 (RDF) and Atom. Each is a post; its HTML becomes plain text.
///
/// The head of the feed is no record; its title, language and encoding are remembered for the entries that follow.
public struct RSSFormat: Format {
    public static let spec = FormatSpec(name: "rss", summary: "RSS and Atom feeds: entries as posts", framing: .entries)

    private var head = FeedHead()

    /// What the head said.
    public var state: [UInt8] { head.stored }

    public init?(state: [UInt8]) {
        guard let head = FeedHead(stored: state) else { return nil }
        self.head = head
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        guard FeedMarkup.isEntry(record) else {
            guard let head = FeedHead(record) else {
                throw DecodeError(.malformedXML, "neither a feed nor an entry of one: \(RecordTime.excerpt(record))")
            }
            self.head = head
            return .notARecord
        }
        if head.isLatin {
            let converted = LatinText.utf8(record)
            try append(FeedEntry(converted.span), context, &batch)
        } else {
            try append(FeedEntry(record), context, &batch)
        }
        batch.endRow(raw: record)
        return .events(1)
    }

    private func append(_ entry: FeedEntry, _ context: RecordContext, _ batch: inout EventBatch) throws(DecodeError) {
        guard !entry.title.isEmpty || !entry.text.isEmpty || !entry.link.isEmpty else {
            throw DecodeError(.missingField, "none of title, text and link")
        }
        if let time = entry.published ?? entry.updated {
            batch.append(.timestamp, time)
            if let updated = entry.updated, updated != time { batch.append(.eventCreated, updated) }
        } else {
            RecordTime.appendSubstitute(context, into: &batch)
        }
        batch.append(.eventFamily, "post")
        batch.append(.eventKind, "event")
        batch.append(.eventType, "info")
        batch.append(.eventAction, "post")
        batch.append(.eventModule, "rss")
        batch.append(.eventDataset, "rss")
        batch.append(.observerType, "feed")
        batch.append(.postNetwork, "rss")
        let id = entry.id.isEmpty ? entry.link : entry.id
        if !id.isEmpty { batch.append(.postID, id) }
        if !entry.link.isEmpty { batch.append(.postURL, entry.link) }
        if !head.language.isEmpty { batch.append(.postLanguage, head.language) }
        if !entry.author.isEmpty { batch.append(.postAuthorName, entry.author) }
        for category in PostFields.distinct(entry.categories) { batch.append(.tags, category) }
        if !entry.title.isEmpty { batch.append(label: "title", entry.title) }
        if !head.title.isEmpty { batch.append(label: "feed", head.title) }
        if let sensor = context.sensor { batch.append(.observerName, sensor) }
        let isRepeated = entry.title.isEmpty || entry.text.hasPrefix(entry.title)
        let text = isRepeated ? entry.text : entry.text.isEmpty ? entry.title : "\(entry.title)\n\(entry.text)"
        if !text.isEmpty { batch.append(.postText, text) }
        batch.append(.message, entry.title.isEmpty ? text.isEmpty ? entry.link : String(text.prefix(280)) : entry.title)
        let links = PostFields.distinct(entry.links)
        for link in links { batch.append(.postLinks, link) }
        TextIndicators(([text] + links).joined(separator: " ")).append(to: &batch)
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        FeedHead.isFeed(head) ? 95 : 0
    }
}

/// What a feed says of itself before its first entry.
struct FeedHead: Equatable {
    /// Longest title or language that is remembered, in characters.
    private static let maximumCharacters = 200

    var title = ""
    var language = ""
    /// Whether its bytes are windows-1252, which stands for ISO 8859-1 too (WHATWG Encoding).
    var isLatin = false

    init() {}

    /// The head that was remembered; nil when the bytes are none.
    init?(stored: [UInt8]) {
        guard !stored.isEmpty else { return }
        let parts = String(decoding: stored, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        (title, language, isLatin) = (String(parts[0]), String(parts[1]), parts[2] == "1")
    }

    var stored: [UInt8] {
        self == FeedHead() ? [] : Array("\(title)\n\(language)\n\(isLatin ? "1" : "0")".utf8)
    }

    /// The head of a feed; nil when the bytes are none. What stands behind a fault in it is not read.
    init?(_ record: Span<UInt8>) {
        guard Self.isFeed(record) else { return nil }
        let declaration = record.extracting(0..<min(record.count, 200)).string.lowercased()
        if declaration.contains("<?xml"), let range = declaration.firstRange(of: "encoding=") {
            let name = declaration[range.upperBound...].dropFirst().prefix { $0 != "\"" && $0 != "'" }
            isLatin = ["iso-8859-1", "latin1", "windows-1252", "us-ascii"].contains(String(name))
        }
        let converted = isLatin ? LatinText.utf8(record) : record.withUnsafeBufferPointer { Array($0) }
        var reader = XMLReader()
        var name = ""
        let text = converted.span
        while let token = try? reader.next(text) {
            switch token {
            case .start(let range, let attributes, _):
                name = text.extracting(range).string
                if reader.depth <= 1, let stated = XMLText.attribute("xml:lang", text, attributes) { language = Self.cut(stated) }
            case .end: name = ""
            case .text(let range): note(name, depth: reader.depth, Self.resolved(text, range))
            case .literal(let range): note(name, depth: reader.depth, text.extracting(range).string)
            }
        }
    }

    private mutating func note(_ name: String, depth: Int, _ text: String) {
        // Right inside the channel or feed; an image has a title too.
        guard depth <= 3 else { return }
        if name == "title", title.isEmpty { title = Self.cut(text) }
        if name == "language" || name == "dc:language", language.isEmpty { language = Self.cut(text) }
    }

    private static func resolved(_ text: Span<UInt8>, _ range: Range<Int>) -> String {
        var out: [UInt8] = []
        XMLText.append(text, range, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private static func cut(_ text: String) -> String {
        String(text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ").prefix(maximumCharacters))
    }

    /// Whether the first element is one of a feed. Looks at the first 4 KiB.
    static func isFeed(_ head: Span<UInt8>) -> Bool {
        let text = head.extracting(0..<min(head.count, 4096)).string
        guard text.drop(while: { $0.isWhitespace || $0 == "\u{feff}" }).first == "<" else { return false }
        return ["<rss", "<feed", "<rdf:RDF", "<atom:feed", "<channel"].contains { name in
            text.firstRange(of: name).map { text[$0.upperBound...].first.map { ">/ \t\r\n".contains($0) } ?? false } ?? false
        }
    }
}

/// Text in windows-1252.
enum LatinText {
    /// What the bytes 0x80 to 0x9f stand for (WHATWG Encoding, index windows-1252).
    private static let high: [UInt32] = [
        0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f,
        0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
    ]

    /// The bytes as UTF-8.
    static func utf8(_ bytes: Span<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        for i in bytes.indices {
            let byte = bytes[i]
            UTF8Sequence.append(byte &- 0x80 < 0x20 ? high[Int(byte) - 0x80] : UInt32(byte), to: &out)
        }
        return out
    }
}
