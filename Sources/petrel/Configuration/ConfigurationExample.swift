extension Configuration {
    /// A configuration file with every key, explained: what has a default stands there with it, the rest is commented out.
    ///
    /// A comment has a blank after its `#`; what can be switched on follows `#` directly, or after the two blanks of its indentation.
    static var exampleText: String {
        var text = """
            # Petrel's configuration. Keys that are given have their default values; remove the # in front of the others to use them.
            # Durations and sizes have units (250ms 30s 5m 24h 365d, 10MB 64MiB 4GiB). ${NAME} is taken from the environment.
            # Relative paths are taken from the folder of this file. Check it with: petrel check-config petrel.yaml

            """
        for option in ConfigurationSpec.root.options {
            text += "\n" + ConfigurationExample.lines(of: option, kind: nil, isFirst: true).map { $0 + "\n" }.joined()
        }
        return text
    }
}

/// Writes options as a commented YAML file.
enum ConfigurationExample {
    /// The lines of an option of the file, those to be switched on begun with `#`.
    static func lines(of option: ConfigurationOption, kind: String?, isFirst: Bool) -> [String] {
        let comment = isFirst ? ["# " + summary(option)] : []
        switch option.type {
        case .group(let group):
            let inner = group.options.flatMap { lines(of: $0, kind: kind, isFirst: isFirst) }.map { "  " + $0 }
            return comment + ["\(option.name):"] + inner
        case .list(let group):
            let items = group.exampleKinds.enumerated().flatMap { number, kind in
                let seen = Set(group.exampleKinds.prefix(number).flatMap { kind in group.options.filter { $0.isFor(kind) }.map(\.summary) })
                let inner = group.options.filter { $0.isFor(kind) }
                    .flatMap { switchedOn(lines(of: $0, kind: kind, isFirst: !seen.contains($0.summary))) }
                return item(inner)
            }
            return comment + (["\(option.name):"] + items).map { "#" + $0 }
        case .named(let group):
            let items = group.exampleKinds.enumerated().flatMap { number, kind in
                let inner = group.options.filter {
                    $0.isFor(kind) && (number == 0 || $0.isRequired || $0.kinds == [kind] || $0.name == group.kindKey)
                }
                .flatMap { switchedOn(lines(of: $0, kind: kind, isFirst: number == 0 || $0.kinds == [kind])) }
                return ["  my-\(kind):"] + inner.map { "    " + $0 }
            }
            return comment + (["\(option.name):"] + items).map { "#" + $0 }
        default:
            let hasDefault = option.standard != nil
            let value = (option.standard ?? option.example ?? "").replacing("{kind}", with: kind ?? "")
            // The kind of a section is told by its example, not by its default.
            let shown = option.example == "{kind}" ? kind ?? value : value
            return comment + ["\(hasDefault ? "" : "#")\(option.name): \(shown)"]
        }
    }

    /// A section as an item of a list: the first key carries the hyphen, comments before it stand before the hyphen.
    private static func item(_ lines: [String]) -> [String] {
        guard let first = lines.firstIndex(where: { !$0.hasPrefix("#") }) else { return [] }
        return lines.enumerated().map { index, line in index == first ? "  - \(line)" : index < first ? "  \(line)" : "    \(line)" }
    }

    /// Lines without the `#` of settings; comments stay.
    static func switchedOn(_ lines: [String]) -> [String] {
        lines.map { line in
            let text = line.drop { $0 == " " }
            guard text.hasPrefix("#"), !text.hasPrefix("# ") || text.hasPrefix("#  ") else { return line }
            return String(line.prefix(line.count - text.count) + text.dropFirst())
        }
    }

    private static func summary(_ option: ConfigurationOption) -> String {
        if case .choice(let names) = option.type, names.count > 1 { return "\(option.summary) (\(names.joined(separator: ", ")))" }
        return option.summary
    }
}
