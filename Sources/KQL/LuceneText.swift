/// Values of Lucene's query syntax.
enum LuceneText {
    /// One sign of a value: as text, or unescaped.
    enum Sign: Equatable {
        case text(Unicode.Scalar)
        case star
        case question
    }

    /// The literal of a `wildcard` filter: `*` any text, `?` any one character, `\` takes their meaning.
    static func pattern(_ text: String) -> QueryLiteral.Value {
        var signs: [Sign] = []
        var isEscaped = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case _ where isEscaped:
                signs.append(.text(scalar))
                isEscaped = false
            case "\\": isEscaped = true
            case "*": signs.append(.star)
            case "?": signs.append(.question)
            default: signs.append(.text(scalar))
            }
        }
        return literal(signs, plain: { .exact($0) }, stars: { .pattern($0) })
    }

    /// A literal of signs; one with `?` becomes a regular expression.
    static func literal(
        _ signs: [Sign], plain: (String) -> QueryLiteral.Value, stars: ([String]) -> QueryLiteral.Value
    ) -> QueryLiteral.Value {
        if signs.contains(.question) {
            var pattern = ""
            for sign in signs {
                switch sign {
                case .star: pattern += ".*"
                case .question: pattern += "."
                case .text(let scalar):
                    if !scalar.properties.isAlphabetic, scalar.properties.numericType == nil { pattern += "\\" }
                    pattern.unicodeScalars.append(scalar)
                }
            }
            return .regexp(pattern)
        }
        var parts = [""]
        for sign in signs {
            if case .text(let scalar) = sign { parts[parts.count - 1].unicodeScalars.append(scalar) } else { parts.append("") }
        }
        return parts.count == 1 ? plain(parts[0]) : stars(parts)
    }
}
