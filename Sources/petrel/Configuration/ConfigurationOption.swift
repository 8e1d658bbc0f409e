/// One option of the configuration file, declared once: the reader, the documentation and the example are made from it.
struct ConfigurationOption: Sendable {
    /// The key.
    let name: String
    /// What the value must be.
    let type: ConfigurationType
    /// One line for people.
    let summary: String
    /// The default, as it is written in YAML; nil when there is none.
    var standard: String?
    /// A value to show where there is no default, as it is written in YAML; `{kind}` stands for the kind of the section.
    var example: String?
    /// Whether it must be given.
    var isRequired = false
    /// Whether the value is never shown.
    var isSecret = false
    /// Kinds of the section for which the option is; empty for all.
    var kinds: [String] = []

    /// Whether the option is for sections of that kind; yes when the kind is not known.
    func isFor(_ kind: String?) -> Bool { kind.map { kinds.isEmpty || kinds.contains($0) } ?? true }

    /// Whether both say the same, whatever kinds they are for.
    func isDeclared(like other: ConfigurationOption) -> Bool {
        name == other.name && summary == other.summary && type.title == other.type.title && standard == other.standard
            && example == other.example && isRequired == other.isRequired
    }
}

/// What the value of an option must be.
indirect enum ConfigurationType: Sendable {
    case text
    /// A path, taken from the folder of the configuration file.
    case path
    case flag
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// A time span with its unit, within bounds in milliseconds; the word stands for "no limit".
    case duration(ClosedRange<Int>, word: String? = nil)
    /// A number of bytes with its unit, within bounds; the word stands for "no limit".
    case size(ClosedRange<Int>, word: String? = nil)
    case choice([String])
    /// `UTC` or an offset such as `+02:00`.
    case zone
    case texts
    /// Paths, taken from the folder of the configuration file.
    case paths
    /// `true`, `false` or a list of column names.
    case columns
    /// Free names with a text each.
    case table
    case group(ConfigurationGroup)
    /// A list of sections.
    case list(ConfigurationGroup)
    /// Free names with a section each.
    case named(ConfigurationGroup)

    /// The options of a section inside.
    var group: ConfigurationGroup? {
        switch self {
        case .group(let group), .list(let group), .named(let group): group
        default: nil
        }
    }

    /// The type in a word or two, for the documentation.
    var title: String {
        switch self {
        case .text: "text"
        case .path: "path"
        case .flag: "`true` or `false`"
        case .integer(let range):
            range.upperBound == .max
                ? "whole number from \(range.lowerBound)" : "whole number, \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "number, \(ConfigurationUnits.text(range.lowerBound)) to \(ConfigurationUnits.text(range.upperBound))"
        case .duration(let range, let word): Self.title("duration", range, ConfigurationUnits.durations, word)
        case .size(let range, let word): Self.title("size", range, ConfigurationUnits.sizes, word)
        case .choice(let names): names.map { "`\($0)`" }.joined(separator: ", ")
        case .zone: "`UTC` or an offset"
        case .texts: "list of texts"
        case .paths: "list of paths"
        case .columns: "`true`, `false` or a list"
        case .table: "names and texts"
        case .group: "section"
        case .list: "list of sections"
        case .named: "names and sections"
        }
    }

    private static func title(_ name: String, _ range: ClosedRange<Int>, _ scale: ConfigurationUnits.Scale, _ word: String?) -> String {
        let bounds = "\(ConfigurationUnits.text(range.lowerBound, scale)) to \(ConfigurationUnits.text(range.upperBound, scale))"
        return "\(name), \(bounds)" + (word.map { ", or `\($0)`" } ?? "")
    }
}

/// The options of a section.
struct ConfigurationGroup: Sendable {
    /// All options, in the order in which they are shown.
    let options: [ConfigurationOption]
    /// The option whose value is the kind of the section.
    var kindKey: String?
    /// Kinds of which the example shows one section each.
    var exampleKinds: [String] = []
    /// What each kind is for, where the documentation has a table for each.
    var kindSummaries: [String: String] = [:]

    /// The option of that name, of several the one for that kind.
    func option(named name: String, kind: String? = nil) -> ConfigurationOption? {
        options.first { $0.name == name && $0.isFor(kind) } ?? options.first { $0.name == name }
    }

    /// The kinds for which there is an option of that name.
    func kinds(of name: String) -> [String] { options.filter { $0.name == name }.flatMap(\.kinds) }
}
