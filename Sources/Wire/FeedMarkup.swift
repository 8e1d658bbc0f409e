/// One element of an entry of a feed.
public struct FeedElement: Sendable {
    /// Its name as it stands, with its prefix.
    public let name: String
    /// Its attributes in the record.
    public let attributes: Range<Int>
    /// The whole element in the record.
    public let range: Range<Int>
    /// What stands between its tags.
    public let inner: Range<Int>
    /// Its own text, references resolved.
    public let text: [UInt8]

    /// The name without its prefix.
    public var localName: Substring { name.lastIndex(of: ":").map { name[name.index(after: $0)...] } ?? name[...] }
}

/// Looks into the entries of RSS and Atom.
public enum FeedMarkup {
    /// Whether a record is an entry (`item` or `entry`, with any prefix), and no head of a feed.
    public static func isEntry(_ record: Span<UInt8>) -> Bool {
        let start = record.trimmed(0..<record.count).lowerBound
        return EntryScan.isStart(record, start) == .yes
    }

    /// The elements right inside the root of a record; their number is bounded by its bytes.
    public static func children(of record: Span<UInt8>) throws(XMLError) -> [FeedElement] {
        var reader = XMLReader()
        var found: [FeedElement] = []
        var open: (name: Range<Int>, attributes: Range<Int>, start: Int, inner: Int)?
        var text: [UInt8] = []
        while true {
            guard let token = try reader.next(record) else { break }
            switch token {
            case .start(let name, let attributes, let isEmpty):
                guard reader.depth == 2 && !isEmpty || reader.depth == 1 && isEmpty else { break }
                let at = name.lowerBound - 1
                if isEmpty {
                    found.append(
                        FeedElement(
                            name: record.extracting(name).string, attributes: attributes, range: at..<reader.at,
                            inner: reader.at..<reader.at,
                            text: []))
                } else {
                    open = (name, attributes, at, reader.at)
                    text = []
                }
            case .end:
                guard reader.depth == 1, let element = open else { break }
                let end = record.lastRange(of: "</", to: reader.at)?.lowerBound ?? element.inner
                found.append(
                    FeedElement(
                        name: record.extracting(element.name).string, attributes: element.attributes, range: element.start..<reader.at,
                        inner: element.inner..<max(element.inner, end), text: text))
                open = nil
            case .text(let range): if reader.depth >= 2 { XMLText.append(record, range, to: &text) }
            case .literal(let range):
                if reader.depth >= 2 { record.extracting(range).withUnsafeBufferPointer { text.append(contentsOf: $0) } }
            }
        }
        guard reader.depth == 0 else { throw XMLError(code: .unterminated, offset: record.count) }
        return found
    }

    /// The text of the first element of that name inside an entry, trimmed; of a link without text its address. Nil where there is none, or
    /// the entry is no XML.
    public static func text(ofChild name: String, in record: Span<UInt8>) -> [UInt8]? {
        let elements: [FeedElement]
        do throws(XMLError) { elements = try children(of: record) } catch { return nil }
        for element in elements where element.name == name || element.localName == name {
            if !element.text.isEmpty {
                let trimmed = element.text.span.trimmed(0..<element.text.count)
                return Array(element.text[trimmed])
            }
            if let address = XMLText.attribute("href", record, element.attributes) { return Array(address.utf8) }
        }
        return nil
    }
}
