import Model
import Yams

/// Reads YAML by a declaration of options: finds everything that is wrong, and fills in defaults.
struct ConfigurationReader {
    /// The file's name, for problems.
    let file: String
    let environment: [String: String]
    private(set) var problems: [ConfigurationError.Problem] = []
    /// Values that may still be read. Aliases can make a small file stand for a huge one.
    private var budget = 100_000

    init(file: String, environment: [String: String]) {
        self.file = file
        self.environment = environment
    }

    mutating func note(_ line: Int?, _ key: String, _ text: String) {
        problems.append(ConfigurationError.Problem(file: file, line: line, key: key, text: text))
    }

    /// Reads a whole file; an empty one has all defaults.
    mutating func read(_ text: String) -> ConfigurationSection {
        var node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            problems.append(Self.problem(of: error, file: file))
        }
        return section(node, ConfigurationSpec.root, key: "", line: 1)
    }

    // MARK: Sections

    private mutating func section(_ node: Node?, _ group: ConfigurationGroup, key: String, line: Int) -> ConfigurationSection {
        let prefix = key.isEmpty ? "" : key + "."
        var section = ConfigurationSection(group: group, prefix: prefix, line: line)
        let isWhole = node.map { isSection($0, group, key: key, line: line) } ?? true
        let pairs = node?.mapping?.map { (key: $0.key, value: $0.value) } ?? []
        let kind = kind(of: pairs, group)
        for (name, value) in pairs {
            let line = name.line ?? line
            guard let text = name.scalar?.string, let option = group.option(named: text, kind: kind) else {
                note(line, prefix + (name.scalar?.string ?? "?"), unknown(name.scalar?.string ?? "", in: group, kind))
                continue
            }
            guard option.isFor(kind) else {
                note(line, prefix + text, "is for \(group.kinds(of: text).joined(separator: ", ")), not for \(kind ?? ""); remove it")
                continue
            }
            if value.isNothing { continue }
            section.values[text] = self.value(value, option, key: prefix + text, line: line)
        }
        let given = Set(pairs.filter { !$0.value.isNothing }.compactMap(\.key.scalar?.string))
        for option in group.options where option.isFor(kind) && section.values[option.name] == nil {
            // What a section needs is only known once its kind is.
            let isNeeded = option.isRequired && isWhole && (option.kinds.isEmpty || kind != nil || group.kindKey == nil)
            if isNeeded, !given.contains(option.name) {
                note(line, prefix + option.name, "is missing; add it" + (Self.sample(option, kind).map { ", e.g. \($0)" } ?? ""))
            }
            section.values[option.name] = standard(option, key: prefix + option.name, line: line)
        }
        return section
    }

    /// Whether a node can be a section; notes when it cannot.
    private mutating func isSection(_ node: Node, _ group: ConfigurationGroup, key: String, line: Int) -> Bool {
        if node.mapping != nil || node.isNothing { return true }
        let known = group.options.map(\.name).joined(separator: ", ")
        note(node.line ?? line, key, "must be a section of keys, is \(node.kindTitle); known keys are \(known)")
        return false
    }

    /// The kind of a section where options depend on it; nil when they do not, or it is not a known one.
    private func kind(of pairs: [(key: Node, value: Node)], _ group: ConfigurationGroup) -> String? {
        guard let kindKey = group.kindKey, let option = group.option(named: kindKey) else { return nil }
        let stated = pairs.first { $0.key.scalar?.string == kindKey }?.value.scalar?.string ?? option.standard
        let kind = stated.flatMap { try? EnvironmentText.expand($0, environment: environment) }
        return kind.flatMap { group.exampleKinds.contains($0) ? $0 : nil }
    }

    /// The default of an option. Sections that are absent have the defaults of their options, unless one of these must be given.
    private mutating func standard(_ option: ConfigurationOption, key: String, line: Int) -> ConfigurationValue? {
        if case .group(let group) = option.type {
            if group.options.contains(where: \.isRequired) { return nil }
            return ConfigurationValue(content: .section(section(nil, group, key: key, line: line)), line: line, isStated: false)
        }
        guard let standard = option.standard, let node = try? Yams.compose(yaml: standard) else { return nil }
        var value = value(node, option, key: key, line: line)
        value?.isStated = false
        return value
    }

    private func unknown(_ name: String, in group: ConfigurationGroup, _ kind: String?) -> String {
        let options = group.options.filter { $0.isFor(kind) }
        if let meant = Spelling.nearest(to: name, among: options.map(\.name)) { return "unknown key; did you mean \(meant)?" }
        let owner = ConfigurationSpec.root.options.first { $0.type.group?.option(named: name) != nil }
        if let owner { return "unknown key here; it belongs below \(owner.name):" }
        return "unknown key; known keys are \(options.map(\.name).joined(separator: ", "))"
    }

    private static func sample(_ option: ConfigurationOption, _ kind: String?) -> String? {
        let sample = option.example ?? option.standard
        return sample.map { "\(option.name): \($0.replacing("{kind}", with: kind ?? "file"))" }
    }

    // MARK: Values

    private mutating func value(_ node: Node, _ option: ConfigurationOption, key: String, line: Int) -> ConfigurationValue? {
        budget -= 1
        guard budget >= 0 else {
            if budget == -1 { note(line, key, "is one value too many (100,000, aliases counted each time); split the file") }
            return nil
        }
        switch option.type {
        case .group(let group): return ConfigurationValue(content: .section(section(node, group, key: key, line: line)), line: line)
        case .list(let group):
            guard case .sequence(let nodes) = node else {
                return wrong(node, "a list of sections, each begun with -", key: key, line: line)
            }
            var sections: [ConfigurationSection] = []
            for (index, node) in nodes.enumerated() {
                let key = "\(key)[\(index + 1)]"
                let at = node.line ?? line
                if isSection(node, group, key: key, line: at) { sections.append(section(node, group, key: key, line: at)) }
            }
            return ConfigurationValue(content: .sections(sections), line: line)
        case .named(let group):
            guard case .mapping(let pairs) = node else { return wrong(node, "names with a section each", key: key, line: line) }
            var named: [(name: String, section: ConfigurationSection)] = []
            for (name, value) in pairs {
                let text = name.scalar?.string ?? "?"
                let (key, at) = ("\(key).\(text)", name.line ?? line)
                if isSection(value, group, key: key, line: at) { named.append((text, section(value, group, key: key, line: at))) }
            }
            return ConfigurationValue(content: .named(named), line: line)
        case .table:
            guard case .mapping(let pairs) = node else { return wrong(node, "names with a text each", key: key, line: line) }
            var entries: [ConfigurationEntry] = []
            for (name, value) in pairs {
                let text = name.scalar?.string ?? "?"
                let at = name.line ?? line
                guard let (text, written) = scalar(value, option, key: "\(key).\(text)", line: at) else { continue }
                entries.append(ConfigurationEntry(name: name.scalar?.string ?? "?", text: text, written: written, line: at))
            }
            return ConfigurationValue(content: .table(entries), line: line)
        case .texts, .paths: return list(node, option, key: key, line: line)
        case .columns where node.sequence != nil: return list(node, option, key: key, line: line)
        default:
            guard let (text, written) = scalar(node, option, key: key, line: line) else { return nil }
            do {
                return ConfigurationValue(
                    content: try ScalarReader(file: file).content(of: text, option), line: line, written: [written])
            } catch {
                let shown = option.isSecret ? "the value" : Self.quoted(written)
                note(line, key, "\(shown) \(error.text)")
                return nil
            }
        }
    }

    private mutating func list(_ node: Node, _ option: ConfigurationOption, key: String, line: Int) -> ConfigurationValue? {
        guard case .sequence(let nodes) = node else {
            let sample = node.scalar.map { "; write [\($0.string)]" } ?? ""
            return wrong(node, "a list", key: key, line: line, hint: sample)
        }
        var texts: [String] = []
        var written: [String] = []
        for (index, node) in nodes.enumerated() {
            let key = "\(key)[\(index + 1)]"
            guard let (text, asWritten) = scalar(node, option, key: key, line: node.line ?? line) else { continue }
            guard case .paths = option.type else {
                texts.append(text)
                written.append(asWritten)
                continue
            }
            do {
                texts.append(try ScalarReader(file: file).path(text))
                written.append(asWritten)
            } catch {
                note(node.line ?? line, key, "\(Self.quoted(asWritten)) \(error.text)")
            }
        }
        return ConfigurationValue(content: .texts(texts), line: line, written: written)
    }

    /// The text of a scalar with the environment's values, and as it is written.
    private mutating func scalar(_ node: Node, _ option: ConfigurationOption, key: String, line: Int) -> (text: String, written: String)? {
        budget -= 1
        guard budget >= 0 else {
            if budget == -1 { note(line, key, "is one value too many (100,000, aliases counted each time); split the file") }
            return nil
        }
        guard case .scalar(let scalar) = node else {
            note(line, key, "must be a single value, is \(node.kindTitle)")
            return nil
        }
        if option.isSecret, !EnvironmentText.isReference(scalar.string) {
            note(
                line, key,
                "a secret must not stand in this file; write ${NAME} for a variable of the environment, or use \(option.name)_file")
            return nil
        }
        do {
            return (try EnvironmentText.expand(scalar.string, environment: environment), scalar.string)
        } catch {
            note(line, key, error.text)
            return nil
        }
    }

    private mutating func wrong(_ node: Node, _ wanted: String, key: String, line: Int, hint: String = "") -> ConfigurationValue? {
        note(line, key, "must be \(wanted), is \(node.kindTitle)\(hint)")
        return nil
    }

    /// A text in quotes, cut where it is long.
    static func quoted(_ text: String) -> String { "\"\(text.count > 60 ? text.prefix(60) + "…" : text[...])\"" }
}
