public import Model

/// What a note is about: a thing that has a page, such as an address or a rule.
public struct NoteSubject: Hashable, Sendable {
    /// Kinds of things, as the addresses of their pages name them.
    public static let kinds = ["ip", "network", "asn", "country", "port", "rule", "sensor", "cve", "domain", "hash", "account", "hashtag"]
    /// Most Unicode scalars of a value.
    public static let maximumLength = 512

    public let kind: String
    /// The value in one spelling: `2001:DB8::1` and `2001:db8:0::1` are the same thing.
    public let value: String

    /// A subject; nil where there is no such kind, or the value cannot be one of it.
    public init?(kind: String, value: String) {
        guard Self.kinds.contains(kind), !value.isEmpty, value.unicodeScalars.count <= Self.maximumLength else { return nil }
        guard !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return nil }
        self.kind = kind
        switch kind {
        case "ip":
            guard let address = IPAddress(value) else { return nil }
            self.value = address.description
        case "network":
            guard value.contains("/"), let network = Network(value) else { return nil }
            self.value = network.description
        case "asn", "port":
            guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt32(value) else { return nil }
            self.value = "\(number)"
        case "country", "cve": self.value = value.uppercased()
        case "domain", "hash", "account", "hashtag": self.value = value.lowercased()
        default: self.value = value
        }
    }
}

/// What somebody wrote about a thing. Plain text.
public struct Note: Hashable, Sendable {
    /// Most Unicode scalars of a text.
    public static let maximumLength = 4000

    public let id: Int64
    public let subject: NoteSubject
    public var text: String
    public let created: Timestamp
    /// When the text was last changed; nil when never.
    public var changed: Timestamp?
    /// Grows with every change.
    public var revision: Int64

    /// The text as it is kept: line ends are one character, blanks around it are gone. Nil where nothing is left, where it is too
    /// long, and where it has control characters.
    public static func plain(_ text: String) -> String? {
        let scalars = text.replacing("\r\n", with: "\n").unicodeScalars
        guard scalars.allSatisfy({ $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control }) else { return nil }
        let isBlank: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }
        let start = scalars.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return nil }
        let kept = start[...last]
        return kept.count <= maximumLength ? String(String.UnicodeScalarView(kept)) : nil
    }
}
