import Model
import Wire

/// One entry of a feed, its parts as plain text.
struct FeedEntry {
    private(set) var title = ""
    private(set) var text = ""
    /// The longest of the entry's texts so far is a whole content, not a summary.
    private var hasContent = false
    private(set) var link = ""
    private(set) var id = ""
    private(set) var author = ""
    private(set) var categories: [String] = []
    /// Addresses in the text, and what is attached.
    private(set) var links: [String] = []
    private(set) var published: Timestamp?
    private(set) var updated: Timestamp?

    /// The parts of an entry. Throws when it is no XML.
    init(_ record: Span<UInt8>) throws(DecodeError) {
        let elements: [FeedElement]
        do throws(XMLError) {
            elements = try FeedMarkup.children(of: record)
        } catch {
            throw DecodeError(.malformedXML, error.description)
        }
        // RSS's texts are HTML without saying so; Atom says.
        let isAtom = record.range(of: "entry", to: min(record.count, 48)) != nil
        for element in elements { take(element, record, isAtom) }
        links = links.filter { $0 != link }
    }

    private mutating func take(_ element: FeedElement, _ record: Span<UInt8>, _ isAtom: Bool) {
        let name = element.localName
        switch element.name {
        case "title", "atom:title": if title.isEmpty { title = Self.oneLine(plain(element, record, isAtom)) }
        case "description", "summary", "atom:summary": if !hasContent, text.isEmpty { text = plain(element, record, isAtom) }
        case "content:encoded", "content", "atom:content":
            let whole = plain(element, record, isAtom)
            if !whole.isEmpty {
                text = whole
                hasContent = true
            }
        case "link", "atom:link": takeLink(element, record)
        case "guid", "id", "atom:id": if id.isEmpty { id = Self.oneLine(own(element)) }
        case "pubDate", "published", "atom:published", "dc:date", "issued": published = published ?? FeedTime.read(element.text.span)
        case "updated", "atom:updated", "modified", "dcterms:modified": updated = updated ?? FeedTime.read(element.text.span)
        case "author", "atom:author", "dc:creator", "itunes:author":
            guard author.isEmpty else { break }
            let inner = FeedMarkup.text(ofChild: "name", in: record.extracting(element.range))
            author = Self.oneLine(inner.map { String(decoding: $0, as: UTF8.self) } ?? own(element))
        case "category", "atom:category", "dc:subject":
            let term = XMLText.attribute("term", record, element.attributes) ?? own(element)
            categories.append(Self.oneLine(term))
        default:
            guard name == "enclosure", let address = XMLText.attribute("url", record, element.attributes) else { break }
            links.append(address)
        }
    }

    private mutating func takeLink(_ element: FeedElement, _ record: Span<UInt8>) {
        let address = XMLText.attribute("href", record, element.attributes)?.trimmingBlanks
        guard let address, !address.isEmpty else {
            if link.isEmpty { link = Self.oneLine(own(element)) }
            return
        }
        switch XMLText.attribute("rel", record, element.attributes) ?? "alternate" {
        case "alternate": if link.isEmpty { link = String(address) }
        case "enclosure", "related": links.append(String(address))
        default: break
        }
    }

    private func own(_ element: FeedElement) -> String { String(decoding: element.text, as: UTF8.self) }

    /// The text of an element without its markup; the addresses in it are remembered.
    private mutating func plain(_ element: FeedElement, _ record: Span<UInt8>, _ isAtom: Bool) -> String {
        let type = XMLText.attribute("type", record, element.attributes) ?? (isAtom ? "text" : "html")
        if type == "text" || type == "text/plain" { return String(own(element).trimmingBlanks) }
        let html: HTMLText
        if type.contains("xhtml") {
            html = HTMLText(record.extracting(element.inner))
        } else {
            html = HTMLText(element.text.span)
        }
        links += html.links
        return Self.trimmed(String(decoding: html.text, as: UTF8.self))
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }), let last = text.lastIndex(where: { !$0.isWhitespace }) else {
            return ""
        }
        return String(text[first...last])
    }

    private static func oneLine(_ text: String) -> String {
        text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
    }
}

/// Times of feeds: RFC 822 with its names of zones, or ISO 8601.
enum FeedTime {
    /// Zones of RFC 822 §5.1, hours east of UTC.
    private static let zones = [
        "GMT": "+0000", "UT": "+0000", "UTC": "+0000", "Z": "+0000", "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500",
        "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
    ]

    /// The instant; nil when the text is none. Weekdays do not count: feeds get them wrong.
    static func read(_ bytes: Span<UInt8>) -> Timestamp? {
        let text = bytes.string
        var words = text.split { $0 == " " || $0.isNewline || $0 == "\t" }
        guard words.count <= 8 else { return nil }
        if words.count > 1, words[0].hasSuffix(",") { words.removeFirst() }
        guard words.count >= 4 else {
            return TimestampReader.any.read(Array(words.joined(separator: " ").utf8).span)
        }
        if let zone = words.last, let offset = zones[zone.uppercased()] { words[words.count - 1] = offset[...] }
        if words.count == 4 { words.append("+0000") }
        if words[1].count > 3 { words[1] = words[1].prefix(3) }
        if words[2].count == 2, let year = Int(words[2]) { words[2] = "\(year < 69 ? 2000 + year : 1900 + year)"[...] }
        if words[3].count(where: { $0 == ":" }) == 1 { words[3] += ":00" }
        return TimestampReader.any.read(Array(words.joined(separator: " ").utf8).span)
    }
}
