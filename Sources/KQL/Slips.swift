/// Recognises what people write when they come from other query languages.
enum Slips {
    /// What was probably meant where the text cannot be read on.
    static func hint(for text: [Unicode.Scalar], at: Int) -> String? {
        let before = text[..<min(at, text.count)].last { !QueryParser.isBlank($0) }
        if LiteralReader.endOfNot(in: text, at: at) != nil {
            if before == ":" { return "Write “field: (not value)” or “not field: value”." }
            if at >= 4, LiteralReader.endOfNot(in: text, at: at - 4) != nil { return "Write “not (not …)”, or leave both out." }
            return "“not” followed by a blank is an operator: put text that holds it in quotes."
        }
        switch text[safe: at] {
        case ":":
            let word = surroundingWord(text, at)
            let isAddress = word.unicodeScalars.allSatisfy { $0 == ":" || $0 == "." || $0 == "/" || $0.properties.isASCIIHexDigit }
            if isAddress, word.filter({ $0 == ":" }).count >= 2 { return "Put an IPv6 address in quotes: “\"\(trimmed(word))\"”." }
            return "A colon inside a value needs quotes or a backslash: “\"…\"” or “\\:”."
        case "\\": return "A backslash goes only before one of \\ ( ) : < > \" * { }, before t, r, n, uXXXX, and, or, not."
        case ">", "<":
            if before == ":" { return "Leave out the colon: “field > value”." }
            return "< and > inside a value need quotes or a backslash."
        case "\"": return "Put the whole value in quotes, or a backslash before the quote."
        case "(", ")": return "Brackets inside a value need quotes or a backslash; between conditions there must be “and” or “or”."
        case "{", "}": return "Curly brackets belong behind the name of a nested field: “field: { … }”; inside a value they need quotes."
        default: return nil
        }
    }

    /// What was probably meant by a value that can be read, but not as its writer thought.
    static func warning(for value: QueryLiteral, field: String?, isKnown: (String) -> Bool) -> String? {
        guard case .bare = value.value else {
            if case .wildcard = value.value { return expression(value.text) }
            return nil
        }
        let text = value.text
        if text.contains("&&") || text.contains("||") { return "“&&” and “||” are text here: write “and” and “or”." }
        if field == nil, let sign = text.firstIndex(of: "=") {
            let name = trimmed(String(text[..<sign]))
            let rest = trimmed(String(text[sign...].drop { $0 == "=" }))
            if isKnown(name) { return "“=” is text here: write “\(name): \(rest)”." }
        }
        if field != nil, text.hasPrefix("="), text.count > 1 { return "“=” is part of the value here: leave it out." }
        if text.hasPrefix("["), text.contains(" TO ") {
            return "“[a TO b]” is text here: write “\(field ?? "field") >= a and \(field ?? "field") <= b”."
        }
        if field != nil, text.contains(",") { return "A comma is part of the value: write “(a or b)” for a list." }
        return expression(text)
    }

    private static func expression(_ text: String) -> String? {
        guard text.count > 2, text.hasPrefix("/"), text.hasSuffix("/"), text.contains(where: { "[]^$+|?*".contains($0) }) else {
            return nil
        }
        return "Regular expressions are text here: use * for any characters."
    }

    /// What to write instead of a field that is not known.
    static func unknownField(_ name: String, _ schema: FieldSchema) -> String {
        if name.hasSuffix(".keyword"), schema.entry(named: String(name.dropLast(8))) != nil {
            return "There is no “\(name)”: write “\(name.dropLast(8))”."
        }
        let nearest = nearestName(to: name, schema)
        return "No field is called “\(name)”, so nothing has it." + (nearest.map { " Did you mean “\($0)”?" } ?? "")
    }

    private static func surroundingWord(_ text: [Unicode.Scalar], _ at: Int) -> String {
        let isEnd = { (scalar: Unicode.Scalar) in QueryParser.isBlank(scalar) || scalar == "(" || scalar == ")" || scalar == "\"" }
        var start = at
        while start > 0, !isEnd(text[start - 1]) { start -= 1 }
        var end = at
        while end < text.count, !isEnd(text[end]) { end += 1 }
        // The field's own name and colon do not belong to the value.
        let word = String(String.UnicodeScalarView(text[start..<end]))
        if let colon = word.firstIndex(of: ":"), word[..<colon].contains(where: { !$0.isHexDigit }) {
            return String(word[word.index(after: colon)...])
        }
        return word
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace = { (character: Character) in character.isWhitespace }
        return String(String(text.drop(while: isSpace).reversed()).drop(while: isSpace).reversed())
    }
}
