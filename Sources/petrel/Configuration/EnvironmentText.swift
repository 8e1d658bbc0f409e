/// Texts with `${NAME}` in them, which stands for a variable of the environment; `$${` stands for `${` itself.
enum EnvironmentText {
    /// Whether a text takes anything from the environment.
    static func isReference(_ text: String) -> Bool {
        text.replacing("$${", with: "").contains("${")
    }

    /// The text with every variable replaced. Values are taken as they are: `${` in them means nothing.
    static func expand(_ text: String, environment: [String: String]) throws(ValueProblem) -> String {
        guard text.contains("${") else { return text }
        var out = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            out += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                out += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw ValueProblem("has ${ without }; write $${ for the characters themselves")
                }
                let name = String(rest[rest.index(dollar, offsetBy: 2)..<end])
                guard isName(name) else {
                    throw ValueProblem(
                        "names no variable in ${\(name)}; a name has letters, digits and _; write $${ for the characters themselves")
                }
                guard let value = environment[name] else {
                    throw ValueProblem("needs the environment variable \(name), which is not set; set it")
                }
                out += value
                rest = rest[rest.index(after: end)...]
            } else {
                out += "$"
                rest = rest.dropFirst()
            }
        }
        return out + rest
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
}
