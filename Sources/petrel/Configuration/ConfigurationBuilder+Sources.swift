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
            guard let type = section.text("type") else { continue }
            if type == "stdin", let line = typeLines[type] {
                note(section, "type", "stdin is read by the source in line \(line) already; remove one of them")
            }
            let isMixed = type == "simulator" ? typeLines.keys.contains { $0 != type } : typeLines["simulator"] != nil
            if isMixed {
                note(
                    section, "type",
                    "simulated and real events must not mix in one journal; move the simulator to a file and data folder of its own")
            }
            typeLines[type] = section.line
            if let source = source(section, type) { sources.append(source) }
        }
        return sources
    }

    private mutating func source(_ section: ConfigurationSection, _ type: String) -> SourceConfiguration? {
        guard let name = section.text("name") else { return nil }
        let settings = SourceSettings(
            name: name, format: section.text("format"), sensor: section.text("sensor"), zoneMinutes: section.integer("time_zone") ?? 0,
            isSimulated: type == "simulator", keywords: keywords(section))
        switch type {
        case "file":
            if let paths = section.texts("paths"), paths.isEmpty { note(section, "paths", "names no file; add one") }
            guard let follow = section.flag("follow"), let poll = section.integer("poll"), let record = section.integer("max_record") else {
                return nil
            }
            let options = FileSourceOptions(
                paths: section.texts("paths") ?? [], follow: follow, format: settings.format, sensor: settings.sensor,
                pollInterval: .milliseconds(poll), maxRecordBytes: record)
            return SourceConfiguration(settings: settings, kind: .file(options))
        case "stdin":
            return section.integer("max_record").map { SourceConfiguration(settings: settings, kind: .stdin(maxRecordBytes: $0)) }
        case "replay":
            guard let path = section.text("path"), let speed = section.number("speed") else { return nil }
            return SourceConfiguration(settings: settings, kind: .replay(path: path, speed: speed))
        default:
            guard let rate = section.number("rate"), let seed = section.integer("seed") else { return nil }
            return SourceConfiguration(settings: settings, kind: .simulator(rate: rate, seed: UInt64(seed)))
        }
    }

    /// What of the posts is kept; nil where the section does not say.
    private mutating func keywords(_ section: ConfigurationSection) -> Keywords? {
        guard let terms = section.texts("keywords") else { return nil }
        guard !terms.isEmpty else {
            note(section, "keywords", "names none, so that no post would be kept; add one or remove the key")
            return nil
        }
        do {
            return try Keywords(terms)
        } catch {
            note(section, "keywords", "\(ConfigurationReader.quoted(terms[error.index])) \(error.text)")
            return nil
        }
    }

    /// Names stand in addresses, metrics and books.
    static func problem(ofName name: String) -> String? {
        let isFit = name.utf8.count <= 64 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        return isFit
            ? nil : "\(ConfigurationReader.quoted(name)) is no name; write at most 64 letters, digits, dots, hyphens and underscores"
    }
}
