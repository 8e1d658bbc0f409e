extension Query: CustomStringConvertible {
    /// The query as KQL; parsing it gives an equal tree. Forms that only filters have are written as near as KQL comes.
    public var description: String {
        switch self {
        case .and(let all): all.map(\.operand).joined(separator: " and ")
        case .or(let all): all.map(\.operandOfOr).joined(separator: " or ")
        case .not(let inner): "not \(inner.operandOfNot)"
        case .is(let field?, let value): "\(field): \(value)"
        case .is(nil, let value): "\(value)"
        case .range(let field, let comparison, let value): "\(field) \(comparison.sign) \(value)"
        case .exists(let field): "\(field): *"
        case .nested(let path, let inner): "\(path): { \(inner) }"
        }
    }

    private var operand: String {
        switch self {
        case .and, .or: "(\(self))"
        default: description
        }
    }

    private var operandOfOr: String {
        if case .or = self { return "(\(self))" }
        return description
    }

    private var operandOfNot: String {
        switch self {
        case .and, .or, .not: "(\(self))"
        default: description
        }
    }
}

extension QueryLiteral: CustomStringConvertible {
    /// The literal as KQL writes it, with the escapes it needs.
    public var description: String {
        switch value {
        case .bare(let text), .exact(let text), .allWords(let text): text.isEmpty ? "\"\"" : Self.escaped(text)
        case .boolean, .null: text
        case .quoted(let text): Self.quoted(text)
        case .wildcard(let parts), .pattern(let parts): parts.map(Self.escaped).joined(separator: "*")
        case .regexp(let text): Self.quoted(text)
        }
    }

    static let special = Set<Unicode.Scalar>(["\\", "(", ")", ":", "<", ">", "\"", "*", "{", "}"])

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { out.unicodeScalars.append("\\") }
            out.unicodeScalars.append(scalar)
        }
        return out + "\""
    }

    private static func escaped(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        for (i, scalar) in scalars.enumerated() {
            switch scalar {
            case "\t": out.append(contentsOf: "\\t".unicodeScalars)
            case "\r": out.append(contentsOf: "\\r".unicodeScalars)
            case "\n": out.append(contentsOf: "\\n".unicodeScalars)
            default:
                if special.contains(scalar) || beginsKeyword(scalars, i) { out.append("\\") }
                out.append(scalar)
            }
        }
        return String(out)
    }

    /// Whether an operator would be read there. Tabs and line ends do not count as blanks, since they are written with a backslash.
    private static func beginsKeyword(_ scalars: [Unicode.Scalar], _ at: Int) -> Bool {
        let isBlank = { (scalar: Unicode.Scalar?) in scalar == " " || scalar == "\u{a0}" }
        for keyword in ["not", "and", "or"] {
            let end = at + keyword.unicodeScalars.count
            guard end < scalars.count, String(String.UnicodeScalarView(scalars[at..<end])).lowercased() == keyword else { continue }
            if isBlank(scalars[end]) { return keyword == "not" || isBlank(scalars[safe: at - 1]) }
        }
        return false
    }
}
