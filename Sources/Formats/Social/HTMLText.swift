import Wire

/// The plain text of a scrap of HTML, as Mastodon sends posts: tags removed, line breaks kept, character references resolved.
///
/// Reads any bytes; what is no HTML stays text. It does not judge the markup, because nothing here is ever shown as HTML.
struct HTMLText {
    /// The text.
    private(set) var text: [UInt8] = []
    /// Targets of links that are neither mentions nor hashtags.
    private(set) var links: [String] = []

    init(_ html: Span<UInt8>) {
        var at = 0
        while at < html.count {
            switch html[at] {
            case UInt8(ascii: "<"):
                guard let end = Self.tagEnd(html, at) else {
                    text.append(html[at])
                    at += 1
                    continue
                }
                tag(html.extracting(at..<end))
                at = end
            case UInt8(ascii: "&"): at = reference(html, at)
            default:
                text.append(html[at])
                at += 1
            }
        }
        while let last = text.last, last == 10 || last == 32 { text.removeLast() }
    }

    /// Behind the `>` of a tag at an offset; nil when it is none. `>` inside quotes belongs to the value.
    private static func tagEnd(_ html: Span<UInt8>, _ start: Int) -> Int? {
        guard start + 1 < html.count else { return nil }
        let first = html[start + 1] | 0x20
        guard first &- UInt8(ascii: "a") < 26 || html[start + 1] == UInt8(ascii: "/") || html[start + 1] == UInt8(ascii: "!") else {
            return nil
        }
        var quote: UInt8 = 0
        var at = start + 1
        while at < html.count {
            let byte = html[at]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return at + 1
            }
            at += 1
        }
        return nil
    }

    private mutating func tag(_ tag: Span<UInt8>) {
        let inner = tag.withUnsafeBufferPointer { String(decoding: $0.dropFirst().dropLast(), as: UTF8.self) }
        let name = inner.prefix { $0 != " " && $0 != "\n" && $0 != "\t" }.lowercased()
        switch name {
        case "br", "br/": text.append(10)
        case "/p", "/div", "/li", "/blockquote", "/ul", "/ol": text.append(contentsOf: [10])
        case "a":
            let classes = Self.attribute("class", of: inner) ?? ""
            if let target = Self.attribute("href", of: inner), !target.isEmpty, !classes.contains("mention"), !classes.contains("hashtag") {
                links.append(Self.unescaped(target))
            }
        default: break
        }
    }

    private static func unescaped(_ text: String) -> String { String(decoding: HTMLText(Array(text.utf8).span).text, as: UTF8.self) }

    private static func attribute(_ name: String, of tag: String) -> String? {
        for quote in ["\"", "'"] {
            guard let start = tag.firstRange(of: " \(name)=\(quote)") else { continue }
            return String(tag[start.upperBound...].prefix { String($0) != quote })
        }
        return nil
    }

    /// Appends the character that a reference names; what is none stays as it is. Returns the offset behind it.
    private mutating func reference(_ html: Span<UInt8>, _ start: Int) -> Int {
        var end = start + 1
        while end < min(html.count, start + 12), html[end] != UInt8(ascii: ";") { end += 1 }
        guard end < html.count, html[end] == UInt8(ascii: ";"), end > start + 1 else {
            text.append(html[start])
            return start + 1
        }
        let name = html.extracting(start + 1..<end).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        guard let scalar = Self.scalar(name) else {
            text.append(html[start])
            return start + 1
        }
        UTF8Sequence.append(scalar, to: &text)
        return end + 1
    }

    private static func scalar(_ name: String) -> UInt32? {
        switch name {
        case "amp": return 0x26
        case "lt": return 0x3c
        case "gt": return 0x3e
        case "quot": return 0x22
        case "apos": return 0x27
        case "nbsp": return 0x20
        default: break
        }
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let number = digits.hasPrefix("x") || digits.hasPrefix("X") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let number, number >= 0x20 || number == 10, UnicodeScalar(number) != nil else { return nil }
        return number
    }
}
