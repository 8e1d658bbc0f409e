import Formats
import Model
import Pipeline
import Sources

extension ConfigurationBuilder {
    /// Names of sources that Petrel uses itself.
    private static let reservedNames = ["http", "import"]

    /// The sources, in order.
    mutating func sources(_ formats: FormatCatalogue) -> [SourceConfiguration] {
        var sources: [SourceConfiguration] = []
        var lines: [String: Int] = [:]
        var typeLines: [String: Int] = [:]
        for section in sections.sections("sources") {
            if let name = section.text("name") {
                if let problem = Self.problem(ofName: name) { note(section, "name", problem) }
                if Self.reservedNames.contains(name) { note(section, "name", "\(name) is a name that Petrel uses itself; choose another") }
                if let line = lines[name] { note(section, "name", "\(name) is the name of the source in line \(line) too; choose another") }
                lines[name] = section.line(of: "name")
            }
            if let format = section.text("format"), formats.entry(named: format) == nil {
                let meant = formats.nearest(to: format).map { "did you mean \($0)?" }
                let known = formats.names.joined(separator: ", ")
                let shown = ConfigurationReader.quoted(format)
                note(section, "format", "\(shown) is no format; \(meant ?? "known are \(known); define others below formats:")")
            }
            guard let type = section.text("type"), let kind = SourceKinds.kind(named: type) else { continue }
            if let problem = kind.onlyOne, let line = typeLines[type] {
                note(section, "type", problem.replacing("{line}", with: "\(line)"))
            }
            if typeLines.keys.contains(where: { SourceKinds.kind(named: $0)?.isSimulated != kind.isSimulated }) {
                note(
                    section, "type",
                    "simulated and real events must not mix in one journal; move the simulator to a file and data folder of its own")
            }
            typeLines[type] = section.line
            if let source = source(section, kind) { sources.append(source) }
        }
        return sources
    }

    private mutating func source(_ values: ConfigurationSection, _ kind: SourceKind) -> SourceConfiguration? {
        guard let name = values.text("name") else { return nil }
        let settings = SourceSettings(
            name: name, format: values.text("format"), sensor: values.text("sensor"), zoneMinutes: values.integer("time_zone") ?? 0,
            isSimulated: kind.isSimulated)
        var section = SourceSection(values, settings: settings)
        let make = kind.read(&section)
        for problem in section.problems { note(values, problem.key, problem.text) }
        return make.map { SourceConfiguration(settings: settings, make: $0) }
    }

    /// Names stand in addresses, metrics and books.
    static func problem(ofName name: String) -> String? {
        let isFit = name.utf8.count <= 64 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        return isFit
            ? nil : "\(ConfigurationReader.quoted(name)) is no name; write at most 64 letters, digits, dots, hyphens and underscores"
    }
}
