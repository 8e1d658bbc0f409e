public import Model

/// A view of the workbench that somebody has named: a question with its range, split, columns and comparison.
public struct SavedView: Hashable, Sendable {
    /// Most Unicode scalars of a name.
    public static let maximumName = 80
    /// Most bytes of what stands behind the question mark.
    public static let maximumSearch = 8192

    public let id: Int64
    public var name: String
    /// What stands behind the question mark of the view's link, percent-encoded.
    public var search: String
    public let created: Timestamp
    /// When it was last changed; nil when never.
    public var changed: Timestamp?
    /// Grows with every change.
    public var revision: Int64

    /// The name as it is kept, without blanks around it. Nil where nothing is left, where it is too long, and where it has control
    /// characters or others that are not seen.
    public static func plain(_ name: String) -> String? {
        let isUnseen: (Unicode.Scalar) -> Bool = {
            [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        let isBlank: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }
        let scalars = name.unicodeScalars.drop(while: isBlank)
        guard !scalars.contains(where: isUnseen), let last = scalars.lastIndex(where: { !isBlank($0) }) else { return nil }
        let kept = scalars[...last]
        return kept.count <= maximumName ? String(String.UnicodeScalarView(kept)) : nil
    }

    /// Whether that can stand behind the question mark of an address (RFC 3986 §3.4): it can be nothing but a query string there.
    public static func isSearch(_ text: String) -> Bool {
        text.utf8.count <= maximumSearch && text.utf8.allSatisfy { marks.contains($0) }
    }

    private static let marks = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?%".utf8)
}
