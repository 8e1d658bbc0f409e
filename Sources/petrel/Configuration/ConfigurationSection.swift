/// A value that was read, and where it stands.
struct ConfigurationValue: Sendable {
    /// The value itself.
    enum Content: Sendable {
        case text(String)
        case flag(Bool)
        case integer(Int)
        case number(Double)
        /// The word that stands for "no limit".
        case noLimit
        case texts([String])
        case table([ConfigurationEntry])
        case section(ConfigurationSection)
        case sections([ConfigurationSection])
        case named([(name: String, section: ConfigurationSection)])
    }

    let content: Content
    let line: Int
    /// Scalars and lists of scalars as they are written, before the environment is asked; empty for others.
    var written: [String] = []
    /// Whether it was given; else it is the default.
    var isStated = true
}

/// One line of a table.
struct ConfigurationEntry: Sendable {
    let name: String
    let text: String
    /// As it is written, before the environment is asked.
    let written: String
    let line: Int
}

/// The values of a section: what was given, and the defaults of what was not. What was wrong is absent.
struct ConfigurationSection: Sendable {
    /// The options that the section may have.
    let group: ConfigurationGroup
    /// The key of the section with a dot behind it; empty for the whole file.
    let prefix: String
    /// The line in which it begins.
    let line: Int
    var values: [String: ConfigurationValue] = [:]

    func text(_ name: String) -> String? {
        if case .text(let text)? = values[name]?.content { text } else { nil }
    }

    func flag(_ name: String) -> Bool? {
        if case .flag(let flag)? = values[name]?.content { flag } else { nil }
    }

    /// Whole numbers; also bytes, milliseconds and minutes of a zone.
    func integer(_ name: String) -> Int? {
        if case .integer(let number)? = values[name]?.content { number } else { nil }
    }

    func number(_ name: String) -> Double? {
        if case .number(let number)? = values[name]?.content { number } else { nil }
    }

    func texts(_ name: String) -> [String]? {
        if case .texts(let texts)? = values[name]?.content { texts } else { nil }
    }

    func table(_ name: String) -> [String: String] {
        guard case .table(let entries)? = values[name]?.content else { return [:] }
        return Dictionary(entries.map { ($0.name, $0.text) }) { first, _ in first }
    }

    func section(_ name: String) -> ConfigurationSection? {
        if case .section(let section)? = values[name]?.content { section } else { nil }
    }

    func sections(_ name: String) -> [ConfigurationSection] {
        if case .sections(let sections)? = values[name]?.content { sections } else { [] }
    }

    func named(_ name: String) -> [(name: String, section: ConfigurationSection)] {
        if case .named(let named)? = values[name]?.content { named } else { [] }
    }

    /// The line of a key below this one, as far as it can be followed: `fields.source.ip` is `source.ip` in the table `fields`.
    func line(of key: String) -> Int {
        let name = String(key.prefix { $0 != "." })
        guard let value = values[name] else { return line }
        let rest = String(key.dropFirst(name.count + 1))
        return switch value.content {
        case .section(let section): rest.isEmpty || !value.isStated ? value.line : section.line(of: rest)
        case .table(let entries): entries.first { $0.name == rest }?.line ?? value.line
        default: value.line
        }
    }
}
