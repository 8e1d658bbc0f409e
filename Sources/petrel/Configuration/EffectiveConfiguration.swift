extension Configuration {
    /// The effective configuration as YAML, defaults included. Secrets are `[redacted]`; values from the environment are shown as `${NAME}`.
    func redactedDescription() -> String { EffectiveConfiguration.lines(values).map { $0 + "\n" }.joined() }
}

/// Writes values that were read as YAML again.
private enum EffectiveConfiguration {
    static func lines(_ section: ConfigurationSection) -> [String] {
        section.group.options.flatMap { option -> [String] in
            guard let value = section.values[option.name] else { return [] }
            return lines(option, value)
        }
    }

    private static func lines(_ option: ConfigurationOption, _ value: ConfigurationValue) -> [String] {
        switch value.content {
        case .section(let section):
            let inner = lines(section)
            return inner.isEmpty ? [] : ["\(option.name):"] + inner.map { "  " + $0 }
        case .sections(let sections):
            let items = sections.map(lines).filter { !$0.isEmpty }
            return items.isEmpty
                ? ["\(option.name): []"]
                : ["\(option.name):"]
                    + items.flatMap { item in item.enumerated().map { ($0.offset == 0 ? "  - " : "    ") + $0.element } }
        case .named(let named):
            return named.isEmpty
                ? []
                : ["\(option.name):"]
                    + named.flatMap { ["  \(scalar($0.name)):"] + lines($0.section).map { "    " + $0 } }
        case .table(let entries):
            return entries.isEmpty ? [] : ["\(option.name):"] + entries.map { "  \(scalar($0.name)): \(scalar($0.written))" }
        case .texts: return ["\(option.name): [\(value.written.map(scalar).joined(separator: ", "))]"]
        default: return ["\(option.name): \(option.isSecret ? "\"[redacted]\"" : scalar(value.written.first ?? ""))"]
        }
    }

    /// A text as a YAML scalar: plain where it cannot be mistaken, else in double quotes.
    private static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map {
                $0 == UInt8(ascii: "/") || Character(Unicode.Scalar($0)).isLetter || Character(Unicode.Scalar($0)).isNumber
            } ?? false
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._+-%".contains($0)) } && text != "null"
        if isPlain { return text }
        var out = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"", "\\": out += "\\\(character)"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case _ where character.value < 0x20 || (0x7f...0x9f).contains(character.value):
                out += "\\x" + (character.value < 16 ? "0" : "") + String(character.value, radix: 16)
            default: out.unicodeScalars.append(character)
            }
        }
        return out + "\""
    }
}
