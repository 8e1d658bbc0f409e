/// How a value that was found is written in a query, so that the query finds it again.
public enum ProposedText {
    /// A text: bare where that cannot be read as anything else, else in quotes.
    public static func value(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// A name of a field, such as that of a label.
    public static func field(_ name: String) -> String { value(name) }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, isLetter(first) || first == "-" else { return false }
        let reserved: Set = ["and", "or", "not", "true", "false", "null", "-"]
        // The grammar reads “not” and a blank as an operator also at the end of a word.
        return !reserved.contains(text.lowercased()) && !text.lowercased().hasSuffix("not")
            && text.unicodeScalars.dropFirst().allSatisfy { isLetter($0) || "._-@/+".unicodeScalars.contains($0) }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\\(scalar)"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\0"..<" ", "\u{7f}"..<"\u{a0}", "\u{200e}"..."\u{200f}", "\u{2028}"..."\u{202e}", "\u{2066}"..."\u{2069}":
                // Control characters, and those that turn the direction of writing.
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
