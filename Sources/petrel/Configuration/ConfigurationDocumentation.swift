extension Configuration {
    /// The text of `docs/configuration.md`.
    static var documentation: String {
        """
        # Configuration

        <!-- Made from Sources/petrel/Configuration/ConfigurationSpec.swift and Sources/petrel/SourceKinds; ConfigurationTests writes it when
        PETREL_UPDATE_GOLDEN=1 is set. -->

        Petrel needs no configuration. Where it has one, it is one YAML file:

        ```sh
        petrel check-config --example > petrel.yaml   # every key, explained
        petrel check-config petrel.yaml               # what is wrong with it, all at once
        petrel serve --config petrel.yaml
        ```

        - **Unknown keys are errors**, with a suggestion. So are keys that stand twice, values of the wrong type and names of formats that
          do not exist. Every problem is reported as `file:line: key: what is wrong; what to do`; lists count from 1.
        - **Durations and sizes have units**: `ms`, `s`, `m`, `h`, `d`; `B`, `KB`, `MB`, `GB`, `TB` (powers of 1,000) and `KiB`, `MiB`, `GiB`,
          `TiB` (powers of 1,024). A number without a unit is an error.
        - **Relative paths** are taken from the folder of the configuration file.
        - **`${NAME}`** in a value is taken from the environment; a variable that is not set is an error; `$${` stands for `${` itself. What is
          taken is never read as YAML.
        - **Secrets** never stand in the file: they come from the environment or from a file named by a key that ends in `_file`. Where the
          configuration is printed they are `[redacted]`, and values from the environment are printed as `${NAME}`.
        - A key with nothing behind it counts as not given. The file may have 1 MiB and stand for 100,000 values.

        """ + ConfigurationDocumentation.section(ConfigurationSpec.root, title: "Keys", key: "", level: 2) + """

            ## Example
            ```yaml
            \(exampleText)```

            """
    }
}

/// Writes the declared options as Markdown tables.
private enum ConfigurationDocumentation {
    static func section(_ group: ConfigurationGroup, title: String, key: String, level: Int) -> String {
        let hasTables = !group.kindSummaries.isEmpty
        var text = heading(title, level) + table(group.options.filter { !hasTables || $0.kinds.isEmpty }, in: group)
        for kind in group.exampleKinds where hasTables {
            let options = group.options.filter { $0.kinds.contains(kind) }
            text += heading("`\(title.dropFirst().dropLast())`, type `\(kind)`", min(level + 1, 4))
            text += "\(group.kindSummaries[kind] ?? "")\n\n" + table(options, in: group)
        }
        for option in group.options {
            guard let inner = option.type.group else { continue }
            let path = key + option.name
            let title =
                switch option.type {
                case .list: "`\(path)[]`"
                case .named: "`\(path).NAME`"
                default: "`\(path)`"
                }
            let below = title.dropFirst().dropLast() + "."
            text += section(inner, title: title, key: String(below), level: min(level + 1, 4))
        }
        return text
    }

    private static func heading(_ title: String, _ level: Int) -> String { "\n\(String(repeating: "#", count: level)) \(title)\n" }

    private static func table(_ options: [ConfigurationOption], in group: ConfigurationGroup) -> String {
        let names = group.kindKey != nil && group.kindSummaries.isEmpty
        return options.reduce("| key | value | default | meaning |\n|---|---|---|---|\n") { text, option in
            let standard = option.standard.map { "`\($0)`" } ?? (option.isRequired ? "*needed*" : "")
            let kinds = option.kinds.isEmpty || !names ? "" : "*\(option.kinds.joined(separator: ", ")):* "
            let summary = option.summary.replacing("|", with: "\\|").replacing("*", with: "\\*").replacing("${NAME}", with: "`${NAME}`")
            return text + "| `\(option.name)` | \(option.type.title) | \(standard) | \(kinds)\(summary) |\n"
        }
    }
}
